/*
 * A transaction: the store, its events and the overlay are changed together, for a group of operations.
 *
 * A verb checks first and changes last. Errors are sticky: after the first one the group has failed, all
 * later calls do nothing, and txn_close rolls everything back; so a verb need not check each call. A refusal
 * (op->refusal) rolls back what the verb wrote to the store, but not its edits of the overlay: a verb must
 * not refuse after a txn_overlay_add, unless it has called txn_overlay_remove for each item that it added.
 *
 * A failed group may be done again, one operation at a time: what a verb has written to its op must not
 * change what it does then. The updater thread only.
 */
#ifndef DELIST_TXN_H
#define DELIST_TXN_H

#include "answer/throttle.h"
#include "base/clock.h"
#include "base/sha256.h"
#include "delist/delist.h"
#include "store/events.h"
#include "store/items.h"

/* The state of an open struct delist. */
struct delist {
    struct delist_options options; /* `policies` and `state` are only valid in delist_open */
    struct store *store;
    struct overlay *overlay;
    struct list_policy *policies; /* a copy; masks have store numbers */
    struct list_policy *by_number[LISTS_MAX];
    struct list_mask lists;                            /* the configured ones */
    struct throttle *requests;                         /* of a client in an hour; NULL: any number */
    int64_t breaker_logged[LISTS_MAX][REMOVAL_SCOPES]; /* when the log last said that a limit is reached */
    uint64_t held[REMOVAL_SCOPES]; /* removals that a breaker made wait for a review; atomic */
    uint8_t secret[SHA256_SIZE];   /* of delist_digest */
    struct overlay_view current;   /* the last committed version... */
    uint64_t generation;           /* ...and its number */
    bool suspended;                /* atomic */
    struct overlay_usage usage;    /* atomic, by member */
    bool failing;                  /* the store failed, and the log says so */
    int64_t full_logged;           /* when the log last said that the overlay cannot be edited */
    int64_t last_housekeeping;     /* when data past its retention was last purged */
    struct clock_looks looks;      /* data is only purged by a time that they confirm */
};

struct txn {
    struct delist *d;
    struct store *store;
    struct overlay *overlay;
    struct store_reader *reader; /* sees what the group has written */
    int64_t now;
    const struct actor *actor; /* of the current operation */
    struct actor requester;    /* the same, while it acts by request (removal_act) */
    bool edited;               /* the overlay, in this group */
    bool wrote;                /* an event, in this group */
    uint32_t codes;            /* made in this group, to be sent after the commit */
    bool suspended;            /* as it will be after the commit */
    uint64_t added;            /* items added to the overlay in this group, less those removed */
    uint64_t sequence;         /* of the operation's last event; 0: none */
    uint64_t effort;           /* left for the operation's dry runs (struct coverage) */
    bool keep;                 /* the operation refuses, but keeps what it wrote to the store */
    enum err err;              /* not OK: the group has failed */
    bool retry;                /* ...by an edit of the overlay: its operations may succeed one by one */
    struct error error;
};

/* Begins a transaction of the store. If that fails, the group has failed. */
void txn_open(struct txn *txn, struct delist *d, int64_t now);

/* Commits and publishes. False: the group has failed and left nothing behind; the log has txn->error. */
bool txn_close(struct txn *txn);

/* Records a failure of the store, unless `err` is OK. Returns false once the group has failed. */
bool txn_ok(struct txn *txn, enum err err);

/* The published view; NULL: nothing is loaded. An RCU read-side section: no store call before the close. */
const struct view *txn_view_open(const struct txn *txn);
void txn_view_close(const struct txn *txn);

/* ---- Events ---- */

/* Adds an event and sets its sequence, and its time to now if that is 0; of its client it keeps what the
 * privacy setting keeps. */
void txn_event(struct txn *txn, struct event *event);

/* An event about an item, by the current actor, to be added. */
struct event txn_item_event(const struct txn *txn, enum event_kind kind, const struct item *item);

/* Adds an event about no item, by the current actor. */
void txn_record(struct txn *txn, enum event_kind kind, const char *reason);

/* ---- The overlay ---- */

/* Adds an item to the overlay, or removes it. Lists where it is over are left out. */
void txn_overlay_add(struct txn *txn, const struct item *item);
void txn_overlay_remove(struct txn *txn, const struct item *item);

#endif
