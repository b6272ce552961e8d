/* Random prefixes, IPv4 and IPv6, against the simple model; a planted fault must be caught. */
#include "support/seed.h"
#include "support/trie_ops.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void equals_model(void **state)
{
    (void)state;
    uint8_t bytes[2500];
    for (uint64_t seed = 1; seed <= 300; seed++) {
        size_t size = seeded_bytes(seed, bytes, 1, seed % 10 == 0 ? sizeof(bytes) : 300);
        const char *wrong = trie_ops_run(bytes, size, 0);
        if (wrong != NULL)
            fail_msg("seed %llu: %s", (unsigned long long)seed, wrong);
    }
}

static void planted_fault_is_caught(void **state)
{
    (void)state;
    uint8_t bytes[600];
    unsigned caught = 0, planted = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        size_t size = seeded_bytes(seed, bytes, 1, sizeof(bytes));
        planted++;
        caught += trie_ops_run(bytes, size, seed * UINT64_C(0x9e3779b97f4a7c15) >> 20) != NULL;
    }
    /* A bit in padding or in a value that no key reaches does no harm; most do. */
    assert_true(caught * 2 > planted);
}

static void empty_trie_is_zero_everywhere(void **state)
{
    (void)state;
    uint8_t nothing = 0;
    assert_null(trie_ops_run(&nothing, 1, 0));
}

/* In the /16 10.1 every /24 but one has a host: a node of 255 children and one leaf, wherever the leaf is. */
static void one_leaf_among_children(void **state)
{
    (void)state;
    for (unsigned without = 0; without < 256; without++) {
        struct model m = { .bits = 32 };
        u128 edges[2 * 255 + 1];
        for (unsigned p = 0; p < 256; p++) {
            u128 host = (u128)(0x0a010000u | p << 8 | p) << 96;
            if (p != without)
                m.paint[m.count++] = (struct paint){ .first = host, .last = host | low_mask(96), .value = 1 };
        }
        struct built b = model_build(edges, model_edges(&m, edges), &m);
        assert_int_equal(trie_check(&b.trie, VEC_COUNT(&b.words, uint64_t), NULL), OK);
        for (unsigned p = 0; p < 256; p++)
            assert_int_equal(trie_lookup(&b.trie, to_key((u128)(0x0a010000u | p << 8 | p) << 96)),
                             p != without);
        vec_free(&b.words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_trie_is_zero_everywhere),
        cmocka_unit_test(equals_model),
        cmocka_unit_test(one_leaf_among_children),
        cmocka_unit_test(planted_fault_is_caught),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
