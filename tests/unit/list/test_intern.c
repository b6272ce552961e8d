#include "base/hash.h"
#include "list/intern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void offsets(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        uint32_t offset;
    } table[] = {
        { "\3abc", 4, 0 }, { "\2de", 3, 4 }, { "\3abc", 4, 0 }, { "\2ab", 3, 7 },
        { "", 1, 10 },     { "\2de", 3, 4 }, { "", 1, 10 },     { "\5abcde", 6, 11 },
    };
    struct vec pool = { 0 };
    struct intern in;
    intern_start(&in, &pool);
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        uint32_t offset;
        assert_int_equal(intern_add(&in, table[i].bytes, table[i].length, &offset), OK);
        assert_int_equal(offset, table[i].offset);
    }
    assert_int_equal(in.index.count, 5);
    assert_int_equal(pool.used, 17);
    assert_memory_equal(pool.data, "\3abc\2de\2ab\0\5abcde", 17);
    intern_free(&in);
    vec_free(&pool);
}

/* Numbers as 4-byte strings through several growths: the offset is 4 times the order of arrival. */
static void growth(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    struct vec pool = { 0 };
    struct intern in;
    uint32_t offset;
    intern_start(&in, &pool);
    for (unsigned round = 0; round < 2; round++)
        for (uint32_t i = 0; i < COUNT; i++) {
            uint32_t key = i * 65536; /* low bits all alike */
            assert_int_equal(intern_add(&in, &key, sizeof(key), &offset), OK);
            assert_int_equal(offset, 4 * (i % 65536));
        }
    assert_int_equal(in.index.count, 65536);
    intern_free(&in);
    vec_free(&pool);
}

static void hash(void **state)
{
    (void)state;
    uint8_t bytes[24] = { 0 };
    uint64_t plain = hash_bytes(1, bytes, sizeof(bytes));
    assert_int_equal(hash_bytes(1, bytes, sizeof(bytes)), plain);
    assert_int_not_equal(hash_bytes(2, bytes, sizeof(bytes)), plain);
    assert_int_not_equal(hash_bytes(1, bytes, sizeof(bytes) - 1), plain);
    for (unsigned bit = 0; bit < 8 * sizeof(bytes); bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        int changed = __builtin_popcountll(hash_bytes(1, bytes, sizeof(bytes)) ^ plain);
        assert_in_range(changed, 10, 54);
        bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(offsets), cmocka_unit_test(growth),
                                        cmocka_unit_test(hash) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
