/*
 * Which lists have something in a range: for rules, dry runs, and the judgement of delistings after a load.
 *
 * Lists are numbers as of view.set_lists; sets without one (UINT16_MAX) do not count. Acls do not count
 * either; generic records count as listings do.
 */
#ifndef VIEW_COVERAGE_H
#define VIEW_COVERAGE_H

#include "base/error.h"
#include "base/vec.h"
#include "overlay/overlay.h"
#include "view/snapshot.h"

/* The changes within one /16 of an address family. */
struct coverage_slot {
    struct vec runs; /* struct trie_run */
    enum range_family family;
    unsigned slot;
};

/* A walk along a snapshot. Ranges may come in any order. The first ones in a /16 cost what is in them; if
 * there are many, in ascending order by family and first address, it is walked once, which makes it one
 * merge: some 10 ns an entry and 50 ns a range. What is one address only is looked up. Owned by one thread,
 * which holds the snapshot. */
struct coverage {
    const struct snapshot *snapshot;
    const uint16_t *set_lists;
    uint64_t effort;                /* that coverage_count may still take: what it walks of the snapshot */
    unsigned few;                   /* ranges of a /16, and runs of a range, before it is walked as a whole */
    unsigned last_slot, last_count; /* the /16 of the last range that was not, and how many there were */
    struct coverage_slot slots[2];  /* in which ranges lately began, and ended beyond it */
    struct vec masks;               /* memo: struct list_mask by shape... */
    struct vec known;               /* ...and uint8_t: whether it is there */
};

/* ERR_MEMORY; coverage_close is due all the same. `snapshot` and `set_lists` stay for as long as `c`. */
enum err coverage_open(struct coverage *c, const struct snapshot *snapshot,
                       const uint16_t *set_lists) must_use;
void coverage_close(struct coverage *c);

/* The lists that have an entry for some address or name in the range. A name with subdomains: for itself, for
 * some name below it, or, from a name above it, for all of these. ERR_MEMORY. */
enum err coverage_lists(struct coverage *c, const struct range *range, struct list_mask *out) must_use;

/* Whether the snapshot has names of their own below this one: what holds for it need not hold for them. */
bool coverage_has_below(const struct coverage *c, const struct range *name);

#define COVERAGE_RUNS_MAX (1u << 24) /* that coverage_count looks at */

/* How many addresses of the range some list of `lists` has (a name: 0 or 1): exactly for up to a /8 of IPv4,
 * or as many runs; UINT64_MAX beyond, and when the effort is used up: COVERAGE_RUNS_MAX of what is walked in
 * all calls, unless `effort` was set to less. ERR_MEMORY. */
enum err coverage_count(struct coverage *c, const struct range *range, const struct list_mask *lists,
                        uint64_t *addresses) must_use;

#endif
