/* Random transactions, IPv4 and IPv6, against the model; planted faults must be caught. */
#include "support/property.h"
#include "support/random.h"
#include "support/trie_ops.h"
#include "trie/edit.h"
#include "trie/trie.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct property random_edits = {
    .run = trie_ops_run_edits, .least = 1, .most = 300, .longer_each = 20, .longest = 1500
};
static const struct property faulty_edits = { .run = trie_ops_run_edits, .least = 1, .most = 600 };

static void equals_model(void **state)
{
    (void)state;
    property_check(&random_edits, 1, 120);
}

static void words_reclaimed_early_are_caught(void **state)
{
    (void)state;
    assert_true(property_count_caught(&faulty_edits, 1, 40, TRIE_FAULT_EARLY_RECLAIM) > 20);
}

static void lost_edits_are_caught(void **state)
{
    (void)state;
    assert_true(property_count_caught(&faulty_edits, 1, 40, TRIE_FAULT_LOST_EDIT) > 20);
}

/* Adds hosts and small ranges to one /16 until nodes are full, then removes them, against an array. */
static void dense_network_equals_array(void **state)
{
    (void)state;
    static uint32_t model[1 << 16];
    struct trie_arena *a = trie_arena_new(16 << 20);
    uint32_t root;
    uint64_t generation = 0, seed = 1;

    assert_non_null(a);
    assert_int_equal(trie_edit_new(a, &root), OK);
    memset(model, 0, sizeof(model));
    for (unsigned round = 1; round <= 60; round++) {
        for (unsigned i = 0; i < 1000; i++) {
            uint64_t x = random_next(&seed);
            unsigned bits = i % 100 == 0 ? 20 + (unsigned)(x % 12) : 32, span = 1u << (32 - bits);
            unsigned first = (unsigned)(x >> 32) % (1 << 16) & ~(span - 1);
            uint32_t value = round > 30 ? 0 : (uint32_t)(x >> 48) % (i % 2 ? 3 : 60000);
            struct trie_key key = { (uint64_t)(0x0a010000u | first) << 32, 0 };
            assert_int_equal(trie_edit_set(a, &root, key, bits, trie_edit_replace, &value), OK);
            for (unsigned j = 0; j < span; j++)
                model[first + j] = value;
        }
        assert_int_equal(trie_edit_commit(a, &generation), OK);
        trie_edit_reclaim(a, generation);
        struct trie t = trie_arena_trie(a, root);
        assert_int_equal(trie_check(&t, trie_arena_usage(a).mapped / 8, NULL), OK);
        for (unsigned i = 0; i < 1 << 16; i++)
            assert_int_equal(trie_lookup(&t, (struct trie_key){ (uint64_t)(0x0a010000u | i) << 32, 0 }),
                             model[i]);
    }
    uint32_t nothing = 0;
    struct trie_key all = { 0, 0 };
    assert_int_equal(trie_edit_set(a, &root, all, 0, trie_edit_replace, &nothing), OK);
    assert_int_equal(trie_edit_commit(a, &generation), OK);
    trie_edit_reclaim(a, generation);
    assert_int_equal(trie_arena_usage(a).used, TRIE_PAGE * sizeof(uint64_t));
    trie_arena_free(a);
}

/* Hosts until the arena is full: the transaction fails as a whole, and the version before it does not change.
 */
static void full_arena_leaves_the_last_version(void **state)
{
    (void)state;
    struct trie_arena *a = trie_arena_new(1);
    uint32_t root, value = 1;
    uint64_t generation, seed = 1;
    enum err e;

    assert_non_null(a);
    assert_int_equal(trie_edit_new(a, &root), OK);
    struct trie_key host = { UINT64_C(0xc0000201) << 32, 0 };
    assert_int_equal(trie_edit_set(a, &root, host, 32, trie_edit_replace, &value), OK);
    assert_int_equal(trie_edit_commit(a, &generation), OK);
    assert_int_equal(generation, 1);
    struct trie_usage before = trie_arena_usage(a);
    for (int round = 0; round < 3; round++) {
        uint32_t tried = root;
        do {
            struct trie_key key = { random_next(&seed), 0 };
            e = trie_edit_set(a, &tried, key, 32, trie_edit_replace, &value);
        } while (e == OK);
        assert_int_equal(e, ERR_LIMIT);
        assert_int_equal(trie_edit_set(a, &tried, host, 32, trie_edit_replace, &value), ERR_LIMIT);
        assert_int_equal(trie_edit_commit(a, &generation), ERR_LIMIT);
        struct trie t = trie_arena_trie(a, root);
        assert_int_equal(trie_check(&t, trie_arena_usage(a).mapped / 8, NULL), OK);
        assert_int_equal(trie_lookup(&t, host), 1);
        assert_int_equal(trie_lookup(&t, (struct trie_key){ 0, 0 }), 0);
        assert_int_equal(trie_arena_usage(a).used, before.used);
        assert_int_equal(trie_arena_usage(a).waiting, 0);
    }
    value = 2;
    assert_int_equal(trie_edit_set(a, &root, host, 32, trie_edit_replace, &value), OK);
    assert_int_equal(trie_edit_commit(a, &generation), OK);
    assert_int_equal(generation, 2);
    struct trie t = trie_arena_trie(a, root);
    assert_int_equal(trie_lookup(&t, host), 2);
    trie_arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_model),
        cmocka_unit_test(words_reclaimed_early_are_caught),
        cmocka_unit_test(lost_edits_are_caught),
        cmocka_unit_test(dense_network_equals_array),
        cmocka_unit_test(full_arena_leaves_the_last_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
