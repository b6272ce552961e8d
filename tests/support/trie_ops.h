/*
 * The trie against something stupid: the same decoder of operations serves the seeded test and the fuzzer.
 *
 * Bytes are decoded into prefixes painted one over the other. The model is that list, read by linear scan.
 * Octets come from a small palette, so that prefixes nest, touch and fill nodes.
 */
#ifndef SUPPORT_TRIE_OPS_H
#define SUPPORT_TRIE_OPS_H

#include "trie/trie.h"

#include <stdlib.h>
#include <string.h>

typedef unsigned __int128 u128;

/* Changes a range of keys: what is in `keep` of the old value stays. */
struct paint {
    u128 first, last;
    uint32_t value, keep;
};

struct model {
    unsigned bits; /* of a key: 32 or 128 */
    unsigned count;
    struct paint paint[600];
};

struct input {
    const uint8_t *p, *end;
};

static uint8_t input_byte(struct input *in)
{
    return in->p < in->end ? *in->p++ : 0;
}

static u128 low_mask(unsigned bits)
{
    return bits >= 128 ? ~(u128)0 : ((u128)1 << bits) - 1;
}

static uint8_t decode_octet(struct input *in)
{
    static const uint8_t palette[] = { 0, 1, 2, 63, 64, 127, 128, 191, 192, 254, 255 };
    uint8_t c = input_byte(in);
    return c < 200 ? palette[c % sizeof(palette)] : input_byte(in);
}

/* One operation: a prefix and a value. Later bytes repeat the last prefix's head, so that small inputs reach
 * deep. */
static struct paint decode_paint(struct input *in, const struct model *m)
{
    uint8_t how = input_byte(in);
    unsigned octets = m->bits / 8, keep = m->count != 0 ? how % (octets + 1) : 0;
    u128 key = m->count != 0 ? m->paint[m->count - 1].first : 0;
    unsigned length = how & 0x80 ? m->bits : input_byte(in) % (m->bits + 1);

    for (unsigned i = keep; i < octets; i++) {
        unsigned shift = 120 - 8 * i;
        key = (key & ~((u128)0xff << shift)) | (u128)decode_octet(in) << shift;
    }
    key &= ~low_mask(128 - length);
    uint8_t v = input_byte(in);
    return (struct paint){ .first = key,
                           .last = key | low_mask(128 - length),
                           .value = v < 250 ? v % 4 : (uint32_t)v * 0x01000193u };
}

static void model_decode(struct model *m, const uint8_t *bytes, size_t size)
{
    struct input in = { bytes, bytes + size };
    m->bits = input_byte(&in) & 1 ? 128 : 32;
    m->count = 0;
    while (in.p < in.end && m->count < sizeof(m->paint) / sizeof(m->paint[0])) {
        m->paint[m->count] = decode_paint(&in, m);
        m->count++;
    }
}

static uint32_t paint_over(const struct paint *p, uint32_t old)
{
    return (old & p->keep) ^ p->value;
}

static uint32_t model_lookup(const struct model *m, u128 key)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < m->count; i++)
        if (key >= m->paint[i].first && key <= m->paint[i].last)
            value = paint_over(&m->paint[i], value);
    return value;
}

static int compare_u128(const void *a, const void *b)
{
    u128 x, y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return (x > y) - (x < y);
}

/* The keys at which the model may change, sorted: the starts, and the keys behind the ends. */
static unsigned model_edges(const struct model *m, u128 *edges)
{
    unsigned n = 0;
    edges[n++] = 0;
    for (unsigned i = 0; i < m->count; i++) {
        edges[n++] = m->paint[i].first;
        if (m->paint[i].last != ~(u128)0)
            edges[n++] = m->paint[i].last + 1;
    }
    qsort(edges, n, sizeof(*edges), compare_u128);
    return n;
}

static struct trie_key to_key(u128 k)
{
    return (struct trie_key){ (uint64_t)(k >> 64), (uint64_t)k };
}

struct built {
    struct vec words;
    struct trie trie;
};

static struct built model_build(const u128 *edges, unsigned n, const struct model *m)
{
    struct built b = { .words = { 0 } };
    struct trie_builder *builder = trie_builder_new();
    if (builder == NULL || trie_build_begin(builder) != OK)
        abort();
    uint32_t before = 0;
    for (unsigned i = 0; i < n; i++) {
        uint32_t value = model_lookup(m, edges[i]);
        if (i + 1 < n && edges[i] == edges[i + 1])
            continue;
        if (i + 1 < n &&
            model_lookup(m, edges[i + 1]) == before) { /* adding the end once more does no harm */
            trie_build_range(builder, to_key(edges[i]), to_key(edges[i + 1]), value);
        } else {
            trie_build_add(builder, to_key(edges[i]), value);
            before = value;
        }
    }
    if (trie_build_end(builder, &b.trie.root) != OK ||
        trie_builder_finish(builder, &b.words, &b.trie.pairs) != OK)
        abort();
    b.trie.words = b.words.data;
    return b;
}

