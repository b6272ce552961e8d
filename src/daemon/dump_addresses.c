/*
 * The addresses of a zone, as names and wildcards.
 *
 * A node is what begins with the same labels. One that is listed alike as a whole is one owner, a wildcard or
 * an address. Of any other, its commonest verdict becomes the wildcard, and what differs is written out below
 * it: by the rules of wildcards (RFC 4592), names that exist below a node take nothing from the wildcard
 * above it.
 */
#include "daemon/dump_private.h"

#include "config/alloc.h"

#include <string.h>

#define DIGIT_OCTETS 10 /* as a label, an octet below this looks like a nibble */
#define NIBBLES      16
#define LABELS_SIZE  64         /* bytes of an IPv6 address as labels; one of IPv4 has fewer */
#define MIXED        UINT32_MAX /* no verdict: not all addresses of a node have the same */

/* Listed names that a wildcard must save for each name that has to be excluded from it. Such a name is
 * answered with an alias that leads nowhere, as in rbldnsd, not with NXDOMAIN. */
#define EXCLUSION_COST 8

/* An address family: its trie and the labels of its names. */
struct family {
    const struct trie *trie;
    bool ipv6;
    bool alone;          /* the zone lists no address of the other family */
    unsigned step, bits; /* of a label; of an address */
};

/* ---- Verdicts ---- */

/* Adds the members of a group to d->key; false: no memory. */
static bool write_members(struct dump *d, struct verdict_members *m)
{
    for (uint32_t i = 0; i < m->count; i++) {
        uint32_t text = verdict_text(m, i);
        uint8_t *p = vec_add(&d->key, sizeof(*m->member) + sizeof(text));
        if (p == NULL)
            return false;
        memcpy(mempcpy(p, &m->member[i], sizeof(*m->member)), &text, sizeof(text));
    }
    return true;
}

/* Writes what the zone answers to a verdict to d->key, its size first; false: no memory. */
static bool write_answer(struct dump *d, uint32_t verdict)
{
    struct verdict_members m = { .next = 0 };
    uint32_t *size;

    d->key.used = 0;
    if (vec_add(&d->key, sizeof(*size)) == NULL)
        return false;
    for (unsigned i = 0; i < d->zone->sources_count; i++) {
        snapshot_members_of(&m, d->view->snapshot, verdict, d->zone->sources[i]);
        if (!write_members(d, &m))
            return false;
    }
    size = d->key.data;
    *size = (uint32_t)d->key.used;
    return true;
}

/* The first verdict that the zone answers as this one: other zones may tell the two apart. */
static uint32_t first_alike(struct dump *d, uint32_t verdict)
{
    size_t before = d->answers_pool.used;
    uint32_t offset, *first;

    if (!write_answer(d, verdict) || intern_add(&d->answers, d->key.data, d->key.used, &offset) != OK ||
        (d->answers_pool.used != before && vec_add(&d->answers_pool, sizeof(*first)) == NULL)) {
        d->err = ERR_MEMORY;
        return verdict;
    }
    first = (uint32_t *)&VEC_AT(&d->answers_pool, uint8_t, offset + d->key.used);
    if (d->answers_pool.used != before)
        *first = verdict;
    return *first;
}

/* A verdict as the zone answers it; 0: not at all. */
static uint32_t as_answered(struct dump *d, uint32_t verdict)
{
    if (!dump_is_listed(d, verdict))
        return 0;
    uint32_t *same = &VEC_AT(&d->same, uint32_t, verdict);
    if (*same == 0)
        *same = first_alike(d, verdict);
    return *same;
}

/* ---- Nodes ---- */

/* Walks a slot into d->runs. */
static void walk_slot(struct dump *d, const struct family *f, unsigned slot)
{
    d->runs.used = 0;
    enum err err = trie_walk_slot(f->trie, slot, &d->runs);
    struct trie_run *runs = d->runs.data;
    size_t count = VEC_COUNT(&d->runs, *runs), kept = 0;
    for (size_t i = 0; i < count && err == OK; i++) {
        uint32_t value = as_answered(d, runs[i].value);
        if (kept == 0 || runs[kept - 1].value != value)
            runs[kept++] = (struct trie_run){ runs[i].key, value };
    }
    d->runs.used = kept * sizeof(*runs);
    d->run = runs;
    if (err != OK)
        d->err = err;
}

