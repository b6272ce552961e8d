/*
 * Hosts nodes: the listed hosts of a root slot, two octets each.
 *
 * A hosts node has the keys of one root slot (lookup.h) whose first 32 bits are those of one of its hosts,
 * and sends all others on to one entry. With 10 M random hosts, a slot has 153, in five lines of 32: a
 * look-up reads the root, the node's first line, and one of those; a host costs 2.7 bytes. It is a static
 * B+-tree of two levels, each node of it a cache line (Rao and Ross, "Cache Conscious Indexing for
 * Decision-Support in Main Memory", 1999).
 *
 *     word 0     the entry of all other keys: no hosts node
 *     word 1     value of all hosts (63..32), or 0 | indexed (bit 16) | count, 1 to TRIE_HOSTS_MAX (15..0)
 *     then       if count > TRIE_HOSTS_FEW: fences, the first suffix of each line but the first; up to the
 *                end of a cache line
 *     then       the suffixes: bits 16 to 31 of the keys, ascending; 32 are a line
 *     then       if indexed: for each host the number of its value, an octet; and the values, two a word
 *
 * Fences and suffixes are 16 bits, numbers 8 and values 32, the first in the lowest bits of a word. The arena
 * begins a cache line, and has a line of words after the last node. A node with fences begins a cache line;
 * the head and suffixes of one without lie in one.
 *
 * Pure and free of libc, as lookup.h is; any thread that may read the arena.
 */
#ifndef TRIE_HOSTS_H
#define TRIE_HOSTS_H

#include <stdbool.h>
#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
    TRIE_LINE = 8, /* words of a cache line */
    TRIE_HOSTS_HEAD = 2,
    TRIE_HOSTS_LINE = 32,                               /* suffixes in a line */
    TRIE_HOSTS_FEW = 4 * (TRIE_LINE - TRIE_HOSTS_HEAD), /* suffixes that fit behind the head */
    TRIE_HOSTS_MAX = 8192,                              /* more of them are smaller as bitmaps */
    TRIE_HOSTS_VALUES = 256,                            /* a value's number is an octet */
    TRIE_HOSTS_INDEXED = 1 << 16,
};

/* How many bits are set. */
static inline unsigned trie_popcount(uint64_t w)
{
#if defined(__POPCNT__) || !defined(__x86_64__) && !defined(__bpf__)
    return (unsigned)__builtin_popcountll(w);
#else
    w -= w >> 1 & 0x5555555555555555;
    w = (w & 0x3333333333333333) + (w >> 2 & 0x3333333333333333);
    w = (w + (w >> 4)) & 0x0f0f0f0f0f0f0f0f;
    return (unsigned)(w * 0x0101010101010101 >> 56);
#endif
}

/* ---- The layout ---- */

static inline unsigned trie_hosts_count(const uint64_t *node)
{
    return (unsigned)node[1] & 0xffff;
}

/* The number of lines of suffixes, and of fences: one less. 0: the suffixes are in the first line. */
static inline unsigned trie_hosts_lines(unsigned count)
{
    return count <= TRIE_HOSTS_FEW ? 0 : (count + TRIE_HOSTS_LINE - 1) / TRIE_HOSTS_LINE;
}

/* The words before the suffixes. */
static inline unsigned trie_hosts_head(unsigned count)
{
    if (count <= TRIE_HOSTS_FEW)
        return TRIE_HOSTS_HEAD;
    unsigned fences = (trie_hosts_lines(count) - 1 + 3) / 4;
    return (TRIE_HOSTS_HEAD + fences + TRIE_LINE - 1) / TRIE_LINE * TRIE_LINE;
}

/* The words before the numbers of values, and before the values. */
static inline unsigned trie_hosts_numbers(unsigned count)
{
    return trie_hosts_head(count) + (count + 3) / 4;
}

static inline unsigned trie_hosts_values(unsigned count)
{
    return trie_hosts_numbers(count) + (count + 7) / 8;
}

/* The words of a node of `count` hosts with `values` values. */
static inline unsigned trie_hosts_words(unsigned count, unsigned values)
{
    return values == 1 ? trie_hosts_numbers(count) : trie_hosts_values(count) + (values + 1) / 2;
}

/* Number `i` of the 16-bit numbers at `words`. */
static inline unsigned trie_hosts_short(const uint64_t *words, unsigned i)
{
    return (unsigned)(words[i / 4] >> i % 4 * 16) & 0xffff;
}

static inline unsigned trie_hosts_suffix(const uint64_t *node, unsigned i)
{
    return trie_hosts_short(node + trie_hosts_head(trie_hosts_count(node)), i);
}

/* Of an indexed node: the number of the value of host `i`. Of another, with 0: anything. */
static inline unsigned trie_hosts_number(const uint64_t *node, unsigned i)
{
    return (unsigned)(node[trie_hosts_numbers(trie_hosts_count(node)) + i / 8] >> i % 8 * 8) & 0xff;
}

/* The value of host `i`. */
static inline uint32_t trie_hosts_value(const uint64_t *node, unsigned i)
{
    unsigned count = trie_hosts_count(node);
    bool indexed = node[1] & TRIE_HOSTS_INDEXED;
    unsigned number = trie_hosts_number(node, indexed ? i : 0);
    unsigned at = indexed ? trie_hosts_values(count) + number / 2 : 1, half = indexed ? number % 2 : 1;
    return (uint32_t)(node[at] >> half * 32);
}

