/* Keys as numbers of 128 bits, for models. Addresses of both families are left-aligned. */
#ifndef SUPPORT_U128_H
#define SUPPORT_U128_H

#include "trie/key.h"

typedef unsigned __int128 u128;

/* The number whose lowest `bits` bits are set; `bits` is at most 128. */
u128 u128_low_bits(unsigned bits);

u128 u128_from_key(struct trie_key key);
struct trie_key u128_to_key(u128 n);

/* Sorts ascending. */
void u128_sort(u128 *numbers, unsigned count);

#endif
