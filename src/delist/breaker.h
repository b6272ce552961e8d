/*
 * Circuit breakers: the public removals of the last hour against the limits of each list (struct
 * breaker_rules). Beyond a limit nothing is denied: a removal waits for a review, until the hour has passed.
 *
 * What is made at once, or after a code, counts for its list, its target, the network around that and the
 * client; what operators make or approve does not. Clients are counted by digests that only this process can
 * make, so their counts begin anew with it; the others survive it. `list_policy_eligibility` decides.
 */
#ifndef DELIST_BREAKER_H
#define DELIST_BREAKER_H

#include "delist/list_policy.h"
#include "store/removal_counts.h"

struct delist;
struct txn;

/* By what a removal of `range` counts that is asked for from `client`: an address as text; anything else is
 * no client. Any thread. */
void breaker_keys(const struct delist *d, const struct range *range, const char *client,
                  struct removal_keys *out);

/* Counts a removal of `range` from `lists`, if the current actor is the public, and logs which limits it has
 * reached: each once an hour. `entries`: of the lists, by number. */
void breaker_count(struct txn *txn, const struct range *range, const struct list_mask *lists,
                   const uint64_t entries[LISTS_MAX]);

/* Counts a removal that waits for a review because of a limit. */
void breaker_count_held(struct delist *d, enum removal_scope scope);

#endif
