/*
 * Sets of lists, by number. Plain values; pure, any thread, a few ns.
 */
#ifndef OVERLAY_LIST_MASK_H
#define OVERLAY_LIST_MASK_H

#include <stdbool.h>
#include <stdint.h>

#define LISTS_MAX 256 /* lists that a set can hold */

struct list_mask {
    uint64_t word[LISTS_MAX / 64];
};

static inline bool list_mask_has(const struct list_mask *m, unsigned list)
{
    return m->word[list / 64] >> list % 64 & 1;
}

static inline void list_mask_add(struct list_mask *m, unsigned list)
{
    m->word[list / 64] |= UINT64_C(1) << list % 64;
}

static inline void list_mask_remove(struct list_mask *m, unsigned list)
{
    m->word[list / 64] &= ~(UINT64_C(1) << list % 64);
}

/* The set of one list. */
static inline struct list_mask list_mask_of(unsigned list)
{
    struct list_mask m = { { 0 } };

    list_mask_add(&m, list);
    return m;
}

/* The lowest list; LISTS_MAX if the set is empty. */
static inline unsigned list_mask_first(const struct list_mask *m)
{
    for (unsigned i = 0; i < LISTS_MAX / 64; i++)
        if (m->word[i] != 0)
            return i * 64 + (unsigned)__builtin_ctzll(m->word[i]);
    return LISTS_MAX;
}

static inline bool list_mask_is_empty(const struct list_mask *m)
{
    return list_mask_first(m) == LISTS_MAX;
}

/* ---- Two sets ---- */

/* Adds all lists of `more`. */
static inline void list_mask_join(struct list_mask *m, const struct list_mask *more)
{
    for (unsigned i = 0; i < LISTS_MAX / 64; i++)
        m->word[i] |= more->word[i];
}

/* The lists in both. */
static inline struct list_mask list_mask_common(const struct list_mask *a, const struct list_mask *b)
{
    struct list_mask m;

    for (unsigned i = 0; i < LISTS_MAX / 64; i++)
        m.word[i] = a->word[i] & b->word[i];
    return m;
}

/* The lists in `a` and not in `b`. */
static inline struct list_mask list_mask_less(const struct list_mask *a, const struct list_mask *b)
{
    struct list_mask m;

    for (unsigned i = 0; i < LISTS_MAX / 64; i++)
        m.word[i] = a->word[i] & ~b->word[i];
    return m;
}

/* Whether they have a list in common; whether all lists of `inner` are in `outer`. */
static inline bool list_mask_meets(const struct list_mask *a, const struct list_mask *b)
{
    struct list_mask both = list_mask_common(a, b);

    return !list_mask_is_empty(&both);
}

static inline bool list_mask_is_within(const struct list_mask *inner, const struct list_mask *outer)
{
    struct list_mask left = list_mask_less(inner, outer);

    return list_mask_is_empty(&left);
}

#endif
