/*
 * The use case: operations on items and requests, judged by the rules, stored, put into the overlay,
 * published.
 *
 * Operations are handed over in groups: delist_apply judges and stores each in a savepoint of its own (a bad
 * one fails alone), commits once (durable), commits the overlay once and publishes once. Only then do the
 * results hold: stored before visible, visible before acknowledged. A group whose commit fails leaves nothing
 * behind, and all its operations fail with REFUSE_UNAVAILABLE.
 *
 * One thread, the updater, calls delist_open to delist_apply and delist_tick; reads (store/items.h,
 * store/events.h, store/requests.h over store_read) may come from any thread.
 */
#ifndef DELIST_DELIST_H
#define DELIST_DELIST_H

#include "delist/list_policy.h"
#include "store/idempotency.h"
#include "store/privacy.h"
#include "store/store.h"
#include "view/view.h"

struct delist;

struct delist_options {
    const char *state;               /* directory; NULL: in memory */
    const struct list_policy *rules; /* one a list, copied. Lists get their store numbers in delist_open;
                                       masks in here have indexes of this array instead. */
    size_t rules_count;
    struct delist_limits limits;
    enum privacy privacy;
    struct retention retention;
    size_t overlay_bytes; /* the most */
    /* The published view, to be read between the two (an RCU read-side section of the updater thread). NULL
     * view: nothing is loaded yet. */
    const struct view *(*view_open)(void *context);
    void (*view_close)(void *context);
    /* Publishes a version of the overlay; when it returns, every query that comes in meets it. */
    void (*publish)(void *context, const struct overlay_view *overlay, uint64_t generation);
    /* A code was made for a request that is to be confirmed: have it sent to request->email. May be NULL:
     * then `confirm` is not available. */
    void (*confirm)(void *context, const struct removal_request *request, const char *code);
    void *context;
};

/* Opens the store, numbers the lists, builds the overlay from the active items and publishes it. Says in the
 * log how many items there are and how long it took. `error` as of store_open. */
enum err delist_open(const struct delist_options *options, int64_t now, struct delist **out,
                     struct error *error) must_use;
void delist_close(struct delist *d);

struct store *delist_store(const struct delist *d);

/* The rules of the list with this store number, or NULL when the configuration has it not. Any thread. */
const struct list_policy *delist_rules(const struct delist *d, unsigned list);
/* The store number of a configured list, or -1. Any thread. */
int delist_list_number(const struct delist *d, const char *name);
const struct delist_limits *delist_limits(const struct delist *d);
enum privacy delist_privacy(const struct delist *d);
bool delist_suspended(const struct delist *d); /* any thread */

/* ---- Operations ---- */

enum delist_verb {
    DELIST_CREATE, /* create[], all or nothing if `atomic`: those that would have gone well without the
                      others are REFUSE_NOT all the same */
    DELIST_CHANGE, /* an item's expiry or reason */
    DELIST_END,    /* an item, now */
    DELIST_REVERT, /* all that a batch made and is still active */
    DELIST_SUSPEND,
    DELIST_RESUME,
    DELIST_REQUEST,
    DELIST_VERIFY,
    DELIST_APPROVE,
    DELIST_DENY,  /* removal requests (removal.h) */
    DELIST_NOTE,  /* an event of the audit trail, nothing else */
    DELIST_ERASE, /* personal data of `subject` */
    DELIST_FEED,  /* what a load of a list means for delistings (feed.h) */
};

enum expiry_kind { EXPIRY_DEFAULT, EXPIRY_AT, EXPIRY_IN, EXPIRY_NEVER };

struct expiry {
    enum expiry_kind kind;
    int64_t value; /* Unix time, or seconds from now on */
};

enum tristate { UNSAID, NO, YES };

/* One item to be made, as it was asked for. */
struct create {
    enum overlay_kind kind;
    struct range range;
    bool lists_given;
    struct list_mask lists;
    struct expiry expiry;
    uint32_t code;
    uint8_t text[256]; /* length byte and text */
    char reason[DELIST_REASON], requester[DELIST_CONTACT];
    enum tristate sticky;
    bool dry_run, force;
};

/* ...and what came of it. */
struct created {
    struct refusal judgement;
    bool existed;                   /* the same was there and active: 200 */
    struct item item;               /* unless dry_run; durable as delist_durable says */
    struct list_mask lists;         /* that it is on, or would be */
    struct list_mask skipped;       /* lists that were not named whose rules do not permit it... */
    struct refusal why[4];          /* ...and why, of the first four, in order of number */
    uint64_t addresses, listed_now; /* dry_run: in the range; of them, those that one of the lists has
                                       (UINT64_MAX: not counted, too many) */
};

struct delist_op {
    enum delist_verb verb;
    const struct actor *actor; /* valid until it is done */

    /* DELIST_CREATE */
    const struct create *create;
    struct created *created; /* as many */
    size_t count;
    bool atomic, batch; /* batch: they get a batch id */

    /* CHANGE, END: the item; REVERT: the batch; VERIFY, APPROVE, DENY: the request */
    enum overlay_kind kind;
    char id[STORE_ID];
    bool has_revision; /* If-Match */
    uint64_t revision;
    bool has_expiry, has_reason, force;
    struct expiry expiry;
    char reason[DELIST_REASON]; /* DENY, APPROVE: the reply; VERIFY: the code; NOTE: what was done */
    const char *subject;        /* ERASE */

    struct removal_request
        request; /* REQUEST: as asked; afterwards, and after VERIFY, APPROVE, DENY: as it stands */
    struct removal_request asked;     /* of delist_apply: REQUEST as it came, for when it is done again */
    char confirm_code[STORE_ID];      /* of delist_apply: to be sent to request.email; empty: none */
    const struct feed_verdicts *feed; /* FEED */

    /* Results, valid once it is done. */
    struct refusal judgement; /* of the operation as a whole; CREATE with one item has that one's here too */
    struct item item;         /* CHANGE, END: as it stands */
    /* END: ids of others that do the same for the whole range on one of its lists, newest first. */
    char still_covered[OVERLAY_ITEMS_MAX][STORE_ID];
    size_t still_covered_count;
    char batch_id[STORE_ID];
    uint64_t affected; /* REVERT: items ended; ERASE: rows */
    uint64_t sequence; /* of its last event */

    /* Idempotency. Set `repeat` to have the answer noted: when the operation is judged and before it is
     * committed, `render` is called for the status and body (malloc'ed; the operation's owner frees `body`
     * afterwards). When the key was answered before, nothing is done, and status and body are those of then
     * (`repeated`). */
    const struct idempotency *repeat; /* NULL: none */
    void (*render)(struct delist_op *op);
    bool repeated;
    int status;
    char *body;
    size_t body_length;

    /* Told when all is done and visible, by the updater thread; must not block. */
    void (*done)(struct delist_op *op);
    void *context; /* of the owner */
};

/* Applies `count` operations in order: one commit, one publish; sets their results, and does not call `done`.
 */
void delist_apply(struct delist *d, struct delist_op *const *ops, size_t count, int64_t now);

/* What is due by time: takes expired items out of the overlay and notes their end, in portions; retention;
 * keys of repeats. Returns when to be called again, Unix time. */
int64_t delist_tick(struct delist *d, int64_t now);

/* No reader has a version of the overlay older than `generation` any more. The updater thread. */
void delist_reclaim(struct delist *d, uint64_t generation);

struct overlay_usage delist_overlay_usage(const struct delist *d); /* any thread: of the last commit */

#endif
