/* What is to become of a removal request, list by list, and carrying it out. */
#ifndef DELIST_REMOVAL_PLAN_H
#define DELIST_REMOVAL_PLAN_H

#include "delist/removal.h"
#include "delist/txn.h"

/* What view and store have in the range of a request. */
struct removal_state {
    struct list_mask unloaded;   /* lists without data: what they will have is not known yet */
    struct list_mask listed;     /* lists that have it, hidden or not */
    struct list_mask hidden;     /* those of `listed` where a delisting or an allow hides it */
    bool alone;                  /* of a name: the lists have nothing below it */
    uint32_t max_ttl[LISTS_MAX]; /* by list, in seconds: the longest time that an answer may be cached */
};

/* False: nothing is loaded, or out of memory (`refusal`); or the group has failed. */
bool removal_inspect(struct txn *txn, const struct range *range, struct removal_state *out,
                     struct refusal *refusal);

/* Refuses because lists are not loaded yet; returns false. */
bool removal_not_loaded(struct refusal *refusal);

/* The lists by the status of the request on them, and the reply: a sentence for each list. */
struct removal_plan {
    struct list_mask lists[REQUEST_DENIED + 1];
    char reply[REQUEST_DENIED + 1][STORE_REASON];
};

/* Decides on a request for `lists`. `confirmed`: the code was right. False: the group has failed. */
bool removal_decide_lists(struct txn *txn, const struct removal_state *state, const struct range *range,
                          const struct list_mask *lists, bool confirmed, struct removal_plan *out);

/* Makes the delistings for `request` on those of `lists` that do not hide it yet, as `actor`; `expiry` NULL:
 * by each list's policy for the public. Sets request->effective_by and adds to request->removed. False:
 * nothing was done, and `refusal` says why, or the group has failed. */
bool removal_carry_out(struct txn *txn, const struct actor *actor, const struct removal_state *state,
                       const struct list_mask *lists, const struct expiry *expiry, bool force,
                       struct removal_request *request, struct refusal *refusal);

/* The actor whom delistings by request name: `actor`, or the public. */
struct actor removal_actor(const struct actor *actor, bool is_public);

/* Adds a sentence to a reply, unless it does not fit. */
void removal_say(char reply[STORE_REASON], const char *format, ...) printf_like(2, 3);

#endif
