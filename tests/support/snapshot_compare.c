#include "support/snapshot_compare.h"

#include "list/stored_text.h"
#include "trie/trie.h"

#include <stdlib.h>
#include <string.h>

/* The members of a verdict. */
static struct set_members verdict_members_of(const struct snapshot *b, uint32_t verdict)
{
    struct verdict_members m;
    struct set_members a;
    const uint32_t *numbers;
    a.count = 0;

    uint32_t groups = snapshot_groups(b, snapshot_shape(b, verdict), &numbers), count = 0;
    for (uint32_t i = 0; i < groups; i++) {
        snapshot_members_open(&m, b, verdict, i);
        if (i != 0 && m.member->source <= snapshot_members(b, numbers[i - 1])->source)
            abort(); /* groups stand in the order of their sources */
        for (uint32_t j = 0; j < m.count; j++, count++) {
            const struct member *member = &m.member[j];
            uint32_t offset = verdict_text(&m, j);
            char text[256] = "";
            if (offset != 0) {
                struct text t = stored_text((const uint8_t *)b->texts.data + offset);
                memcpy(text, t.bytes, t.length < sizeof(text) ? t.length : sizeof(text) - 1);
            }
            if (member->source != m.member->source)
                abort(); /* a group is of one source */
            set_model_add_member(&a, b->sources[member->source].set, member->code, member->labels, text);
        }
    }
    if (a.count != count)
        abort(); /* a member was there twice */
    return a;
}

static bool verdict_equals(const struct snapshot *b, uint32_t verdict, struct set_members *want)
{
    struct set_members got = verdict_members_of(b, verdict);
    for (unsigned set = 0; set < b->sets_count; set++) {
        bool has = false;
        for (unsigned i = 0; i < want->count; i++)
            has |= want->member[i].set == set;
        if (snapshot_verdict_has(b, verdict, (uint16_t)set) != has)
            return false;
    }
    return set_model_members_equal(&got, want);
}

static bool key_equals(const struct snapshot *b, const struct sets_model *m, bool ipv6, u128 key)
{
    struct set_members want;
    want.count = 0;
    if (!ipv6)
        key &= ~u128_low_bits(96);
    for (unsigned set = 0; set < m->count; set++)
        set_model_address(m, set, ipv6, key, &want);
    uint32_t verdict =
        ipv6 ? trie_lookup(&b->trie6, trie_key_of(key)) : trie_lookup(&b->trie4, trie_key_of(key));
    return verdict_equals(b, verdict, &want);
}

static bool addresses_equal(const struct snapshot *b, const struct sets_model *m, bool ipv6)
{
    u128 unit = ipv6 ? 1 : (u128)1 << 96, edges[EDGES_MAX];

    for (unsigned set = 0; set < m->count; set++) {
        unsigned n = set_model_edges(&m->set[set], ipv6, edges);
        for (unsigned i = 0; i < n; i++)
            for (unsigned j = 0; j < 6; j++) {
                u128 away = j < 2 ? unit * j : (unit << (j * 11 % (ipv6 ? 128 : 32)));
                if (!key_equals(b, m, ipv6, edges[i] + away) || !key_equals(b, m, ipv6, edges[i] - away))
                    return false;
            }
    }
    return true;
}

static uint32_t name_verdict(const struct snapshot *b, const struct label_path *n)
{
    uint8_t wire[256], offsets[LABELS_MAX_NAME + 1];
    unsigned at = 0;
    for (unsigned i = 0; i < n->labels; i++) {
        const char *text = set_model_labels[n->label[n->labels - 1 - i]];
        offsets[i] = (uint8_t)at;
        wire[at++] = (uint8_t)strlen(text);
        memcpy(wire + at, text, strlen(text));
        at += (unsigned)strlen(text);
    }
    return names_lookup(&b->names, (struct labels){ wire, offsets, n->labels }).verdict;
}

static bool name_equals(const struct snapshot *b, const struct sets_model *m, const struct label_path *n)
{
    struct set_members want;
    want.count = 0;
    for (unsigned set = 0; set < m->count; set++)
        set_model_name(m, set, n, false, &want);
    return verdict_equals(b, name_verdict(b, n), &want);
}

