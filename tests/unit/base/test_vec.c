/* Growth of vecs, and the limit of all of them together. */
#include "base/vec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void grows_and_keeps(void **state)
{
    struct vec v = { 0 };
    (void)state;
    for (uint32_t i = 0; i < 3000000; i++) {
        uint32_t *p = vec_add(&v, sizeof(*p));
        assert_non_null(p);
        assert_int_equal(*p, 0);
        *p = i;
    }
    assert_int_equal(VEC_COUNT(&v, uint32_t), 3000000);
    assert_int_equal(VEC_LAST(&v, uint32_t), 2999999);
    vec_trim(&v);
    for (uint32_t i = 0; i < 3000000; i += 4099)
        assert_int_equal(VEC_AT(&v, uint32_t, i), i);
    vec_free(&v);
    assert_null(v.data);
}

static void keeps_to_the_limit(void **state)
{
    struct vec a = { 0 }, b = { 0 };
    (void)state;
    vec_limit(1 << 20);
    assert_non_null(vec_add(&a, 700000));
    memset(a.data, 1, 700000);
    assert_null(vec_add(&b, 700000));
    assert_null(b.data);
    assert_null(vec_add(&a, 700000));
    assert_int_equal(a.used, 700000); /* unchanged */
    assert_int_equal(VEC_AT(&a, char, 699999), 1);
    assert_non_null(vec_add(&a, 200000)); /* not doubled, as without a limit, but enough */
    a.used = 100000;
    vec_trim(&a);
    assert_non_null(vec_add(&b, 700000)); /* memory given back can be used again */
    vec_free(&b);
    vec_free(&a);
    assert_non_null(vec_add(&b, 1 << 20));
    vec_free(&b);
    vec_limit(SIZE_MAX);
}

static void borrows(void **state)
{
    (void)state;
    for (size_t bytes = 8; bytes <= 1 << 20; bytes *= 2) {
        struct vec v = { 0 }, other = { 0 };
        char *copy = malloc(bytes);
        assert_non_null(vec_add(&v, bytes));
        memset(v.data, 'v', bytes);
        memset(copy, 'c', bytes);
        vec_limit(bytes + bytes / 2 + (1 << 16));
        vec_borrow(&v, copy);
        assert_null(vec_add(&other, bytes + (1 << 16))); /* both are counted */
        vec_limit(SIZE_MAX);
        assert_ptr_equal(v.data, copy);
        assert_int_equal(VEC_COUNT(&v, char), bytes);
        vec_trim(&v);
        vec_use_huge_pages(&v);
        vec_free(&v);
        assert_null(v.data);
        assert_int_equal(copy[bytes - 1], 'c'); /* its owner's still */
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(grows_and_keeps), cmocka_unit_test(borrows),
                                        cmocka_unit_test(keeps_to_the_limit) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
