/*
 * SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012): a keyed hash for short
 * inputs that can serve as a signature, where base/hash.h cannot.
 */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

#define SIPHASH_KEY 16 /* bytes */

/* The hash of `size` bytes at `data` under `key`; the paper's octets of the hash are the number's, lowest
 * first. Pure; 20 ns for 20 bytes. */
hot uint64_t siphash(const uint8_t key[SIPHASH_KEY], const void *data, size_t size);

#endif
