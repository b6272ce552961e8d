/*
 * The words of the use case "take something off a list, or put it on": items, events, requests, and who acts.
 *
 * All are plain values of fixed size without pointers, unless said otherwise: they are copied freely and need
 * no freeing. Times are Unix seconds. Texts are UTF-8, checked and bounded by whoever takes them in.
 */
#ifndef STORE_TYPES_H
#define STORE_TYPES_H

#include "overlay/overlay.h"
#include "overlay/range.h"

#define STORE_ID          37   /* bytes of a UUID as text, the zero included */
#define DELIST_NAME       65   /* of the name of a token or a list */
#define DELIST_REASON     1025 /* of a reason, a reply, a requester's details: 1024 bytes at most */
#define DELIST_CONTACT    255  /* of a name, an e-mail address, a company */
#define DELIST_FOR_EVER   INT64_MAX
#define DELIST_CODE       33 /* of a machine-readable error code */
#define DELIST_ITEMS_BULK 1000

/* ---- Items: delistings, listings, allows ---- */

enum item_state { ITEM_ACTIVE, ITEM_FULFILLED, ITEM_EXPIRED, ITEM_ENDED, ITEM_RELISTED };

struct item {
    uint64_t number; /* grows with every creation; the overlay's */
    char id[STORE_ID];
    enum overlay_kind kind;
    enum item_state state; /* as of the time it was read: an active one past its expiry reads as expired */
    struct range range;
    struct list_mask lists; /* by the store's numbers (store_list) */
    struct list_mask over;  /* those of them where it has no effect any more: fulfilled or relisted there */
    bool sticky;
    uint32_t code;     /* OVERLAY_LIST */
    uint8_t text[256]; /* OVERLAY_LIST: length byte and text; length 0: none */
    int64_t created_at, updated_at;
    int64_t expires_at; /* DELIST_FOR_EVER */
    int64_t ended_at;   /* 0: not yet */
    uint64_t revision;  /* changes with every change; the ETag */
    char reason[DELIST_REASON];
    char requester[DELIST_CONTACT];
    char created_by[DELIST_NAME], ended_by[DELIST_NAME];
    char batch_id[STORE_ID];  /* empty: none */
    char origin[DELIST_NAME]; /* "api", "request", "command line"... */
};

/* The lists on which it has an effect while it is active. */
static inline struct list_mask item_lists(const struct item *item)
{
    return list_mask_less(&item->lists, &item->over);
}

/* ---- Events: what happened, in order; history, changes and audit trail in one ---- */

enum event_kind {
    EVENT_CREATED,   /* an item; its kind tells which */
    EVENT_CHANGED,   /* its expiry or reason */
    EVENT_ENDED,     /* by somebody, or by a revert */
    EVENT_EXPIRED,   /* at its time; noted by the sweep */
    EVENT_HELD,      /* a list has something in the range of a delisting */
    EVENT_FULFILLED, /* and has had nothing there for relist_after */
    EVENT_RELISTED,  /* and named it again after that */
    EVENT_REQUESTED, /* a removal request came in */
    EVENT_DECIDED,   /* it was approved or denied */
    EVENT_SUSPENDED,
    EVENT_RESUMED, /* the overlay */
    EVENT_ADMIN,   /* anything else that somebody with a token did: reload, backup, export, erase */
};

struct event {
    uint64_t sequence; /* 1, 2, 3...; never used twice */
    int64_t time;
    enum event_kind kind;
    bool has_item;
    enum overlay_kind to_json_kind;
    char item_id[STORE_ID]; /* of the item or the request */
    bool has_range;
    struct range range;
    struct list_mask lists;
    uint32_t code;
    int64_t expires_at;
    char actor[DELIST_NAME]; /* the token's name, "public", "feed", "time" */
    char client[64];         /* its address, as the privacy setting leaves it; or empty */
    char reason[DELIST_REASON];
};

/* ---- Removal requests from the public ---- */

enum request_status { REQUEST_REMOVED, REQUEST_PENDING, REQUEST_VERIFY, REQUEST_DENIED };

struct removal_request {
    char id[STORE_ID]; /* random: knowing it is the permission to see its status */
    enum request_status status;
    struct range range;
    struct list_mask lists;   /* asked for */
    struct list_mask removed; /* of them, where a delisting was made */
    int64_t created_at, updated_at;
    int64_t effective_by; /* when all caches know; 0: nothing was removed */
    char contact_name[DELIST_CONTACT], email[DELIST_CONTACT], company[DELIST_CONTACT];
    char details[DELIST_REASON];
    char category[DELIST_NAME];
    bool fixed;
    char lang[16];
    char client[64];
    char reply[DELIST_REASON]; /* what the requester is told */
    char decided_by[DELIST_NAME];
    uint8_t proof[32]; /* SHA-256 of the code that verifies it; zero: none */
    uint64_t revision;
};

/* ---- Who acts ---- */

enum role { ROLE_NONE, ROLE_READER, ROLE_OWNER, ROLE_OPERATOR, ROLE_ADMIN };

struct actor {
    enum role role;
    char name[DELIST_NAME];
    char client[64]; /* its address as text, as the privacy setting leaves it */
    char origin[DELIST_NAME];
    struct list_mask lists;     /* that it may touch */
    const struct range *ranges; /* an owner's, or a token's bounds: everything it touches lies within one of
                                   them; owned by the caller, for as long as the operation takes */
    size_t ranges_count;        /* 0: anywhere */
};

/* Writes a new UUIDv7 (RFC 9562 section 5.7) of this time, greater than those before, unless the time is well
 * before theirs. Any thread. */
void store_new_id(int64_t now_ms, char id[STORE_ID]);

/* An id's 16 bytes as text, and back; false: it is no UUID. */
void store_format_id(const uint8_t bytes[16], char id[STORE_ID]);
bool store_parse_id(const char *id, uint8_t bytes[16]) must_use;

/* Words of the API: "active", "delisted"... Never NULL. */
const char *item_state_word(enum item_state state);
const char *event_kind_word(enum event_kind kind, enum overlay_kind to_json_kind);
const char *request_status_word(enum request_status status);

#endif
