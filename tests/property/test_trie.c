/* Random prefixes, IPv4 and IPv6, against the model; a planted fault must be caught. */
#include "support/property.h"
#include "support/trie_model.h"
#include "support/trie_ops.h"
#include "support/u128.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct property random_tries = {
    .run = trie_ops_run_build, .least = 1, .most = 300, .longer_each = 10, .longest = 2500
};
static const struct property faulty_tries = { .run = trie_ops_run_build, .least = 1, .most = 600 };

static void equals_model(void **state)
{
    (void)state;
    property_check(&random_tries, 1, 300);
}

/* A bit in padding or in a value that no key reaches does no harm; most do. */
static void planted_fault_is_caught(void **state)
{
    (void)state;
    assert_true(property_count_caught(&faulty_tries, 1, 60, PROPERTY_FAULT_OF_SEED) > 30);
}

static void empty_trie_is_zero_everywhere(void **state)
{
    (void)state;
    uint8_t nothing = 0;
    assert_null(trie_ops_run_build(&nothing, 1, 0));
}

/* In the /16 10.1 every /24 but one has a host: a node of 255 children and one leaf, wherever the leaf is. */
static void one_leaf_among_children(void **state)
{
    (void)state;
    for (unsigned without = 0; without < 256; without++) {
        struct trie_model m = { .bits = 32 };
        u128 edges[2 * 255 + 1];
        for (unsigned p = 0; p < 256; p++) {
            u128 host = (u128)(0x0a010000u | p << 8 | p) << 96;
            if (p != without)
                m.paint[m.count++] =
                    (struct trie_paint){ .first = host, .last = host | u128_low_bits(96), .value = 1 };
        }
        struct trie_built b = trie_model_build(edges, trie_model_edges(&m, edges), &m);
        assert_int_equal(trie_check(&b.trie, VEC_COUNT(&b.words, uint64_t), NULL), OK);
        for (unsigned p = 0; p < 256; p++)
            assert_int_equal(trie_lookup(&b.trie, u128_to_key((u128)(0x0a010000u | p << 8 | p) << 96)),
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
