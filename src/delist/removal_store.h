/* The rows of removal requests, with their events. */
#ifndef DELIST_REMOVAL_STORE_H
#define DELIST_REMOVAL_STORE_H

#include "delist/removal_plan.h"

/* Reads request op->id into op->request. False: op->refusal says why, or the group has failed. */
bool removal_find(struct txn *txn, struct delist_op *op);

/* Finds an open request for the same range and lists, if `request` would add nothing to it. */
bool removal_find_same(struct txn *txn, const struct removal_request *request, struct removal_request *found);

/* How many requests the client of `request` has made since a time. False: the group has failed. */
bool removal_count_client(struct txn *txn, const struct removal_request *request, int64_t since,
                          unsigned *count);

/* Stores a new request; of people only what the privacy setting keeps. */
void removal_add(struct txn *txn, const struct actor *actor, const struct removal_request *request);

/* Stores what has become of a request, and records the decision. */
void removal_record(struct txn *txn, const struct actor *actor, struct removal_request *request,
                    const char *decision);

/* Makes the lists of `plan` that need a review a request of its own, like `asked`, unless there is one, and
 * names it in `reply`, unless that names it already. False: the group has failed. */
bool removal_queue(struct txn *txn, const struct actor *actor, const struct removal_request *asked,
                   const struct removal_plan *plan, char reply[STORE_REASON]);

#endif
