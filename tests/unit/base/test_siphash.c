#include "base/attr.h"
#include "base/siphash.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* The paper's appendix A, and the vectors of its authors' reference code: key 00 01 02 .. 0f, input 00 01 02
 * and so on. */
static void vectors(void **state)
{
    (void)state;
    static const struct {
        size_t size;
        uint64_t hash;
    } table[] = {
        { 0, 0x726fdb47dd0e0e31 },  { 1, 0x74f839c593dc67fd }, { 2, 0x0d6c8009d9a94f5a },
        { 3, 0x85676696d7fb7e2d },  { 4, 0xcf2794e0277187b7 }, { 5, 0x18765564cd99a68d },
        { 6, 0xcbc9466e58fee3ce },  { 7, 0xab0200f58b01d137 }, { 8, 0x93f5f5799a932462 },
        { 15, 0xa129ca6149be45e5 },
    };
    uint8_t key[SIPHASH_KEY], input[16];
    for (uint8_t i = 0; i < 16; i++)
        key[i] = input[i] = i;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        assert_int_equal(siphash(key, input, table[i].size), table[i].hash);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(vectors) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