/* Every name that is there, all above it, and some beside and below it. */
static bool names_equal(const struct snapshot *b, const struct sets_model *m)
{
    for (unsigned set = 0; set < m->count; set++) {
        for (unsigned i = 0; i < m->set[set].count && m->set[set].kind == DNSET; i++) {
            struct label_path n = m->set[set].line[i].name;
            for (unsigned label = 0; label < SET_MODEL_LABELS && n.labels < LABELS_MAX_NAME; label++) {
                struct label_path below = n;
                below.label[below.labels++] = (uint8_t)label;
                if (!name_equals(b, m, &below))
                    return false;
            }
            for (; n.labels > 0; n.labels--)
                if (!name_equals(b, m, &n))
                    return false;
        }
    }
    return true;
}

/* ---- Reloaded and built from scratch ---- */

static bool same_verdict(const struct snapshot *a, uint32_t in_a, const struct snapshot *b, uint32_t in_b)
{
    struct set_members want = verdict_members_of(b, in_b);
    return verdict_equals(a, in_a, &want);
}

/* The changes of a trie, each a change indeed. */
static struct vec walk(const struct trie *t)
{
    struct vec runs = { 0 };
    for (unsigned slot = 0; slot < TRIE_ROOT_SIZE; slot++)
        if (trie_walk_slot(t, slot, &runs) != OK)
            abort();
    struct trie_run *r = runs.data;
    size_t kept = 0;
    for (size_t i = 0; i < VEC_COUNT(&runs, *r); i++)
        if (r[i].value != (kept != 0 ? r[kept - 1].value : 0))
            r[kept++] = r[i];
    runs.used = kept * sizeof(*r);
    return runs;
}

static bool same_tries(const struct snapshot *a, const struct trie *in_a, const struct snapshot *b,
                       const struct trie *in_b)
{
    struct vec runs_a = walk(in_a), runs_b = walk(in_b);
    const struct trie_run *ra = runs_a.data, *rb = runs_b.data;
    bool same = runs_a.used == runs_b.used;

    for (size_t i = 0; same && i < VEC_COUNT(&runs_a, *ra); i++)
        same = ra[i].key.hi == rb[i].key.hi && ra[i].key.lo == rb[i].key.lo &&
               same_verdict(a, ra[i].value, b, rb[i].value);
    vec_free(&runs_a);
    vec_free(&runs_b);
    return same;
}

static bool same_names(const struct snapshot *a, const struct snapshot *b)
{
    struct name_walk wa, wb;

    names_walk_begin(&wa, &a->names);
    names_walk_begin(&wb, &b->names);
    /* No names at all and no names but the root are the same. */
    while (names_walk(&wa) && names_walk(&wb)) {
        uint32_t ea = names_walk_entry(&wa), eb = names_walk_entry(&wb);
        if (wa.depth != wb.depth || wa.lengths[wa.depth] != wb.lengths[wb.depth] ||
            memcmp(wa.name, wb.name, wa.lengths[wa.depth]) != 0 ||
            !same_verdict(a, names_exact(&a->names, ea), b, names_exact(&b->names, eb)) ||
            !same_verdict(a, names_below(&a->names, ea), b, names_below(&b->names, eb)))
            return false;
    }
    return a->names.count == b->names.count;
}

const char *snapshot_compare_fresh(const struct snapshot *b, struct set_data *const *data, size_t count)
{
    struct snapshot *fresh;
    struct error error;
    const char *wrong = NULL;

    if (snapshot_build(NULL, data, count, &fresh, &error) != OK)
        abort();
    if (!same_tries(b, &b->trie4, fresh, &fresh->trie4))
        wrong = "IPv4: a reload differs from a snapshot built from scratch";
    else if (!same_tries(b, &b->trie6, fresh, &fresh->trie6))
        wrong = "IPv6: a reload differs from a snapshot built from scratch";
    else if (!same_names(b, fresh))
        wrong = "names: a reload differs from a snapshot built from scratch";
    snapshot_free(fresh);
    return wrong;
}

const char *snapshot_compare(const struct snapshot *b, const struct sets_model *m)
{
    size_t words = VEC_COUNT(&b->words, uint64_t);
    struct error error;

    if (trie_check(&b->trie4, words, &error) != OK || trie_check(&b->trie6, words, &error) != OK)
        return "a trie's structure is wrong";
    if (!addresses_equal(b, m, false))
        return "an IPv4 address differs from the model";
    if (!addresses_equal(b, m, true))
        return "an IPv6 address differs from the model";
    return names_equal(b, m) ? NULL : "a name differs from the model";
}
