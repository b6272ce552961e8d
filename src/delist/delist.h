/*
 * Operations on items and removal requests: checked by policies, stored, put into the overlay and published.
 *
 * Operations come in groups. delist_apply checks and stores each in a savepoint of its own (a failure does
 * not affect the others), commits once (durable), commits the overlay once and publishes once. The results
 * are valid after that: stored before visible, visible before acknowledged. If the commit fails, the group
 * leaves nothing behind, and all its operations fail with REFUSE_UNAVAILABLE.
 *
 * One thread, the updater, calls delist_open, delist_apply, delist_tick and delist_reclaim. Any thread may
 * read (store/items.h, store/events.h, store/requests.h over store_read).
 */
#ifndef DELIST_DELIST_H
#define DELIST_DELIST_H

#include "delist/list_policy.h"
#include "delist/proof.h"
#include "store/idempotency.h"
#include "store/items.h"
#include "store/privacy.h"
#include "store/store.h"
#include "view/view.h"

struct delist;

struct delist_options {
    const char *state;                  /* directory; NULL: in memory */
    const struct list_policy *policies; /* one for each list; copied. Their masks have indexes of
                                           this array; delist_open replaces them by store numbers. */
    size_t policies_count;
    const struct store_list_set *sets; /* of these lists, as far as names may have changed */
    size_t sets_count;
    struct delist_limits limits;
    enum privacy privacy;
    struct retention retention;
    size_t overlay_bytes;                      /* limit of the overlay's memory */
    const struct arena_memory *overlay_memory; /* as overlay_new_in */
    /* The published view, valid between the two calls (an RCU read-side section of the updater thread). NULL:
     * nothing is loaded yet. */
    const struct view *(*view_open)(void *context);
    void (*view_close)(void *context);
    /* Publishes a version of the overlay: every query that is received after it returns is answered by it. */
    void (*publish)(void *context, const struct overlay_view *overlay, uint64_t generation);
    /* Sends the code of a request that must be confirmed to a mailbox: of the requester, or, to prove
     * `control`, of the domain. NULL: no codes can be sent. */
    void (*confirm)(void *confirm_context, const struct removal_request *request, const char *mailbox,
                    bool control, const char *code);
    /* How many codes can be sent now; NULL: any number. Further requests that need one are refused. */
    uint32_t (*confirm_room)(void *confirm_context);
    uint32_t confirm_seconds; /* between two codes to one mailbox for one range; others share the first */
    void *context, *confirm_context;
};

/* Opens the store, numbers the lists, builds the overlay from the active items and publishes it. Logs how
 * many items there are and how long it took. Errors as of store_open. */
enum err delist_open(const struct delist_options *options, int64_t now, struct delist **out,
                     struct error *error) must_use;
/* No operation and no reader is under way. NULL: does nothing. */
void delist_close(struct delist *d);

/* ---- Properties; any thread, valid until delist_close ---- */

struct store *delist_store(const struct delist *d);
/* The policy of the list with this store number; NULL: it is not configured. */
const struct list_policy *delist_policy(const struct delist *d, unsigned list);
/* The store number of a configured list, or -1. */
int delist_list_number(const struct delist *d, const char *name);
/* list_policy_explain for the configured lists. */
void delist_explain_list(const struct delist *d, const char *name, char *out, size_t size);
const struct delist_limits *delist_limits(const struct delist *d);
enum privacy delist_privacy(const struct delist *d);
bool delist_suspended(const struct delist *d);
/* A digest of a text under a random key that only this process has, and nobody can undo: by it is recognised
 * who must not be named. */
void delist_digest(const struct delist *d, const char *text, uint8_t out[STORE_DIGEST]);

/* How many removals have waited for a review because of this limit, since the start. Any thread. */
uint64_t delist_held(const struct delist *d, enum removal_scope scope);

/* ---- Operations ---- */

enum delist_verb {
    DELIST_CREATE, /* create[]; all or nothing if `atomic`: items that would have been made without the others
                      then have REFUSE_NONE too */
    DELIST_CHANGE, /* an item's expiry or reason */
    DELIST_END,    /* an item, now */
    DELIST_END_MATCHING, /* all active items that pass `filter`, now, if they are at most `most` */
    DELIST_REVERT,       /* ends all active items of a batch */
    DELIST_SUSPEND,
    DELIST_RESUME,
    DELIST_REQUEST, /* removal requests (removal.h) */
    DELIST_VERIFY,
    DELIST_APPROVE,
    DELIST_DENY,
    DELIST_AUDIT,  /* adds an event to the audit trail, nothing else */
    DELIST_ERASE,  /* personal data of `subject` */
    DELIST_FEED,   /* what a load means for delistings (feed.h) */
    DELIST_PROVE,  /* control over what a removal request is for (removal.h) */
    DELIST_REVIEW, /* of a removal request instead of a proof */
};

enum expiry_kind { EXPIRY_DEFAULT, EXPIRY_AT, EXPIRY_IN, EXPIRY_NEVER };

struct expiry {
    enum expiry_kind kind;
    int64_t value; /* Unix time, or seconds from now on */
};

