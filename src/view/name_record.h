/*
 * How the table of names (view/names.h) is laid out, for all who read it: here, and in the kernel
 * (xdp/names.h).
 *
 * A record for each name, one after the other in canonical order, each at a multiple of NAME_UNIT bytes. An
 * *entry* is the number of that unit. From its first byte on a record has
 *
 *     depth    1 byte: the labels of the name, 0 to 127; NAME_INNER: there are names below it
 *     length   1 byte: of the label, 0 to 63; above that, in two bits, the bytes of the value, less one
 *     label    the lowest one of the name, lower case
 *     value    1 to 4 bytes, the lowest first: the index in `values`
 *     end      4 bytes, likewise, only with NAME_INNER: the entry after the last name below this one
 *
 * A name is below another one exactly if its entry is after that and before its `end`. It is found by a hash
 * of all its labels, from the top down, in slots of 32 bits: the entry, and above it as many bits of the hash
 * as fit; 0 is free. The hash says which line of slots comes first, and with which slot of a line the search
 * begins: it ends at a free slot, and goes on in the next line after all slots of one.
 *
 * Pure and free of libc: the same text compiles for BPF and for the host, both little-endian.
 */
#ifndef VIEW_NAME_RECORD_H
#define VIEW_NAME_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#define NAME_WORD                                                                                            \
    (~(uint64_t)(0xff & ~NAME_LABEL)) /* of a word that begins with `length`: the label's bits */

enum {
    NAME_UNIT = 2,        /* bytes */
    NAME_DEPTH = 0x7f,    /* of `depth` */
    NAME_INNER = 0x80,    /* likewise */
    NAME_HEAD = 2,        /* bytes before the label's text */
    NAME_END = 4,         /* bytes of `end` */
    NAME_LABEL = 0x3f,    /* of `length` */
    NAME_LINE_SLOTS = 16, /* a cache line */
    NAME_LINE_FULL = 12,  /* slots of a line that are taken, on average, at most */
};

/* Both halves of the product of two numbers, joined, without a number of 128 bits: as base/hash.h's
 * hash_fold(). */
static inline uint64_t name_fold_parts(uint64_t a, uint64_t b)
{
    uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    uint64_t low = a0 * b0, mid = a1 * b0 + (low >> 32), mid2 = a0 * b1 + (uint32_t)mid;
    uint64_t high = a1 * b1 + (mid >> 32) + (mid2 >> 32);
    return high ^ (mid2 << 32 | (uint32_t)low);
}

#ifdef __bpf__
#define NAME_FOLD(a, b) name_fold_parts(a, b)
#else
#include "base/hash.h"
#define NAME_FOLD(a, b) hash_fold(a, b)
#endif

/* The hash of a name, from that of the name above it, or of the root the seed: folded with the label and its
 * length byte, eight bytes at a time; the last ones as name_last_word(). */
static inline uint64_t name_hash(uint64_t hash, uint64_t word)
{
    return NAME_FOLD(hash ^ word, UINT64_C(0xa0761d6478bd642f));
}

/* The first `n` bytes of a word, 1 to 8, with zeros before them. */
static inline uint64_t name_last_word(uint64_t word, unsigned n)
{
    return word << (64 - 8 * n);
}

/* What the first eight bytes of a record, a word, have that those of a name of this depth have not, whose
 * label with its length byte begins with the word `label`. Bytes after the label count too. */
static inline uint64_t name_head_differs(uint64_t record, uint64_t label, unsigned depth)
{
    return (record ^ (label << 8 | depth)) & ~(uint64_t)(NAME_INNER | (0xff & ~NAME_LABEL) << 8);
}

/* The first `n` bytes of a word, 1 to 4. */
static inline uint64_t name_first_bytes(uint64_t word, unsigned n)
{
    return word & ((UINT64_C(1) << 8 * n) - 1);
}

/* Where the search for a hash begins: a line of `lines`; the slot in it is `hash` % NAME_LINE_SLOTS. */
static inline uint32_t name_line(uint64_t hash, uint32_t lines)
{
    return (uint32_t)((hash >> 32) * lines >> 32);
}

/* The bytes of the value of a record with this `length` byte. */
static inline unsigned name_value_bytes(unsigned length)
{
    return (length >> 6) + 1;
}

/* The value, from the eight bytes after the label. */
static inline uint32_t name_value_of(unsigned length, uint64_t tail)
{
    return (uint32_t)name_first_bytes(tail, name_value_bytes(length));
}

/* `end`, likewise, of an inner record. */
static inline uint32_t name_end_of(unsigned length, uint64_t tail)
{
    return (uint32_t)(tail >> 8 * name_value_bytes(length));
}

#endif
