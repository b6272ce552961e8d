/*
 * The snapshot against something stupid (base_model.h): the same decoder of operations serves the seeded test
 * and the fuzzer.
 *
 * Bytes are decoded into sets and generations in which some of the sets are replaced. Each generation's
 * snapshot is compared with the model, at all edges and at other keys and names, and with a snapshot built
 * from scratch.
 */
#ifndef SUPPORT_SNAPSHOT_OPS_H
#define SUPPORT_SNAPSHOT_OPS_H

#include "support/set_decode.h"
#include "trie/trie.h"
#include "view/guard.h"
#include "view/snapshot.h"
#include "view/snapshot_build.h"

/* ---- Comparing ---- */

/* What a verdict of a snapshot says. */
static struct answer verdict_answer(const struct snapshot *b, uint32_t verdict)
{
    struct verdict_members m;
    struct answer a;
    a.count = 0;

    snapshot_members_open(&m, b, verdict);
    for (uint32_t i = 0; i < m.count; i++) {
        const struct member *member = &m.member[i];
        uint32_t offset = verdict_text(&m, i);
        char text[256] = "";
        if (offset != 0) {
            const uint8_t *t = (const uint8_t *)b->texts.data + offset;
            memcpy(text, t + 1, t[0]);
        }
        if (i != 0 && member->source < member[-1].source)
            abort(); /* members stand in the order of their sources */
        answer_add(&a, b->sources[member->source].set, member->code, member->labels, text);
    }
    if (a.count != m.count)
        abort(); /* a member was there twice */
    return a;
}

static bool answers_equal(struct answer *a, struct answer *b)
{
    if (a->count != b->count)
        return false;
    qsort(a->said, a->count, sizeof(a->said[0]), compare_said);
    qsort(b->said, b->count, sizeof(b->said[0]), compare_said);
    for (unsigned i = 0; i < a->count; i++)
        if (compare_said(&a->said[i], &b->said[i]) != 0)
            return false;
    return true;
}

static bool verdict_equals(const struct snapshot *b, uint32_t verdict, struct answer *want)
{
    struct answer got = verdict_answer(b, verdict);
    for (unsigned set = 0; set < b->sets_count; set++) {
        bool has = false;
        for (unsigned i = 0; i < want->count; i++)
            has |= want->said[i].set == set;
        if (snapshot_verdict_has(b, verdict, (uint16_t)set) != has)
            return false;
    }
    return answers_equal(&got, want);
}

static bool key_equals(const struct snapshot *b, const struct model *m, bool ipv6, u128 key)
{
    struct answer want;
    want.count = 0;
    if (!ipv6)
        key &= ~low_bits(96);
    for (unsigned set = 0; set < m->count; set++)
        model_address(m, set, ipv6, key, &want);
    uint32_t verdict =
        ipv6 ? trie_lookup(&b->trie6, trie_key_of(key)) : trie_lookup(&b->trie4, trie_key_of(key));
    return verdict_equals(b, verdict, &want);
}

static bool addresses_equal(const struct snapshot *b, const struct model *m, bool ipv6)
{
    u128 unit = ipv6 ? 1 : (u128)1 << 96, edges[EDGES_MAX];

    for (unsigned set = 0; set < m->count; set++) {
        unsigned n = model_edges(&m->set[set], ipv6, edges);
        for (unsigned i = 0; i < n; i++)
            for (unsigned j = 0; j < 6; j++) {
                u128 away = j < 2 ? unit * j : (unit << (j * 11 % (ipv6 ? 128 : 32)));
                if (!key_equals(b, m, ipv6, edges[i] + away) || !key_equals(b, m, ipv6, edges[i] - away))
                    return false;
            }
    }
    return true;
}

static uint32_t name_verdict(const struct snapshot *b, const struct name *n)
{
    uint8_t wire[256], offsets[LABELS_MAX_NAME + 1];
    unsigned at = 0;
    for (unsigned i = 0; i < n->labels; i++) {
        const char *text = label_texts[n->label[n->labels - 1 - i]];
        offsets[i] = (uint8_t)at;
        wire[at++] = (uint8_t)strlen(text);
        memcpy(wire + at, text, strlen(text));
        at += (unsigned)strlen(text);
    }
    return names_lookup(&b->names, (struct labels){ wire, offsets, n->labels }).verdict;
}

static bool name_equals(const struct snapshot *b, const struct model *m, const struct name *n)
{
    struct answer want;
    want.count = 0;
    for (unsigned set = 0; set < m->count; set++)
        model_name(m, set, n, false, &want);
    return verdict_equals(b, name_verdict(b, n), &want);
}

