/* A removal request: what is to become of it, list by list; carrying it out, storing it. */
#ifndef DELIST_REMOVAL_PLAN_H
#define DELIST_REMOVAL_PLAN_H

#include "delist/item.h"
#include "delist/removal.h"

/* What view and store have in the range of a request. */
struct removal_state {
    struct list_mask unloaded;   /* lists without data: what they will have is not known yet */
    struct list_mask listed;     /* lists that have it, hidden or not */
    struct list_mask hidden;     /* those of `listed` where a delisting or an allow hides it */
    bool alone;                  /* of a name: the lists have nothing below it */
    uint32_t max_ttl[LISTS_MAX]; /* by list, in seconds: the longest time that an answer may be cached */
    uint64_t entries[LISTS_MAX]; /* by list */
};

/* Sets all but `hidden`, from the view alone. ERR_MEMORY. A thread that may read the view. */
enum err removal_inspect_view(const struct view *view, const struct range *range,
                              struct removal_state *out) must_use;

/* False: nothing is loaded, or out of memory (`refusal`); or the group has failed. */
bool removal_inspect(struct txn *txn, const struct range *range, struct removal_state *out,
                     struct refusal *refusal);

/* Refuses because lists are not loaded yet; returns false. */
bool removal_not_loaded(struct refusal *refusal);

/* The lists by the status of the request on them, and the reply: a sentence for each list. */
struct removal_plan {
    struct list_mask lists[REQUEST_DENIED + 1];
    char reply[REQUEST_DENIED + 1][STORE_REASON];
    bool needs_code; /* one of those to be verified waits for a code to the requester */
};

/* Decides on a request for `lists`. `proven`: kinds of proof that were given. False: the group has failed. */
bool removal_decide_lists(struct txn *txn, const struct removal_state *state, const struct range *range,
                          const struct list_mask *lists, unsigned proven, struct removal_plan *out);

/* Removes op->request, which waits for it, from the lists that take a proof of this kind, and stores what has
 * become of it. */
void removal_confirm(struct txn *txn, struct delist_op *op, enum proof_kind proven);

/* Whether a code can be sent after this group and those before it; else refuses. */
bool removal_has_mail(struct txn *txn, struct refusal *refusal);

/* Makes the delistings for `request` on those of `lists` that do not hide it yet; `expiry` NULL:
 * by each list's policy for the public. Sets request->effective_by and adds to request->removed. False:
 * nothing was done, and `refusal` says why, or the group has failed. */
bool removal_carry_out(struct txn *txn, const struct removal_state *state, const struct list_mask *lists,
                       const struct expiry *expiry, bool force, struct removal_request *request,
                       struct refusal *refusal);

/* Sets the actor of the rest of the operation: its own actor, or the public, with the origin "request". */
void removal_act(struct txn *txn, bool is_public);

/* Makes op->confirm_code, which is sent after the commit, and its digest, which is stored. It is 16 letters
 * and digits, 80 bits, in groups of four. False: op->refusal says that there are no random bytes. */
bool removal_make_code(struct txn *txn, struct delist_op *op, uint8_t digest[32]);

/* Whether `text` is a mail address and nothing else; `out` (may be `text`) gets it with the domain in its one
 * form: A-labels in lower case, without a dot at the end. */
bool removal_parse_email(const char *text, char out[STORE_EMAIL]);

/* Gives op->request a code to wait for: a new one in op->confirm_code, or the one that was sent to the same
 * mailbox for the same range within confirm_seconds. False: op->refusal says why, or the group has failed. */
bool removal_prepare_code(struct txn *txn, struct delist_op *op);

/* Adds a sentence to a reply, unless it does not fit. */
void removal_reply_add(char reply[STORE_REASON], const char *format, ...) printf_like(2, 3);

/* ---- The rows, with their events ---- */

/* Reads request op->id into op->request. False: op->refusal says why, or the group has failed. */
bool removal_find(struct txn *txn, struct delist_op *op);

/* Sets request->repeat, a digest of the client and all that it says, and request->asker. */
void removal_identify(const struct delist *d, struct removal_request *request);

/* Finds an earlier request by the same requester in the same words, for the same range and lists, with the
 * same status. */
bool removal_find_same(struct txn *txn, const struct removal_request *request, struct removal_request *found);

/* Counts a request of a client. False: it has none of requests_per_client left. */
bool removal_is_within_rate(struct txn *txn, const struct removal_request *request, struct refusal *refusal);

/* Whether one more request for `range` may wait for a review; from the range itself twice as many may. Which
 * limit is reached is not said: nobody learns what others ask for. False also: the group has failed. */
bool removal_has_room(struct txn *txn, const struct range *range, struct refusal *refusal);

/* Stores a new request; of people only what the privacy setting keeps. */
void removal_add(struct txn *txn, const struct removal_request *request);

/* Stores what has become of a request, and records the decision. */
void removal_record(struct txn *txn, struct removal_request *request, const char *decision);

/* Makes the lists of `plan` that need a review a request of its own, like `asked`, unless there is one, and
 * names it in `reply`, unless that names it already; if the queue is full, `reply` says so. False: the group
 * has failed. */
bool removal_queue(struct txn *txn, const struct removal_request *asked, const struct removal_plan *plan,
                   char reply[STORE_REASON]);

#endif