/* Compares single and batched look-ups of 64 keys at and around `edge`; returns what is wrong, or NULL. */
static const char *compare_lookups(const struct trie *t, const struct model *m, u128 edge)
{
    struct trie_probe probes[64], *pending[64];
    u128 unit = (u128)1 << (128 - m->bits), keys[64];

    for (unsigned i = 0; i < 64; i++) {
        keys[i] = edge + ((u128)i - 32) * (i % 3 == 0 ? unit : unit << (i % m->bits));
        keys[i] &= ~low_mask(128 - m->bits);
        pending[i] = &probes[i];
        trie_probe_start(&probes[i], t, to_key(keys[i]));
    }
    trie_probe_finish(pending, 64);
    for (unsigned i = 0; i < 64; i++) {
        uint32_t want = model_lookup(m, keys[i]);
        if (trie_lookup(t, to_key(keys[i])) != want)
            return "look-up differs from the model";
        if (probes[i].value != want)
            return "batched look-up differs from the model";
    }
    return NULL;
}

static const char *compare_walk(const struct trie *t, const struct model *m, const u128 *edges, unsigned n)
{
    struct vec runs = { 0 };
    uint32_t previous = 0;
    const char *wrong = NULL;

    for (unsigned slot = 0; slot < TRIE_ROOT_SIZE; slot++)
        if (trie_walk_slot(t, slot, &runs) != OK)
            abort();
    const struct trie_run *r = runs.data;
    size_t left = VEC_COUNT(&runs, struct trie_run);
    /* Slots repeat the value in force at their start; without those, the walk is the model's changes. */
    for (unsigned i = 0; i < n && wrong == NULL; i++) {
        uint32_t want = model_lookup(m, edges[i]);
        if ((i + 1 < n && edges[i] == edges[i + 1]) || want == previous)
            continue;
        for (; left != 0 && r->value == previous; r++)
            left--;
        if (left == 0 || ((u128)r->key.hi << 64 | r->key.lo) != edges[i] || r->value != want)
            wrong = "walk differs from the model";
        previous = want;
    }
    for (; wrong == NULL && left != 0; r++, left--)
        if (r->value != previous)
            wrong = "walk has a change too many";
    vec_free(&runs);
    return wrong;
}

static bool accept_equal(const void *context, uint32_t value)
{
    return value == *(const uint32_t *)context;
}

static bool take_equal(void *context, uint32_t value)
{
    return value == *(const uint32_t *)context;
}

/* trie_visit is exact. trie_any may say "yes" when its budget runs out, never "no" when there is something.
 * With a generous count of edges below the prefix it must be exact. */
static const char *compare_any(const struct trie *t, const struct model *m, const u128 *edges, unsigned n,
                               struct paint p, unsigned bits, uint32_t value)
{
    u128 first = p.first & ~low_mask(128 - bits), last = first | low_mask(128 - bits);
    bool want = model_lookup(m, first) == value;
    unsigned below = 0;

    for (unsigned i = 0; i < n; i++) {
        if (edges[i] > first && edges[i] <= last) {
            want |= model_lookup(m, edges[i]) == value;
            below++;
        }
    }
    if (trie_visit(t, to_key(first), bits, take_equal, &value) != want)
        return "trie_visit missed something or found what is not there";
    bool got = trie_any(t, to_key(first), bits, accept_equal, &value);
    if (want && !got)
        return "trie_any missed something";
    if (!want && got && below < 2)
        return "trie_any found what is not there";
    return NULL;
}

/* Compares a trie with the model in every way; returns what is wrong, or NULL. */
static const char *compare_all(const struct trie *t, size_t words_count, const struct model *m,
                               const u128 *edges, unsigned n)
{
    struct error error;
    const char *wrong = NULL;

    if (trie_check(t, words_count, &error) != OK)
        return "check failed";
    for (unsigned i = 0; i < n && wrong == NULL; i++)
        wrong = compare_lookups(t, m, edges[i]);
    if (wrong == NULL)
        wrong = compare_walk(t, m, edges, n);
    for (unsigned i = 0; i < m->count && wrong == NULL; i++)
        for (unsigned bits = 16; bits <= m->bits && wrong == NULL; bits += m->bits == 32 ? 8 : 4)
            wrong = compare_any(t, m, edges, n, m->paint[i], bits, m->paint[i].value);
    return wrong;
}

/* Builds what `bytes` say and compares everything; returns what is wrong, or NULL. `damage` != 0 plants a
 * fault. */
static inline const char *trie_ops_run(const uint8_t *bytes, size_t size, uint64_t damage)
{
    static struct model m;
    static u128 edges[2 * 600 + 1];

    model_decode(&m, bytes, size);
    unsigned n = model_edges(&m, edges);
    struct built b = model_build(edges, n, &m);
    if (damage != 0) {
        uint64_t *w = b.words.data;
        size_t count = VEC_COUNT(&b.words, uint64_t);
        size_t at = count > TRIE_ROOT_SIZE + 1 ? TRIE_ROOT_SIZE + damage % (count - TRIE_ROOT_SIZE - 1)
                                               : damage % count;
        w[at] ^= UINT64_C(1) << 32; /* the lowest bit of a value, an index or an octet */
    }
    const char *wrong = compare_all(&b.trie, VEC_COUNT(&b.words, uint64_t), &m, edges, n);
    vec_free(&b.words);
    return wrong;
}

#endif
