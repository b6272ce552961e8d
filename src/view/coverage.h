/*
 * Which lists have something in a range: for rules, dry runs, and the check of delistings after a load.
 *
 * Lists are numbers, as in view.set_lists; sets without one (UINT16_MAX) do not count, nor do access lists.
 * Generic records count as listings do.
 */
#ifndef VIEW_COVERAGE_H
#define VIEW_COVERAGE_H

#include "base/error.h"
#include "base/vec.h"
#include "overlay/overlay.h"
#include "view/snapshot.h"

/* A /16 of an address family, walked. */
struct coverage_slot {
    struct vec runs; /* struct trie_run */
    enum range_family family;
    unsigned slot;
};

/* A walk along a snapshot. Ranges may come in any order. The first ones in a /16 cost what is in them; after
 * those the /16 is walked once and kept, so that many ranges, ascending by family and first address, cost one
 * merge: some 10 ns an entry and 50 ns a range. A single address is looked up. Owned by one thread, which
 * holds the snapshot. */
struct coverage {
    const struct snapshot *snapshot;
    const uint16_t *set_lists;
    uint64_t effort; /* left for coverage_count, in runs and entries that it walks */
    unsigned few;    /* ranges in a /16, and runs in a range, before it is walked as a whole */
    unsigned last_slot,
        last_count; /* the /16 of the last range that was not walked, and how many there were */
    struct coverage_slot slots[2]; /* cached: where the last ranges began; where they ended, if elsewhere */
    struct vec masks;              /* memo: struct list_mask by shape... */
    struct vec known;              /* ...and uint8_t: whether it is there */
};

/* ERR_MEMORY; coverage_close is due in any case. `snapshot` and `set_lists` must outlive `c`. */
enum err coverage_open(struct coverage *c, const struct snapshot *snapshot,
                       const uint16_t *set_lists) must_use;
void coverage_close(struct coverage *c);

/* The lists that have an entry for some address or name in the range. Of a name with subdomains: for the name
 * itself, for a name below it, or for all names below a name above it. ERR_MEMORY. */
enum err coverage_lists(struct coverage *c, const struct range *range, struct list_mask *out) must_use;

/* Whether the snapshot has entries for names below this one, for which something else may hold. */
bool coverage_has_below(const struct coverage *c, const struct range *name);

#define COVERAGE_RUNS_MAX (1u << 24) /* runs that coverage_count inspects: a /8 of IPv4 has no more */

/* How many addresses of the range some list of `lists` has; of a name, 0 or 1. UINT64_MAX when the range has
 * more than COVERAGE_RUNS_MAX runs, or when the effort is used up: COVERAGE_RUNS_MAX for all calls together,
 * unless `effort` was set to less. ERR_MEMORY. */
enum err coverage_count(struct coverage *c, const struct range *range, const struct list_mask *lists,
                        uint64_t *addresses) must_use;

#endif