/* Every name that is there, all above it, and some beside and below it. */
static bool names_equal(const struct snapshot *b, const struct model *m)
{
    for (unsigned set = 0; set < m->count; set++) {
        for (unsigned i = 0; i < m->set[set].count && m->set[set].kind == DNSET; i++) {
            struct name n = m->set[set].line[i].name;
            for (unsigned label = 0; label < LABEL_TEXTS && n.labels < LABELS_MAX_NAME; label++) {
                struct name below = n;
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

/* ---- Facts ---- */

static bool listed_name(const struct model *m, unsigned set, const char *text, bool below)
{
    struct answer a;
    a.count = 0;
    struct name n = { .labels = 1 };
    while (strcmp(label_texts[n.label[0]], text) != 0)
        n.label[0]++;
    model_name(m, set, &n, below, &a);
    return a.count != 0;
}

static bool listed_key(const struct model *m, unsigned set, bool ipv6, u128 key)
{
    struct answer a;
    a.count = 0;
    model_address(m, set, ipv6, key, &a);
    return a.count != 0;
}

static unsigned model_canaries(const struct model *m, unsigned set)
{
    return (listed_key(m, set, false, (u128)0x7f000001 << 96) ? CANARY_V4 : 0) |
           (listed_key(m, set, true, 0xffff7f000001) ? CANARY_V6 : 0) |
           (listed_name(m, set, "invalid", false) ? CANARY_INVALID : 0);
}

static unsigned model_new_canaries(const struct model *m, const struct model *before, unsigned set)
{
    unsigned canaries = model_canaries(m, set);
    if (before != NULL && before->set[set].loaded)
        canaries &= ~model_canaries(before, set);
    else
        before = NULL;
    for (unsigned i = 0; i < LABEL_TEXTS; i++)
        if (strcmp(label_texts[i], "test") != 0 && listed_name(m, set, label_texts[i], true) &&
            (before == NULL || !listed_name(before, set, label_texts[i], true)))
            canaries |= CANARY_TLD;
    return canaries;
}

/* Coverage, the /16s that hold something, and whether there is anything at all. */
/* The one source of a plain set; NULL before it is loaded. */
static const struct snapshot_source *source_of(const struct snapshot *b, unsigned set)
{
    for (size_t i = 0; i < b->sources_count; i++)
        if (b->sources[i].set == set)
            return &b->sources[i];
    return NULL;
}

static bool address_facts_equal(const struct snapshot *b, const struct model *m, unsigned set, bool ipv6)
{
    static uint64_t present[1024];
    u128 edges[EDGES_MAX], covered = 0;
    unsigned n = model_edges(&m->set[set], ipv6, edges);
    bool has = false;

    memset(present, 0, sizeof(present));
    for (unsigned i = 0; i < n; i++) {
        u128 last = i + 1 < n ? edges[i + 1] - 1 : ~(u128)0;
        if ((i + 1 < n && edges[i] == edges[i + 1]) || !listed_key(m, set, ipv6, edges[i]))
            continue;
        has = true;
        covered += ((last - edges[i]) >> 96) + 1;
        for (u128 slot = edges[i] >> 112; slot <= last >> 112; slot++)
            present[slot / 64] |= UINT64_C(1) << slot % 64;
    }
    const struct snapshot_source *source = source_of(b, set);
    return (source == NULL ? !has : source->has[ipv6] == has) &&
           (ipv6 || b->sets[set].coverage4 == covered) &&
           (source == NULL || memcmp(source->present[ipv6], present, sizeof(present)) == 0);
}

static bool listed_some_name(const struct model *m, unsigned set)
{
    const struct model_set *s = &m->set[set];
    struct answer a;
    a.count = 0;
    for (unsigned i = 0; i < s->count && s->kind == DNSET; i++) {
        const struct line *l = &s->line[i];
        if (l->exact)
            model_name(m, set, &l->name, false, &a);
        if (l->below)
            model_name(m, set, &l->name, true, &a);
    }
    return a.count != 0;
}

/* `before` is NULL for the first generation. */
static bool facts_equal(const struct snapshot *b, const struct snapshot *old, const struct model *m,
                        const struct model *before, struct set_data *const *changed)
{
    for (unsigned set = 0; set < m->count; set++) {
        const struct snapshot_set *facts = &b->sets[set];
        const struct snapshot_source *source = source_of(b, set);
        bool has_names = source != NULL && source->has_names;
        struct guard_load was = { .snapshot = NULL }, is = guard_load_built(b, set);
        if (old != NULL)
            was = guard_load_built(old, set);
        unsigned canaries = changed[set] != NULL ? model_new_canaries(m, before, set) : 0;
        if (facts->loaded != m->set[set].loaded || guard_new_canaries(&was, &is) != canaries ||
            facts->entries != m->set[set].count || has_names != listed_some_name(m, set) ||
            !address_facts_equal(b, m, set, false) || !address_facts_equal(b, m, set, true))
            return false;
    }
    return true;
}

/* ---- Reloaded and built from scratch ---- */

static bool same_verdict(const struct snapshot *a, uint32_t in_a, const struct snapshot *b, uint32_t in_b)
{
    struct answer want = verdict_answer(b, in_b);
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
    const struct name_entry *ea = a->names.entries.data, *eb = b->names.entries.data;
    size_t count = VEC_COUNT(&a->names.entries, *ea), other = VEC_COUNT(&b->names.entries, *eb);

    /* No names at all and no names but the root are the same. */
    for (uint32_t i = 1; i < count && count == other; i++) {
        const uint8_t *la = (const uint8_t *)a->names.labels.data + ea[i].label;
        const uint8_t *lb = (const uint8_t *)b->names.labels.data + eb[i].label;
        if (ea[i].parent != eb[i].parent || memcmp(la, lb, la[0] + 1u) != 0 ||
            !same_verdict(a, names_exact(&a->names, i), b, names_exact(&b->names, i)) ||
            !same_verdict(a, names_below(&a->names, i), b, names_below(&b->names, i)))
            return false;
    }
    return count == other || (count <= 1 && other <= 1);
}

static const char *compare_fresh(const struct snapshot *b, struct set_data *const *data, size_t count)
{
    struct snapshot *fresh;
    struct error error;
    const char *wrong = NULL;

    if (snapshot_build(NULL, data, count, &fresh, &error) != OK)
        abort();
    if (!same_tries(b, &b->trie4, fresh, &fresh->trie4))
        wrong = "IPv4: a reload differs from a base built from scratch";
    else if (!same_tries(b, &b->trie6, fresh, &fresh->trie6))
        wrong = "IPv6: a reload differs from a base built from scratch";
    else if (!same_names(b, fresh))
        wrong = "names: a reload differs from a base built from scratch";
    snapshot_free(fresh);
    return wrong;
}

/* ---- Running ---- */

static const char *compare_model(const struct snapshot *b, const struct model *m)
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

/* Replaces some sets, in the model and in `data`; the first generation has nearly all. */
static void decode_generation(struct input *in, bool first, struct model *m, struct set_data **data,
                              struct set_data **changed)
{
    for (unsigned set = 0; set < m->count; set++) {
        uint8_t how = input_byte(in);
        changed[set] = NULL;
        if (first ? how % 8 == 0 : how % 2 == 0)
            continue;
        decode_set(in, &m->set[set]);
        set_free(data[set]);
        data[set] = changed[set] = load_set(&m->set[set]);
    }
}

/* Changes what one line of the model says, if there is one. */
static void plant_fault(struct model *m, uint64_t damage)
{
    struct model_set *s = &m->set[damage % m->count];
    if (s->count == 0)
        return;
    struct line *l = &s->line[damage / 8 % s->count];
    l->code ^= 0x40;
    l->excluded = false;
}

/* Does what `bytes` say and compares everything; returns what is wrong, or NULL. `damage` != 0 plants a
 * fault, if there is a line for it. */
static const char *base_ops_run(const uint8_t *bytes, size_t size, uint64_t damage)
{
    static struct model m, before;
    struct input in = { bytes, bytes + size };
    struct set_data *data[SETS_MAX] = { NULL }, *changed[SETS_MAX];
    struct snapshot *snapshot = NULL;
    const char *wrong = NULL;

    memset(&m, 0, sizeof(m));
    m.count = 1 + input_byte(&in) % SETS_MAX;
    unsigned generations = 1 + input_byte(&in) % 3;
    for (unsigned set = 0; set < m.count; set++)
        m.set[set].kind = input_byte(&in) % 4;
    for (unsigned i = 0; i < generations && wrong == NULL; i++) {
        struct snapshot *next;
        struct error error;
        before = m;
        decode_generation(&in, i == 0, &m, data, changed);
        if (snapshot_build(snapshot, changed, m.count, &next, &error) != OK)
            abort();
        if (!facts_equal(next, snapshot, &m, i == 0 ? NULL : &before, changed))
            wrong = "a fact about a set differs from the model";
        snapshot_free(snapshot);
        snapshot = next;
        if (damage != 0 && i + 1 == generations)
            plant_fault(&m, damage);
        if (wrong == NULL)
            wrong = compare_model(snapshot, &m);
        if (wrong == NULL && i != 0)
            wrong = compare_fresh(snapshot, data, m.count);
    }
    snapshot_free(snapshot);
    for (unsigned set = 0; set < m.count; set++)
        set_free(data[set]);
    return wrong;
}

#endif