enum tristate { UNSET, NO, YES };

/* An item as it was requested... */
struct item_spec {
    enum overlay_kind kind;
    struct range range;
    bool lists_given;
    struct list_mask lists;
    struct expiry expiry;
    uint32_t code;
    uint8_t text[256]; /* length byte and text */
    char reason[STORE_REASON], requester[STORE_CONTACT];
    enum tristate sticky;
    bool dry_run, force;
};

/* ...and the result. */
struct item_result {
    struct refusal refusal;
    bool existed;             /* the same item was there and active: 200 */
    struct item item;         /* unless dry_run */
    struct list_mask lists;   /* that it is on, or would be */
    struct list_mask skipped; /* lists not named in the request whose policy does not permit it */
    int64_t now, until;       /* when they were checked, for an item of which duration (delist_why_skipped) */
    uint64_t addresses;       /* dry_run: in the range */
    uint64_t listed_now;      /* dry_run: of them on one of the lists; UINT64_MAX: too many to count */
};

#define DELIST_ITEMS_BULK 1000 /* items in one operation, at most */

struct delist_op {
    enum delist_verb verb;
    const struct actor *actor; /* valid until it is done */

    /* DELIST_CREATE */
    const struct item_spec *create;
    struct item_result *created; /* as many */
    size_t count;
    bool atomic, batch; /* batch: the items get a batch id */

    /* CHANGE, END: the item; REVERT: the batch; VERIFY, PROVE, REVIEW, APPROVE, DENY: the request */
    enum overlay_kind kind;
    char id[STORE_ID];
    bool has_revision; /* If-Match */
    uint64_t revision;
    bool has_expiry, has_reason, force;
    struct expiry expiry;
    char reason[STORE_REASON]; /* DENY, APPROVE: the reply; VERIFY: the code; PROVE by mail: the mailbox;
                                  AUDIT: what was done */
    const struct item_filter *filter; /* END_MATCHING: kind, list, and one of range, covers, within */
    uint64_t most;                    /* END_MATCHING */
    bool dry_run;                     /* END_MATCHING: only counts */
    struct proof_evidence evidence;   /* PROVE; REQUEST: the names of its address */
    const char *subject;              /* ERASE */
    const struct feed_changes *feed;  /* FEED */

    /* REQUEST: as requested; afterwards, and after VERIFY, PROVE, REVIEW, APPROVE, DENY: as stored */
    struct removal_request request;

    /* Private to delist_apply. */
    struct removal_request asked; /* `request` as it came, in case it is done again */
    char confirm_code[STORE_ID];  /* to be sent to request.email (PROVE: control_to); empty: none */

    /* Results, valid once it is done. */
    struct refusal refusal; /* of the operation as a whole; CREATE of one item: that item's too */
    struct item item;       /* CHANGE, END: as stored */
    /* END: ids of other items that do the same for the whole range on one of its lists, newest first. */
    char still_covered[OVERLAY_ITEMS_MAX][STORE_ID];
    size_t still_covered_count;
    char batch_id[STORE_ID];
    uint64_t affected; /* REVERT, END_MATCHING: items ended; ERASE: rows changed; FEED: changes made */
    uint64_t sequence; /* of its last event; 0: nothing was changed */

    /* Idempotency. If `idempotency` is set, `render` is called after the checks and before the commit: it
     * sets status and body (malloc'ed; NULL: out of memory, the operation fails), which are stored with the
     * key. If the key is known, nothing is done, and status and body are those that were stored (`replayed`).
     * The owner of the operation frees `body`. */
    const struct idempotency *idempotency; /* NULL: none */
    void (*render)(struct delist_op *op);
    bool replayed;
    int status;
    char *body;
    size_t body_length;

    /* Called by the updater thread once the operation is done and visible; must not block. */
    void (*done)(struct delist_op *op);
    void *context; /* the owner's */
};

/* Whether it is the public's: from nobody who has a token. It waits until others are done. */
static inline bool delist_is_public(const struct delist_op *op)
{
    return op->actor != NULL && op->actor->role == ROLE_NONE;
}

/* Applies operations in order, with one commit and one publish. Sets their results; does not call `done`. */
void delist_apply(struct delist *d, struct delist_op *const *ops, size_t count, int64_t now);

/* Says why the policy of a list in out->skipped does not permit what `in` asks for. Any thread. */
void delist_why_skipped(const struct delist *d, const struct actor *actor, const struct item_spec *in,
                        const struct item_result *out, unsigned list, struct refusal *why);

/* Does what is due by time: takes expired items out of the overlay and records their end, in portions; purges
 * data past its retention and idempotency keys, an hour later (clock_confirm). Returns when to call again, in
 * Unix time. */
int64_t delist_tick(struct delist *d, int64_t now);

/* No reader has a version of the overlay older than `generation` any more: frees what only they used. */
void delist_reclaim(struct delist *d, uint64_t generation);

/* Of the last commit. Any thread. */
struct overlay_usage delist_overlay_usage(const struct delist *d);

#endif
