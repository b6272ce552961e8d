/*
 * Counts of the public removals of the last hour, by list and by what they have in common: the table
 * `removals`, for the limits of struct breaker_rules (delist/list_policy.h).
 *
 * Each row counts those of REMOVAL_COUNTS_SLOT seconds, so a count needs at most 360 rows, however many
 * removals there were. What nobody has taken back counts: also removals that have ended since.
 */
#ifndef STORE_REMOVAL_COUNTS_H
#define STORE_REMOVAL_COUNTS_H

#include "store/store.h"

#define REMOVAL_COUNTS_SECONDS 3600 /* that a removal counts; up to a slot less */
#define REMOVAL_COUNTS_SLOT    10

/* By scope, a digest of what removals have in common; zero: they are not counted by it. Those of the list in
 * all have nothing else in common, and need none. */
struct removal_keys {
    uint8_t key[REMOVAL_SCOPES][STORE_DIGEST];
};

/* Counts one removal from a list. */
enum err removal_counts_add(struct store *s, unsigned list, const struct removal_keys *keys, int64_t now,
                            struct error *error) must_use;

/* Sums up the removals from a list within the last hour, by scope; 0 where there is no key. Some
 * microseconds for each. */
enum err removal_counts_find(struct store_reader *r, unsigned list, const struct removal_keys *keys,
                             int64_t now, uint64_t out[REMOVAL_SCOPES], struct error *error) must_use;

/* Deletes at most STORE_PURGE rows that no longer count. */
enum err removal_counts_purge(struct store *s, int64_t now, struct error *error) must_use;

#endif
