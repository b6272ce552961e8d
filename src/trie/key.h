/*
 * The arithmetic of keys: 128 bits in host byte order, left-aligned, so that a shorter key is followed by
 * zero bits. A prefix is a key and the number of its leading bits that count.
 *
 * Pure and free of libc, as lookup.h is; any thread, a few ns.
 */
#ifndef TRIE_KEY_H
#define TRIE_KEY_H

#include <stdbool.h>
#include <stdint.h>

enum { TRIE_KEY_BITS = 128, TRIE_KEY_OCTETS = 16 };

struct trie_key {
    uint64_t hi, lo;
};

/* A key as a number, for sums and differences. Arithmetic wraps: the key after the last one is 0. */
typedef unsigned __int128 trie_number;

static inline trie_number trie_key_number(struct trie_key k)
{
    return (trie_number)k.hi << 64 | k.lo;
}

static inline struct trie_key trie_key_of(trie_number n)
{
    return (struct trie_key){ (uint64_t)(n >> 64), (uint64_t)n };
}

static inline bool trie_key_equal(struct trie_key a, struct trie_key b)
{
    return a.hi == b.hi && a.lo == b.lo;
}

static inline bool trie_key_less(struct trie_key a, struct trie_key b)
{
    return a.hi < b.hi || (a.hi == b.hi && a.lo < b.lo);
}

static inline struct trie_key trie_key_shift(struct trie_key k, unsigned bits) /* 0 < bits < 64 */
{
    return (struct trie_key){ k.hi << bits | k.lo >> (64 - bits), k.lo << bits };
}

/* Octet `i`, 0 being the first. */
static inline unsigned trie_key_octet(struct trie_key k, unsigned i)
{
    return (unsigned)((i < 8 ? k.hi >> (56 - 8 * i) : k.lo >> (120 - 8 * i)) & 0xff);
}

/* A key from its first `size` octets, the rest 0; and the first `size` octets of a key. */
static inline struct trie_key trie_key_read(const uint8_t *octets, unsigned size)
{
    trie_number n = 0;
    for (unsigned i = 0; i < size; i++)
        n |= (trie_number)octets[i] << (120 - 8 * i);
    return trie_key_of(n);
}

static inline void trie_key_write(struct trie_key k, uint8_t *octets, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        octets[i] = (uint8_t)trie_key_octet(k, i);
}

/* The first `bits` bits set (0 to 128). */
static inline struct trie_key trie_key_mask(unsigned bits)
{
    return (struct trie_key){ bits >= 64 ? UINT64_MAX : ~(UINT64_MAX >> bits),
                              bits >= 128 ? UINT64_MAX
                              : bits > 64 ? ~(UINT64_MAX >> (bits - 64))
                                          : 0 };
}

/* The first and the last key that begin with the first `bits` bits of `k`. */
static inline struct trie_key trie_key_first(struct trie_key k, unsigned bits)
{
    struct trie_key mask = trie_key_mask(bits);
    return (struct trie_key){ k.hi & mask.hi, k.lo & mask.lo };
}

static inline struct trie_key trie_key_last(struct trie_key k, unsigned bits)
{
    struct trie_key mask = trie_key_mask(bits);
    return (struct trie_key){ k.hi | ~mask.hi, k.lo | ~mask.lo };
}

/* Whether the first `bits` bits of both are the same. */
static inline bool trie_key_matches(struct trie_key a, struct trie_key b, unsigned bits)
{
    struct trie_key mask = trie_key_mask(bits);
    return (((a.hi ^ b.hi) & mask.hi) | ((a.lo ^ b.lo) & mask.lo)) == 0;
}

#define TRIE_HOST_STEP (UINT64_C(1) << 32) /* in `hi`: from one IPv4 address to the next */

#endif
