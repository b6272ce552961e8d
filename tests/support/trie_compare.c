#include "support/trie_compare.h"

#include <stdlib.h>

/* Compares single and batched look-ups of 64 keys at and around `edge`; returns what is wrong, or NULL. */
static const char *compare_lookups(const struct trie *t, const struct trie_model *m, u128 edge)
{
    struct trie_probe probes[64], *pending[64];
    u128 unit = (u128)1 << (128 - m->bits), keys[64];

    for (unsigned i = 0; i < 64; i++) {
        keys[i] = edge + ((u128)i - 32) * (i % 3 == 0 ? unit : unit << (i % m->bits));
        keys[i] &= ~u128_low_bits(128 - m->bits);
        pending[i] = &probes[i];
        trie_probe_start(&probes[i], t, u128_to_key(keys[i]));
    }
    trie_probe_finish(pending, 64);
    for (unsigned i = 0; i < 64; i++) {
        uint32_t want = trie_model_lookup(m, keys[i]);
        if (trie_lookup(t, u128_to_key(keys[i])) != want)
            return "look-up differs from the model";
        if (probes[i].value != want)
            return "batched look-up differs from the model";
    }
    return NULL;
}

static const char *compare_walk(const struct trie *t, const struct trie_model *m, const u128 *edges,
                                unsigned n)
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
        uint32_t want = trie_model_lookup(m, edges[i]);
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

static bool is_value(void *context, uint32_t value)
{
    return value == *(const uint32_t *)context;
}

/* trie_visit is exact. trie_any may say "yes" when its budget runs out, never "no" when there is something.
 * With a generous count of edges below the prefix it must be exact. */
static const char *compare_any(const struct trie *t, const struct trie_model *m, const u128 *edges,
                               unsigned n, struct trie_paint p, unsigned bits, uint32_t value)
{
    u128 first = p.first & ~u128_low_bits(128 - bits), last = first | u128_low_bits(128 - bits);
    bool want = trie_model_lookup(m, first) == value;
    unsigned below = 0;

    for (unsigned i = 0; i < n; i++) {
        if (edges[i] > first && edges[i] <= last) {
            want |= trie_model_lookup(m, edges[i]) == value;
            below++;
        }
    }
    if (trie_visit(t, u128_to_key(first), bits, is_value, &value) != want)
        return "trie_visit missed something or found what is not there";
    bool got = trie_any(t, u128_to_key(first), bits, is_value, &value);
    if (want && !got)
        return "trie_any missed something";
    if (!want && got && below < 2)
        return "trie_any found what is not there";
    return NULL;
}

const char *trie_compare(const struct trie *t, size_t words_count, const struct trie_model *m,
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