/* What is in all of a node, or MIXED. Beyond the first 16 bits the slot is in d->runs, and keys ascend. */
static uint32_t in_node(struct dump *d, struct trie_key key, unsigned bits)
{
    if (bits <= TRIE_ROOT_BITS) {
        const uint32_t *slot = d->slots + (key.hi >> 48);
        for (unsigned i = 1; i < (unsigned)TRIE_ROOT_SIZE >> bits; i++)
            if (slot[i] != slot[0])
                return MIXED;
        return slot[0];
    }
    const struct trie_run *last = &VEC_LAST(&d->runs, const struct trie_run);
    while (d->run < last && !trie_key_less(key, d->run[1].key))
        d->run++;
    return d->run == last || trie_key_less(trie_key_last(key, bits), d->run[1].key) ? d->run->value : MIXED;
}

static struct trie_key child_of(const struct family *f, struct trie_key key, unsigned bits, unsigned label)
{
    *(bits < 64 ? &key.hi : &key.lo) |= (uint64_t)label << (64 - bits % 64 - f->step);
    return key;
}

static unsigned label_of(const struct family *f, struct trie_key key, unsigned bit)
{
    uint64_t word = bit < 64 ? key.hi : key.lo;
    return (unsigned)(word >> (64 - bit % 64 - f->step)) & ((1u << f->step) - 1);
}

/* Whether a wildcard below these labels matches no name of the other family: it has more labels than that, or
 * one that the other family does not have. Else, below an IPv4 node, IPv6 names begin with a nibble: what
 * lies below a letter is excluded, and what lies below a digit is written out. */
static bool wildcard_is_safe(const struct family *f, struct trie_key key, unsigned bits)
{
    if (f->ipv6 && bits >= TRIE_ROOT_BITS)
        return true;
    for (unsigned bit = 0; bit < bits; bit += f->step)
        if (label_of(f, key, bit) >= DIGIT_OCTETS)
            return true;
    return false;
}

/* The verdict for the wildcard of a node that differs within, and the first child that has it; 0: none, all
 * that is listed is written out. Leaves d->run as it was. */
static uint32_t choose_wildcard(struct dump *d, const struct family *f, struct trie_key key, unsigned bits,
                                struct trie_key *example)
{
    uint32_t held[256], best = 0;
    unsigned count = 1u << f->step, listed = 0, cost = wildcard_is_safe(f, key, bits) ? 1 : 1 + NIBBLES,
             saved = 0;
    const struct trie_run *run = d->run;

    if (bits == 0 || (cost != 1 && (f->ipv6 || !f->alone)))
        return 0;
    for (unsigned i = 0; i < count; i++) {
        held[i] = in_node(d, child_of(f, key, bits, i), bits + f->step);
        cost += held[i] == 0 ? EXCLUSION_COST : 0;
        listed += held[i] != 0 && held[i] != MIXED;
    }
    d->run = run;
    for (unsigned i = 0; i < count && listed > saved && listed > cost; i++) {
        unsigned same = 0;
        if (held[i] == 0 || held[i] == MIXED)
            continue;
        for (unsigned j = i; j < count; j++)
            same += held[j] == held[i];
        if (same > saved && same > cost) {
            saved = same;
            best = held[i];
            *example = child_of(f, key, bits, i);
        }
    }
    return best;
}

/* ---- Names ---- */

/* Writes the labels of the first `bits` bits of an address, without the root; returns their length. */
static size_t write_labels(const struct family *f, struct trie_key key, unsigned bits,
                           uint8_t wire[LABELS_SIZE])
{
    size_t length = 0;
    for (unsigned bit = bits; bit > 0; bit -= f->step) {
        char label[4];
        int n = snprintf(label, sizeof(label), f->ipv6 ? "%x" : "%u", label_of(f, key, bit - f->step));
        wire[length++] = (uint8_t)n;
        memcpy(wire + length, label, (size_t)n);
        length += (size_t)n;
    }
    return length;
}

