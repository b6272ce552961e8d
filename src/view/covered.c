#include "view/covered.h"

#include "trie/trie.h"

#define V4(a, b, c) ((trie_number)((a) << 24 | (b) << 16 | (c) << 8) << 96)
#define V6(hi, lo)  ((trie_number)UINT64_C(hi) << 64 | UINT64_C(lo))

/* A prefix. */
struct block {
    trie_number first;
    unsigned bits;
};

/* IANA's registries of RFC 6890, without the blocks within blocks; ascending. */
static const struct block special4[] = {
    { V4(0u, 0, 0), 8 },      { V4(10u, 0, 0), 8 },     { V4(100u, 64, 0), 10 }, { V4(127u, 0, 0), 8 },
    { V4(169u, 254, 0), 16 }, { V4(172u, 16, 0), 12 },  { V4(192u, 0, 0), 24 },  { V4(192u, 0, 2), 24 },
    { V4(192u, 88, 99), 24 }, { V4(192u, 168, 0), 16 }, { V4(198u, 18, 0), 15 }, { V4(198u, 51, 100), 24 },
    { V4(203u, 0, 113), 24 }, { V4(240u, 0, 0), 4 },
};
static const struct block special6[] = {
    { V6(0, 0), 127 },                 /* unspecified, loopback */
    { V6(0, 0x0000ffff00000000), 96 }, /* IPv4-mapped */
    { V6(0x0064ff9b00000000, 0), 96 }, /* translation */
    { V6(0x0100000000000000, 0), 64 }, /* discard */
    { V6(0x2001000000000000, 0), 23 }, /* IETF protocols, Teredo */
    { V6(0x20010db800000000, 0), 32 }, /* documentation */
    { V6(0x2002000000000000, 0), 16 }, /* 6to4 */
    { V6(0xfc00000000000000, 0), 7 },  /* unique-local */
    { V6(0xfe80000000000000, 0), 10 }, /* link-local */
};

enum { KNOWN = 1, OF_LIST = 2, OF_SET = 4 };

/* The runs of a /16 in one snapshot, and what their verdicts mean. */
struct side {
    const struct covered_set *of;
    struct vec sets;  /* uint16_t: those of the list */
    struct vec flags; /* memo: uint8_t by verdict, KNOWN | OF_LIST | OF_SET */
    struct vec runs;  /* struct trie_run */
    size_t at;        /* the run in force */
};

static uint8_t flags_of(const struct side *s, uint32_t verdict)
{
    const uint16_t *sets = s->sets.data;
    uint8_t *flags = &VEC_AT(&s->flags, uint8_t, verdict);

    for (size_t i = 0; !(*flags & KNOWN) && i < VEC_COUNT(&s->sets, *sets); i++)
        if (snapshot_verdict_has(s->of->snapshot, verdict, sets[i]))
            *flags |= sets[i] == s->of->set ? OF_LIST | OF_SET : OF_LIST;
    *flags |= KNOWN;
    return *flags;
}

/* ---- Runs ---- */

static enum err open_slot(struct side *s, unsigned slot, bool ipv6)
{
    const struct snapshot *snapshot = s->of->snapshot;

    s->runs.used = s->at = 0;
    return snapshot != NULL ? trie_walk_slot(ipv6 ? &snapshot->trie6 : &snapshot->trie4, slot, &s->runs) : OK;
}

/* What holds from `from` on; lowers *last to the last key of which that is true. */
static uint8_t flags_at(struct side *s, trie_number from, trie_number *last)
{
    const struct trie_run *runs = s->runs.data;
    size_t count = VEC_COUNT(&s->runs, *runs);

    if (count == 0)
        return 0;
    while (s->at + 1 < count && trie_key_number(runs[s->at + 1].key) <= from)
        s->at++;
    if (s->at + 1 < count && trie_key_number(runs[s->at + 1].key) <= *last)
        *last = trie_key_number(runs[s->at + 1].key) - 1;
    return flags_of(s, runs[s->at].value);
}

