/* The arithmetic of keys, and the formats of IP addresses. */
#include "base/attr.h"
#include "trie/ip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define ONES UINT64_MAX

static void assert_key(struct trie_key k, uint64_t hi, uint64_t lo)
{
    assert_int_equal(k.hi, hi);
    assert_int_equal(k.lo, lo);
}

static void numbers(void **state)
{
    (void)state;
    struct trie_key k = { 1, 2 };
    assert_key(trie_key_of(trie_key_number(k)), 1, 2);
    assert_key(trie_key_of(trie_key_number((struct trie_key){ 1, ONES }) + 1), 2, 0);
    assert_key(trie_key_of(trie_key_number((struct trie_key){ ONES, ONES }) + 1), 0, 0);
    assert_true(trie_key_less((struct trie_key){ 1, 9 }, (struct trie_key){ 2, 0 }));
    assert_true(trie_key_less((struct trie_key){ 1, 1 }, k));
    assert_false(trie_key_less(k, k));
    assert_false(trie_key_less((struct trie_key){ 2, 0 }, (struct trie_key){ 1, 9 }));
    assert_true(trie_key_equal(k, k));
    assert_false(trie_key_equal(k, (struct trie_key){ 1, 3 }));
    assert_false(trie_key_equal(k, (struct trie_key){ 0, 2 }));
    for (unsigned i = 0; i < TRIE_KEY_OCTETS; i++)
        assert_int_equal(trie_key_octet((struct trie_key){ 0x0001020304050607, 0x08090a0b0c0d0e0f }, i), i);
    uint8_t octets[TRIE_KEY_OCTETS + 1] = { 0 };
    trie_key_write((struct trie_key){ 0x0102030405060708, 0x090a0b0c0d0e0f10 }, octets, TRIE_KEY_OCTETS);
    assert_memory_equal(octets, "\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20", 17);
    assert_key(trie_key_read(octets, TRIE_KEY_OCTETS), 0x0102030405060708, 0x090a0b0c0d0e0f10);
    assert_key(trie_key_read(octets, 4), 0x0102030400000000, 0);
    trie_key_write((struct trie_key){ 0, 0 }, octets, 4);
    assert_memory_equal(octets, "\0\0\0\0\5", 5);
    assert_key(trie_key_shift((struct trie_key){ 0x0102030405060708, 0x0900000000000000 }, 8),
               0x0203040506070809, 0);
}

static void prefixes(void **state)
{
    (void)state;
    static const struct {
        unsigned bits;
        uint64_t hi, lo;
    } table[] = {
        { 0, 0, 0 },         { 1, UINT64_C(1) << 63, 0 },     { 63, ONES << 1, 0 },
        { 64, ONES, 0 },     { 65, ONES, UINT64_C(1) << 63 }, { 127, ONES, ONES << 1 },
        { 128, ONES, ONES },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        unsigned bits = table[i].bits;
        struct trie_key none = { 0, 0 }, all = { ONES, ONES };
        assert_key(trie_key_mask(bits), table[i].hi, table[i].lo);
        assert_key(trie_key_first(all, bits), table[i].hi, table[i].lo);
        assert_key(trie_key_first(none, bits), 0, 0);
        assert_key(trie_key_last(none, bits), ~table[i].hi, ~table[i].lo);
        assert_key(trie_key_last(all, bits), ONES, ONES);
        assert_int_equal(trie_key_matches(none, all, bits), bits == 0);
        assert_true(trie_key_matches(trie_key_last(none, bits), none, bits));
        assert_int_equal(trie_key_matches(trie_key_last(none, bits), none, bits + 1), bits == 128);
    }
}

static void embedded(void **state)
{
    (void)state;
    assert_key(ip4_key(0xc0000201), 0xc000020100000000, 0);
    assert_int_equal(ip4_address(ip4_key(0xc0000201)), 0xc0000201);

    struct trie_key mapped = ip6_mapped(0xc0000201), s = ip6_6to4(0xc0000201);
    assert_key(mapped, 0, 0x0000ffffc0000201);
    assert_true(ip6_is_mapped(mapped));
    assert_int_equal(ip6_mapped_ip4(mapped), 0xc0000201);
    assert_false(ip6_is_mapped((struct trie_key){ 1, mapped.lo }));
    assert_false(ip6_is_mapped((struct trie_key){ 0, 0x0001ffffc0000201 }));
    assert_true(trie_key_matches(mapped, ip6_mapped(0), IP6_MAPPED_BITS));

    assert_key(s, 0x2002c00002010000, 0);
    s.hi |= 0xffff;
    s.lo = ONES;
    assert_true(ip6_is_6to4(s));
    assert_int_equal(ip6_6to4_ip4(s), 0xc0000201);
    assert_false(ip6_is_6to4(mapped));
    assert_false(ip6_is_6to4((struct trie_key){ 0x2003000000000000, 0 }));
    assert_true(trie_key_matches(s, ip6_6to4(0), IP6_6TO4_BITS));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(numbers), cmocka_unit_test(prefixes),
                                        cmocka_unit_test(embedded) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
