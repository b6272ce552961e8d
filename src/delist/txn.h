/*
 * The group of operations under way. Internal to delist/: what the verbs share.
 *
 * A verb judges first and edits last, and what it edits goes through the functions here, which write the row,
 * the event and the overlay together. Their errors stick: after the first one the group is lost, all later
 * calls do nothing, and delist_apply takes everything back; so a verb need not look at each. What a verb
 * refuses by itself (op->judgement) takes back its own writes to the store, but not to the overlay: it must
 * not refuse after an edit, unless it has hidden again what it has made.
 *
 * A group that is lost may be done again, one operation at a time: what a verb has written to its op must not
 * change what it does then. All of it runs in the updater thread.
 */
#ifndef DELIST_TXN_H
#define DELIST_TXN_H

#include "delist/delist.h"
#include "store/events.h"
#include "store/items.h"

struct delist {
    struct delist_options options; /* `rules` and `state` are the caller's, and not looked at any more */
    struct store *store;
    struct overlay *overlay;
    struct list_policy *rules; /* a copy, masks by store numbers */
    struct list_policy *by_number[LISTS_MAX];
    struct list_mask lists;      /* the configured ones */
    struct overlay_view current; /* the version last committed... */
    uint64_t generation;         /* ...and its number */
    bool suspended;              /* atomic */
    struct overlay_usage usage;  /* atomic, by member */
    bool failing;                /* the store did, lately, and the log says so */
    int64_t full;                /* when the log said last that the overlay cannot be edited */
    int64_t housekept;           /* when what is past its time was last erased */
};

struct txn {
    struct delist *d;
    struct store *store;
    struct overlay *overlay;
    struct store_reader *eyes; /* that see what the group has written */
    int64_t now;
    const struct actor *actor; /* of the operation under way */
    bool edited;               /* the overlay, in this group */
    bool wrote;                /* an event, in this group */
    bool suspended;            /* as it is to be */
    uint64_t added;            /* items to the overlay, in this group, less those removed */
    uint64_t sequence;         /* of the operation's last event; 0: none */
    uint64_t effort;           /* that its dry runs may take yet, of struct coverage */
    bool keep;                 /* the operation under way refuses, but what it wrote to the store stays */
    enum err err;              /* the group is lost */
    bool retry;                /* ...but what is not to blame may work by itself */
    struct error error;
};

/* ---- Groups ---- */

void txn_open(struct txn *w, struct delist *d, int64_t now);

/* Commits and publishes; false: the group was lost, nothing of it is left, and the log has w->error. */
bool txn_close(struct txn *w);

/* ---- Errors ---- */

/* Notes that the group is lost (unless `err` is OK) because of the store; returns whether it is not. */
bool txn_ok(struct txn *w, enum err err);

/* ---- Looking ---- */

/* The published view, NULL when nothing is loaded. An RCU read-side section: no store call before the close.
 */
const struct view *txn_view_open(const struct delist *d);
void txn_view_close(const struct delist *d);

/* ---- Events ---- */

/* Adds an event, whose sequence and time (now, if it is 0) are filled in. */
void txn_event(struct txn *w, struct event *event);

/* An event about an item, of the actor whose turn it is, not yet added. */
void txn_item_event(const struct txn *w, enum event_kind kind, const struct item *item, struct event *event);

/* Adds an event about no item, of the actor whose turn it is. */
void txn_note(struct txn *w, enum event_kind kind, const char *reason);

/* ---- Editing ---- */

/* Puts an item into the overlay, or takes it out. What an item has no effect on (over) is left out. */
void txn_show(struct txn *w, const struct item *item);
void txn_hide(struct txn *w, const struct item *item);

/* Makes an item of `in`: judges, stores, shows, notes. False: out->judgement says why not, nothing was done
 * (or w->err is set). `batch_id` NULL: none. */
bool delist_create_one(struct txn *w, const struct actor *actor, const struct create *in,
                       const char *batch_id, struct created *out);

/* Whether the rules permit `item`, as it is to be, on one of its lists. */
bool delist_permits(const struct txn *w, const struct actor *actor, const struct item *item, unsigned list,
                    bool force, struct refusal *j);

/* Whether an expiry can be had: by what it says and LIST_POLICY_LONGEST; `otherwise`: seconds of
 * EXPIRY_DEFAULT. */
bool delist_expiry(const struct txn *w, const struct actor *actor, const struct expiry *expiry,
                   uint32_t otherwise, int64_t *expires_at, struct refusal *j);

/* How long an item lasts that names no end: the shortest default of its lists. */
uint32_t delist_default_seconds(const struct txn *w, const struct actor *actor, const struct item *item);

/* Whether `force` is an admin's word. */
bool delist_may_force(const struct actor *actor, bool force, struct refusal *j);

/* Ends an active item on all lists: ENDED, EXPIRED. `when` it ended; `by` whom. Changes `item` likewise. */
void delist_end_item(struct txn *w, struct item *item, enum item_state state, int64_t when, const char *by);

/* The same on one list, by the feed: FULFILLED or RELISTED there (also after it was fulfilled there). The
 * item as a whole is so when no list is left; RELISTED then, if one of them relisted it. After items_watch.
 */
void delist_end_on(struct txn *w, struct item *item, unsigned list, enum item_state state);

/* ---- Verbs; each fills in op->judgement ---- */

void delist_create(struct txn *w, struct delist_op *op);
void delist_change(struct txn *w, struct delist_op *op);
void delist_end(struct txn *w, struct delist_op *op);
void delist_revert(struct txn *w, struct delist_op *op);
void delist_suspend(struct txn *w, struct delist_op *op, bool suspend);
void delist_note(struct txn *w, struct delist_op *op);
void delist_erase(struct txn *w, struct delist_op *op);

/* removal.c. A code that is to be sent is put into op->confirm_code; it goes out once all is done. */
void removal_request(struct txn *w, struct delist_op *op);
void removal_verify(struct txn *w, struct delist_op *op);
void removal_decide(struct txn *w, struct delist_op *op); /* APPROVE, DENY */

/* feed_apply.c; feed_hold: of a delisting just made, notes which lists have something in its range. */
void feed_apply(struct txn *w, struct delist_op *op);
void feed_hold(struct txn *w, const struct item *item);

/* The audit trail's line in the log, once the operation is done. */
void audit_log(const struct delist *d, const struct delist_op *op);

#endif
