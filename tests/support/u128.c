#include "support/u128.h"

#include <stdlib.h>
#include <string.h>

u128 u128_low_bits(unsigned bits)
{
    return bits >= 128 ? ~(u128)0 : ((u128)1 << bits) - 1;
}

u128 u128_from_key(struct trie_key key)
{
    return (u128)key.hi << 64 | key.lo;
}

struct trie_key u128_to_key(u128 n)
{
    return (struct trie_key){ (uint64_t)(n >> 64), (uint64_t)n };
}

static int compare(const void *a, const void *b)
{
    u128 x, y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return (x > y) - (x < y);
}

void u128_sort(u128 *numbers, unsigned count)
{
    qsort(numbers, count, sizeof(*numbers), compare);
}
