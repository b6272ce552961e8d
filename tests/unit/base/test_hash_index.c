/* Numbers under hashes, collisions included, through growth and filtering. */
#include "base/hash_index.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { COUNT = 5000 };

/* Only 64 different hashes: many numbers have the same one. */
static uint64_t hash_of(uint32_t id)
{
    return (uint64_t)(id % 64) * 0x9e3779b97f4a7c15;
}

static bool has(const struct hash_index *t, uint32_t wanted)
{
    uint64_t hash = hash_of(wanted);
    uint32_t id;

    for (size_t at = hash_index_first(t, hash); (id = hash_index_id(t, hash, &at)) != HASH_INDEX_NONE; at++)
        if (id == wanted)
            return true;
    return false;
}

static bool keep_odd(void *context, uint32_t id)
{
    unsigned *calls = context;
    (*calls)++;
    return id % 2 == 1;
}

static void finds_and_filters(void **state)
{
    (void)state;
    struct hash_index t = { 0 };
    unsigned calls = 0;

    assert_false(has(&t, 0));
    assert_true(hash_index_filter(&t, keep_odd, &calls));
    for (uint32_t id = 0; id < COUNT; id++)
        assert_true(hash_index_add(&t, hash_of(id), id));
    for (uint32_t id = 0; id < COUNT; id++)
        assert_true(has(&t, id));
    assert_false(has(&t, COUNT));
    assert_true(hash_index_filter(&t, keep_odd, &calls));
    assert_int_equal(calls, COUNT);
    assert_int_equal(t.count, COUNT / 2);
    for (uint32_t id = 0; id < COUNT; id++)
        assert_int_equal(has(&t, id), id % 2 == 1);
    assert_true(hash_index_add(&t, hash_of(0), 0));
    assert_true(has(&t, 0));
    hash_index_free(&t);
    assert_false(has(&t, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(finds_and_filters) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