/* The keys from `first` to `last` that are not special. */
static trie_number count_keys(trie_number first, trie_number last, bool ipv6)
{
    const struct block *blocks = ipv6 ? special6 : special4;
    size_t count = ipv6 ? ARRAY_SIZE(special6) : ARRAY_SIZE(special4);
    trie_number keys = last - first + 1; /* a /16 at most */

    for (size_t i = 0; i < count; i++) {
        trie_number from = blocks[i].first, to = from + (~(trie_number)0 >> blocks[i].bits);
        from = from > first ? from : first;
        to = to < last ? to : last;
        if (from <= to)
            keys -= to - from + 1;
    }
    return keys;
}

struct covered_keys {
    trie_number all, gained, own_gained; /* keys */
};

static void count_slot(struct side *before, struct side *now, unsigned slot, bool ipv6,
                       struct covered_keys *sums)
{
    trie_number at = (trie_number)slot << 112, end = at | ~(trie_number)0 >> TRIE_ROOT_BITS, last;

    do {
        last = end;
        uint8_t is = flags_at(now, at, &last), was = flags_at(before, at, &last);
        if (is & OF_LIST) {
            trie_number keys = count_keys(at, last, ipv6);
            sums->all += is & OF_SET ? keys : 0;
            sums->gained += was & OF_LIST ? 0 : keys;
            sums->own_gained += is & OF_SET && !(was & OF_LIST) ? keys : 0;
        }
        at = last + 1;
    } while (last != end);
}

/* ---- A whole family ---- */

/* The /16s in which the list has something, a bit each; zeroed before. */
static void find_slots(const struct side *s, bool ipv6, uint64_t slots[TRIE_ROOT_SIZE / 64])
{
    const struct snapshot *snapshot = s->of->snapshot;
    const uint16_t *sets = s->sets.data;

    for (size_t i = 0; i < snapshot->sources_count; i++)
        for (size_t j = 0; j < VEC_COUNT(&s->sets, *sets); j++)
            for (size_t k = 0; snapshot->sources[i].set == sets[j] && k < TRIE_ROOT_SIZE / 64; k++)
                slots[k] |= snapshot->sources[i].present[ipv6][k];
}

static enum err open_side(struct side *s, const struct covered_set *of)
{
    const struct snapshot *snapshot = of->snapshot;

    *s = (struct side){ .of = of };
    if (snapshot == NULL)
        return OK;
    for (size_t i = 0; i < snapshot->sets_count; i++) {
        if (i != of->set && (of->lists == NULL || of->lists[i] != of->lists[of->set]))
            continue;
        uint16_t *set = vec_add(&s->sets, sizeof(*set));
        if (set == NULL)
            return ERR_MEMORY;
        *set = (uint16_t)i;
    }
    return vec_add(&s->flags, VEC_COUNT(&snapshot->verdicts, struct verdict)) != NULL ? OK : ERR_MEMORY;
}

static void close_side(struct side *s)
{
    vec_free(&s->sets);
    vec_free(&s->flags);
    vec_free(&s->runs);
}

enum err covered_count(const struct covered_set *old, const struct covered_set *new, bool ipv6,
                       struct covered *out)
{
    const unsigned unit = ipv6 ? 64 : 96; /* bits of a key after a /64, an IPv4 address */
    struct covered_keys sums = { 0 };
    struct side before, now;
    uint64_t slots[TRIE_ROOT_SIZE / 64] = { 0 };
    enum err e = open_side(&before, old), second = open_side(&now, new);

    e = e != OK ? e : second;
    if (e == OK)
        find_slots(&now, ipv6, slots);
    for (unsigned slot = 0; e == OK && slot < TRIE_ROOT_SIZE; slot++) {
        if (!(slots[slot / 64] >> slot % 64 & 1))
            continue;
        e = open_slot(&before, slot, ipv6);
        if (e == OK)
            e = open_slot(&now, slot, ipv6);
        if (e == OK)
            count_slot(&before, &now, slot, ipv6, &sums);
    }
    close_side(&before);
    close_side(&now);
    if (e == OK)
        *out = (struct covered){ (uint64_t)(sums.all >> unit), (uint64_t)(sums.gained >> unit),
                                 (uint64_t)(sums.own_gained >> unit) };
    return e;
}
