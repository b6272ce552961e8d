/* What is to become of a removal request, list by list. Internal to delist/removal. */
#ifndef DELIST_REMOVAL_PLAN_H
#define DELIST_REMOVAL_PLAN_H

#include "delist/removal.h"
#include "delist/txn.h"

/* What there is to be removed. */
struct removal_sight {
    struct list_mask unloaded;   /* lists without data: what they will have is not known yet */
    struct list_mask listed;     /* lists that have it, hidden or not */
    struct list_mask hidden;     /* of them, those on which a delisting or an allow hides it */
    bool alone;                  /* of a name: the lists have nothing below it by itself */
    uint32_t max_ttl[LISTS_MAX]; /* by list, seconds: the longest that an answer may be kept */
};

/* Looks at view and store. False: nothing is loaded, or the group is lost; op->judgement says so. */
bool removal_look(struct txn *w, const struct range *range, struct removal_sight *out,
                  struct refusal *judgement);

/* Judges that it cannot be known now; returns false. */
bool removal_not_loaded(struct refusal *judgement);

/* The lists by what becomes of the request on them, and what the requester is told: a sentence a list. */
struct removal_plan {
    struct list_mask lists[REQUEST_DENIED + 1];
    char reply[REQUEST_DENIED + 1][DELIST_REASON];
};

/* Judges a request for `lists`, all of them lists with rules. `confirmed`: the code was right. False: the
 * group is lost. */
bool removal_judge(struct txn *w, const struct removal_sight *sight, const struct range *range,
                   const struct list_mask *lists, bool confirmed, struct removal_plan *out);

/* Makes the delistings for `request` on the lists that do not hide it yet, as `actor`; `expiry` NULL: as each
 * list's rules have it for the public. Sets request->effective_by and adds to request->removed. False:
 * *judgement says why not, and nothing was done. */
bool removal_carry_out(struct txn *w, const struct actor *actor, const struct removal_sight *sight,
                       const struct list_mask *lists, const struct expiry *expiry, bool force,
                       struct removal_request *request, struct refusal *judgement);

/* Adds a sentence to a reply; what does not fit any more is left out. */
void removal_say(char reply[DELIST_REASON], const char *format, ...) printf_like(2, 3);

/* ---- removal.c ---- */

/* The one who acts, as delistings are to name it. */
struct actor removal_actor(const struct actor *actor, bool is_public);

/* Puts the lists that are to be reviewed into a request of its own, like `asked`, unless there is one, and
 * names it in `reply`, unless that does. False: the group is lost. */
bool removal_queue(struct txn *w, const struct actor *actor, const struct removal_request *asked,
                   const struct removal_plan *plan, char reply[DELIST_REASON]);

/* Finds op->id; false: op->judgement says why not. */
bool removal_find(struct txn *w, struct delist_op *op);

/* Stores what has become of a request, and notes the decision. */
void removal_settle(struct txn *w, const struct actor *actor, struct removal_request *request,
                    const char *decision);

/* ---- removal_code.c ---- */

#define REMOVAL_CODE 20 /* bytes of a code as text: 16 letters and digits in groups of four, 80 bits */

/* A new code, and its digest, which is what is stored. ERR_SYSTEM: no random bytes. */
enum err removal_code_new(char code[REMOVAL_CODE], uint8_t proof[32]) must_use;

/* Whether `code`, as somebody typed it, is the one of this digest; takes the same time whatever is wrong. */
bool removal_code_matches(const char *code, const uint8_t proof[32]);

#endif
