/*
 * The arithmetic of response rate limiting (rate.h): one cache line of the table, which the workers and the
 * fast path have each of their own.
 *
 * Pure and free of libc: the same text compiles for BPF and for the host.
 */
#ifndef ANSWER_RATE_LINE_H
#define ANSWER_RATE_LINE_H

#include <stdint.h>

enum { RATE_WAYS = 4 };

/* The replies to one prefix. */
struct rate_slot {
    uint64_t prefix; /* a hash of it; 0: free */
    uint32_t second; /* of the last reply: the lower half of the clock's seconds */
    uint32_t count;  /* replies in that second, with those beyond the limit: the slip counts on */
};

struct rate_line {
    struct rate_slot slot[RATE_WAYS];
};

_Static_assert(sizeof(struct rate_line) == 64, "the ways of a prefix share a cache line");

enum rate_action { RATE_PASS, RATE_SLIP, RATE_DROP };

/* The bits of an address's first 64 that count. */
static inline uint64_t rate_prefix(uint64_t address, unsigned bits)
{
    return bits == 0 ? 0 : address >> (64 - bits) << (64 - bits);
}

/* Counts a reply to the prefix with this hash, which is not 0. Returns how many there were in the second
 * `now`, this one included. */
static inline uint32_t rate_line_count(struct rate_line *line, uint64_t prefix, uint32_t now)
{
    unsigned at = 0;

    for (unsigned i = 0; i < RATE_WAYS; i++) {
        if (line->slot[i].prefix == prefix) {
            at = i;
            break;
        }
        if (now - line->slot[i].second > now - line->slot[at].second)
            at = i;
    }
    struct rate_slot *s = &line->slot[at & (RATE_WAYS - 1)]; /* the verifier of BPF looks at the mask */
    if (s->prefix != prefix || s->second != now) {
        s->prefix = prefix;
        s->second = now;
        s->count = 0;
    }
    if (s->count < UINT32_MAX)
        s->count++;
    return s->count;
}

/* What becomes of the reply that is number `count` of its second. */
static inline enum rate_action rate_action_of(uint32_t count, uint32_t limit, uint32_t slip)
{
    if (count <= limit)
        return RATE_PASS;
    return slip != 0 && (count - limit) % slip == 0 ? RATE_SLIP : RATE_DROP;
}

#endif
