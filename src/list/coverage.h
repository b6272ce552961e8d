/*
 * Which lists have something in a range: for rules, dry runs, and the judgement of delistings after a load.
 *
 * Lists are numbers as of view.set_lists. Acls, `never` sets and generic records count as the sets that hold
 * them do: acls not at all, never not at all, records like listings.
 */
#ifndef LIST_COVERAGE_H
#define LIST_COVERAGE_H

#include "base/error.h"
#include "base/vec.h"
#include "list/base.h"
#include "list/overlay.h"

/* A walk along a base. Ranges may come in any order; in ascending order by family and first address each /16
 * is walked once, which makes it one merge: some 10 ns an entry and 50 ns a range. Owned by one thread, which
 * holds the base. */
struct coverage {
    const struct base *base;
    const uint16_t *set_lists;
    struct vec runs; /* struct trie_run of `slot` */
    unsigned family, slot;
    struct vec masks; /* memo: struct list_mask by verdict... */
    struct vec known; /* ...and a bit for each that is there */
};

enum err coverage_open(struct coverage *c, const struct base *base, const uint16_t *set_lists) must_use;
void coverage_close(struct coverage *c);

/* The lists that have an entry for some address or name in the range. ERR_MEMORY. */
enum err coverage_lists(struct coverage *c, const struct range *range, struct list_mask *out) must_use;

/* How many addresses of the range some list of `lists` has (a name: 0 or 1), exactly up to a /8 of IPv4 or as
 * many runs; UINT64_MAX beyond. */
enum err coverage_count(struct coverage *c, const struct range *range, const struct list_mask *lists,
                        uint64_t *addresses) must_use;

#endif