/* Writes a node's owner with the records of the address `key`; `listed` false: that it has none. */
static void put_node(struct dump *d, const struct family *f, struct trie_key key, unsigned bits, bool listed)
{
    uint8_t wire[LABELS_SIZE], owner[LABELS_SIZE];
    size_t length = write_labels(f, key, f->bits, wire), owner_length = write_labels(f, key, bits, owner);
    const char *prefix = bits < f->bits ? "*." : "";
    if (listed)
        dump_put_name(d, wire, length, prefix, length - owner_length);
    else
        dump_put_excluded(d, prefix, owner, owner_length);
}

/* Excludes the nibbles a to f from the wildcard of an IPv4 node, so that it matches no IPv6 name. */
static void exclude_letters(struct dump *d, const struct family *f, struct trie_key key, unsigned bits)
{
    uint8_t wire[LABELS_SIZE];
    char prefix[] = "*.a.";
    size_t length = write_labels(f, key, bits, wire);
    for (; prefix[2] <= 'f'; prefix[2]++)
        dump_put_excluded(d, prefix, wire, length);
}

/* Writes a node that is no owner by itself. Recursion is as deep as an address has labels. */
static void put_below(struct dump *d, const struct family *f, struct trie_key key, unsigned bits)
{
    struct trie_key example;

    if (bits == TRIE_ROOT_BITS)
        walk_slot(d, f, (unsigned)(key.hi >> 48));
    if (d->err != OK)
        return;
    uint32_t wildcard = choose_wildcard(d, f, key, bits, &example);
    bool safe = wildcard_is_safe(f, key, bits);
    if (wildcard != 0)
        put_node(d, f, example, bits, true);
    if (wildcard != 0 && !safe)
        exclude_letters(d, f, key, bits);
    for (unsigned label = 0; label < 1u << f->step; label++) {
        unsigned child_bits = bits + f->step;
        struct trie_key child = child_of(f, key, bits, label);
        uint32_t held = in_node(d, child, child_bits);
        bool is_owner = child_bits == f->bits || wildcard_is_safe(f, child, child_bits);
        if (held == wildcard && (held == 0 || safe || label >= DIGIT_OCTETS))
            continue;
        if (held == MIXED || (held != 0 && !is_owner))
            put_below(d, f, child, child_bits);
        else
            put_node(d, f, child, child_bits, held != 0);
    }
}

static void put_family(struct dump *d, bool ipv6)
{
    const struct snapshot *s = d->view->snapshot;
    struct family f = { ipv6 ? &s->trie6 : &s->trie4, ipv6, true, ipv6 ? 4 : 8, ipv6 ? 128 : 32 };

    for (unsigned i = 0; i < ARRAY_SIZE(d->zone->present[0]); i++)
        f.alone &= d->zone->present[!ipv6][i] == 0;
    for (unsigned slot = 0; slot < TRIE_ROOT_SIZE && d->err == OK; slot++) {
        d->slots[slot] = 0;
        if (!(d->zone->present[ipv6][slot / 64] >> slot % 64 & 1))
            continue;
        walk_slot(d, &f, slot);
        d->slots[slot] = VEC_COUNT(&d->runs, *d->run) == 1 ? d->run->value : MIXED;
    }
    put_below(d, &f, (struct trie_key){ 0, 0 }, 0);
}

void dump_addresses(struct dump *d)
{
    size_t size = VEC_COUNT(&d->view->snapshot->verdicts, struct verdict) * sizeof(uint32_t);

    d->slots = alloc_array(TRIE_ROOT_SIZE, sizeof(*d->slots));
    intern_start(&d->answers, &d->answers_pool);
    if (vec_add(&d->same, size) == NULL)
        d->err = ERR_MEMORY;
    else
        memset(d->same.data, 0, size);
    if (d->err == OK)
        put_family(d, false);
    if (d->err == OK)
        put_family(d, true);
    intern_free(&d->answers);
    vec_free(&d->answers_pool);
    vec_free(&d->same);
    vec_free(&d->key);
    vec_free(&d->runs);
    free(d->slots);
}
