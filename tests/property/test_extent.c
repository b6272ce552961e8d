/* How far a value reaches, against the walk of the slot, in tries of random ranges with few values. */
#include "support/random.h"
#include "support/u128.h"
#include "trie/trie.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

typedef unsigned __int128 u128;

static u128 to_number(struct trie_key k)
{
    return (u128)k.hi << 64 | k.lo;
}

static int compare(const void *a, const void *b)
{
    u128 x = to_number(((const struct trie_run *)a)->key), y = to_number(((const struct trie_run *)b)->key);
    return (x > y) - (x < y);
}

/* A key of one of two slots, close to others or far from them. */
static struct trie_key random_key(uint64_t *state, bool ipv6)
{
    uint64_t r = random_next(state), hi = (0x2001 + (r & 1)) << 48, lo = 0;

    hi |= (r & 2 ? random_next(state) : random_next(state) & 0x30003000300) & 0xffffffffffff;
    if (r & 4)
        hi &= ~UINT64_C(0xffff00000000);
    if (ipv6 && r & 8)
        lo = r & 16 ? random_next(state) & 3 : random_next(state);
    else
        hi &= ipv6 && r & 32 ? UINT64_MAX << 16 : UINT64_MAX << 32;
    return (struct trie_key){ hi, lo };
}

static void build(uint64_t *state, bool ipv6, size_t changes, struct vec *words, struct trie *t)
{
    struct trie_builder *b = trie_builder_new();
    struct trie_run *runs = calloc(changes, sizeof(*runs));
    uint32_t root;

    for (size_t i = 0; i < changes; i++)
        runs[i] = (struct trie_run){ random_key(state, ipv6), (uint32_t)(random_next(state) % 3) };
    qsort(runs, changes, sizeof(*runs), compare);
    assert_int_equal(trie_build_begin(b), OK);
    for (size_t i = 0; i < changes; i++)
        trie_build_add(b, runs[i].key, runs[i].value);
    assert_int_equal(trie_build_end(b, &root), OK);
    t->split = false;
    t->root = root;
    assert_int_equal(trie_builder_finish(b, words, &t->pairs), OK);
    t->words = words->data;
    free(runs);
}

static void check(const struct trie *t, const struct vec *runs, struct trie_key key)
{
    const struct trie_run *r = runs->data;
    size_t count = VEC_COUNT(runs, *r), at = count;
    struct trie_key first, last;

    while (at > 0 && to_number(r[at - 1].key) > to_number(key))
        at--;
    u128 end = at < count ? to_number(r[at].key) - 1 : to_number(key) | ~(u128)0 >> TRIE_ROOT_BITS;
    assert_int_equal(trie_extent(t, key, &first, &last), trie_lookup(t, key));
    assert_true(to_number(first) == to_number(r[at - 1].key));
    assert_true(to_number(last) == end);
}

static void equals_the_walk(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        uint64_t random = seed;
        bool ipv6 = seed % 2;
        struct vec words = { 0 }, runs = { 0 };
        struct trie t;
        build(&random, ipv6, 1 + random_next(&random) % (seed % 3 == 0 ? 400 : 12), &words, &t);
        for (unsigned slot = 0x2001; slot <= 0x2003; slot++) { /* the last one has one value */
            runs.used = 0;
            assert_int_equal(trie_walk_slot(&t, slot, &runs), OK);
            for (unsigned i = 0; i < 40; i++) {
                struct trie_key key = random_key(&random, ipv6);
                if (i % 2 != 0) /* where a run begins */
                    key = ((struct trie_run *)runs.data)[i % VEC_COUNT(&runs, struct trie_run)].key;
                key.hi = key.hi << 16 >> 16 | (uint64_t)slot << 48;
                check(&t, &runs, key);
            }
        }
        vec_free(&runs);
        vec_free(&words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(equals_the_walk) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
