/*
 * Which hits a sample records (hit_sample.h): of each second the first `all`, and of the others one in
 * `rate`. The workers and the fast path have such a rule each.
 *
 * Pure and free of libc: the same text compiles for BPF and for the host.
 */
#ifndef ANSWER_HIT_RULE_H
#define ANSWER_HIT_RULE_H

#include <stdint.h>

enum {
    HIT_KEPT = 4096, /* records of a sample */
    HIT_ALL = 64,    /* listed answers of a second that are all recorded... */
    HIT_RATE = 16,   /* ...and of those after them one in so many */
};

/* Zero-initialised is valid. */
struct hit_rule {
    int64_t second;
    uint32_t of_second; /* its records that count towards `all` */
    uint32_t left;      /* hits until the next record by `rate`; 0: not begun */
    uint32_t random, unused;
};

/* Hits until the next record: random (xorshift, Marsaglia 2003), with `rate` as their mean. */
static inline uint32_t hit_rule_step(struct hit_rule *h, uint32_t rate)
{
    uint32_t x = h->random != 0 ? h->random : 1;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    h->random = x;
    return 1 + x % (2 * rate - 1);
}

/* Counts a hit of this second. Returns the weight of its record, 0 if none is due. `rate`: 1 to 255. */
static inline uint8_t hit_rule_due(struct hit_rule *h, int64_t second, uint32_t all, uint32_t rate)
{
    if (h->second != second) {
        h->second = second;
        h->of_second = 0;
    }
    if (h->of_second < all) {
        h->of_second++;
        return 1;
    }
    if (h->left == 0)
        h->left = hit_rule_step(h, rate);
    if (--h->left != 0)
        return 0;
    h->left = hit_rule_step(h, rate);
    return (uint8_t)rate;
}

#endif