/* ---- Look-up ---- */

#ifdef __SSE2__

/* Bit i is set if number i of the 32 in a line, which is aligned, is `x`; or is at most `x`. */
static inline uint32_t trie_line_equal(const uint64_t *line, unsigned x)
{
    const __m128i *v = (const __m128i *)line, want = _mm_set1_epi16((short)x);
    __m128i low = _mm_packs_epi16(_mm_cmpeq_epi16(v[0], want), _mm_cmpeq_epi16(v[1], want));
    __m128i high = _mm_packs_epi16(_mm_cmpeq_epi16(v[2], want), _mm_cmpeq_epi16(v[3], want));
    return (uint32_t)_mm_movemask_epi8(low) | (uint32_t)_mm_movemask_epi8(high) << 16;
}

static inline uint32_t trie_line_at_most(const uint64_t *line, unsigned x)
{
    const __m128i *v = (const __m128i *)line, most = _mm_set1_epi16((short)x), zero = _mm_setzero_si128();
    __m128i low = _mm_packs_epi16(_mm_cmpeq_epi16(_mm_subs_epu16(v[0], most), zero),
                                  _mm_cmpeq_epi16(_mm_subs_epu16(v[1], most), zero));
    __m128i high = _mm_packs_epi16(_mm_cmpeq_epi16(_mm_subs_epu16(v[2], most), zero),
                                   _mm_cmpeq_epi16(_mm_subs_epu16(v[3], most), zero));
    return (uint32_t)_mm_movemask_epi8(low) | (uint32_t)_mm_movemask_epi8(high) << 16;
}

#else

static inline uint32_t trie_line_equal(const uint64_t *line, unsigned x)
{
    uint32_t bits = 0;
    for (unsigned i = 0; i < TRIE_HOSTS_LINE; i++)
        bits |= (uint32_t)(trie_hosts_short(line, i) == x) << i;
    return bits;
}

static inline uint32_t trie_line_at_most(const uint64_t *line, unsigned x)
{
    uint32_t bits = 0;
    for (unsigned i = 0; i < TRIE_HOSTS_LINE; i++)
        bits |= (uint32_t)(trie_hosts_short(line, i) <= x) << i;
    return bits;
}

#endif

/* A look-up has three steps, each of which reads what the one before it found: the node's first line, the
 * line of the suffix, the value. None has a branch that depends on the data, so that batches of look-ups pass
 * through them side by side. */

/* The line that `suffix` is in if it is a host's; `index` is the node's word index. */
static inline unsigned trie_hosts_line(const uint64_t *words, uint32_t index, unsigned suffix)
{
    enum { FIRST_FENCES = TRIE_HOSTS_FEW };
    const uint64_t *at = words + index - index % TRIE_LINE;
    unsigned lines = trie_hosts_lines(trie_hosts_count(words + index)), fences = lines - (lines != 0);
    uint32_t mask = fences < FIRST_FENCES ? (1u << fences) - 1 : (1u << FIRST_FENCES) - 1;
    unsigned line = trie_popcount(trie_line_at_most(at, suffix) >> 4 * TRIE_HOSTS_HEAD & mask);

    for (unsigned done = FIRST_FENCES; done < fences; done += TRIE_HOSTS_LINE) {
        at += TRIE_LINE;
        mask = fences - done < TRIE_HOSTS_LINE ? (1u << (fences - done)) - 1 : UINT32_MAX;
        line += trie_popcount(trie_line_at_most(at, suffix) & mask);
    }
    return line;
}

/* The word index of that line, a whole one, of the node with word index `index`. */
static inline uint32_t trie_hosts_line_index(const uint64_t *words, uint32_t index, unsigned line)
{
    unsigned count = trie_hosts_count(words + index);
    return count <= TRIE_HOSTS_FEW ? index - index % TRIE_LINE
                                   : index + trie_hosts_head(count) + line * TRIE_LINE;
}

/* The number of the host with `suffix`, which can only be in that line, or -1. */
static inline int trie_hosts_find_in(const uint64_t *words, uint32_t index, unsigned line, unsigned suffix)
{
    unsigned count = trie_hosts_count(words + index), first = line * TRIE_HOSTS_LINE, left = count - first;
    unsigned lane = count <= TRIE_HOSTS_FEW ? (index % TRIE_LINE + TRIE_HOSTS_HEAD) * 4 : 0;
    uint64_t bits = trie_line_equal(words + trie_hosts_line_index(words, index, line), suffix);

    bits = bits >> lane & ((UINT64_C(1) << (left < TRIE_HOSTS_LINE ? left : TRIE_HOSTS_LINE)) - 1);
    return bits == 0 ? -1 : (int)(first + (unsigned)__builtin_ctzll(bits));
}

/* The number of the host with `suffix`, or -1. */
static inline int trie_hosts_find(const uint64_t *words, uint32_t index, unsigned suffix)
{
    return trie_hosts_find_in(words, index, trie_hosts_line(words, index, suffix), suffix);
}

#endif
