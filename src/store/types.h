/*
 * What the store keeps: items, events, removal requests; and the actor who changes them.
 *
 * All are plain values of fixed size, without pointers unless noted: copied freely, never freed. Times are
 * Unix seconds. Texts are UTF-8, checked and bounded by whoever reads them from outside.
 */
#ifndef STORE_TYPES_H
#define STORE_TYPES_H

#include "base/utf8.h"
#include "overlay/overlay.h"
#include "overlay/range.h"

/* Sizes of texts in bytes, the terminating zero included. What people write is limited in characters. */
#define STORE_ID       37              /* a UUID */
#define STORE_NAME     65              /* the name of a token or a list */
#define STORE_REASON   UTF8_SIZE(1024) /* a reason, a reply, a requester's details */
#define STORE_CONTACT  UTF8_SIZE(254)  /* a person's name, an e-mail address, a company */
#define STORE_EMAIL    255 /* of STORE_CONTACT, for an e-mail address (RFC 5321 section 4.5.3.1.3) */
#define STORE_CATEGORY UTF8_SIZE(64)
#define STORE_HOSTS    512 /* names of hosts, with blanks between them */

#define STORE_DIGEST 16 /* bytes of a digest of personal data */

#define STORE_FOREVER INT64_MAX /* expires_at of what has no end */

/* ---- Items: delistings, listings, allows ---- */

enum item_state { ITEM_ACTIVE, ITEM_FULFILLED, ITEM_EXPIRED, ITEM_ENDED, ITEM_RELISTED };

struct item {
    uint64_t number; /* grows with every creation; the same in the overlay */
    char id[STORE_ID];
    enum overlay_kind kind;
    enum item_state state; /* when it was read: an active item past its expiry reads as expired */
    struct range range;
    struct list_mask lists; /* by numbers of the store (store_list_number) */
    struct list_mask over; /* those of `lists` where it has no effect any more: fulfilled or relisted there */
    bool sticky;
    uint32_t code;     /* OVERLAY_LIST */
    uint8_t text[256]; /* OVERLAY_LIST: length byte and text; length 0: none */
    int64_t created_at, updated_at;
    int64_t expires_at; /* STORE_FOREVER: never */
    int64_t ended_at;   /* 0: not yet */
    uint64_t revision;  /* raised by every change; the ETag */
    char reason[STORE_REASON];
    char requester[STORE_CONTACT];
    char created_by[STORE_NAME], ended_by[STORE_NAME];
    char batch_id[STORE_ID]; /* empty: none */
    char origin[STORE_NAME]; /* "api", "request", "command line"... */
};

/* The lists on which it has an effect while it is active. */
static inline struct list_mask item_lists(const struct item *item)
{
    return list_mask_less(&item->lists, &item->over);
}

/* ---- Events: history, changes and audit trail in one ---- */

enum event_kind {
    EVENT_CREATED,   /* an item; item_kind says which kind */
    EVENT_CHANGED,   /* its expiry or reason */
    EVENT_ENDED,     /* by somebody, or by a revert */
    EVENT_EXPIRED,   /* by time; recorded later (delist_tick) */
    EVENT_HELD,      /* a list has something in the range of a delisting */
    EVENT_FULFILLED, /* ...and has had nothing there for relist_after */
    EVENT_RELISTED,  /* ...and has listed it again after that */
    EVENT_REQUESTED, /* a removal request was made */
    EVENT_DECIDED,   /* it was approved or denied */
    EVENT_SUSPENDED, /* the overlay */
    EVENT_RESUMED,
    EVENT_ADMIN, /* anything else that was done with a token: reload, backup, export, erase */
};

struct event {
    uint64_t sequence; /* 1, 2, 3...; never used twice */
    int64_t time;
    enum event_kind kind;
    bool has_item;
    enum overlay_kind item_kind;
    char item_id[STORE_ID]; /* of the item or the request */
    bool has_range;
    struct range range;
    struct list_mask lists;
    uint32_t code;
    int64_t expires_at;
    char actor[STORE_NAME]; /* name of the token, "public", "feed", "time" */
    char client[64];        /* its address, as far as the privacy setting keeps it; or empty */
    char reason[STORE_REASON];
};

/* ---- Removal requests from the public ---- */

enum request_status { REQUEST_REMOVED, REQUEST_PENDING, REQUEST_VERIFY, REQUEST_DENIED };

struct removal_request {
    uint64_t number;   /* of a stored one: grows with every request */
    char id[STORE_ID]; /* random: who knows it may see the status */
    enum request_status status;
    struct range range;
    struct list_mask lists;   /* asked for */
    struct list_mask removed; /* those of them where a delisting was made */
    int64_t created_at, updated_at;
    int64_t effective_by; /* when no DNS cache has it listed any more; 0: nothing was removed */
    char contact_name[STORE_CONTACT], email[STORE_CONTACT], company[STORE_CONTACT];
    char details[STORE_REASON];
    char category[STORE_CATEGORY];
    bool fixed;
    char lang[16];
    char client[64];
    char reply[STORE_REASON]; /* to the requester */
    char decided_by[STORE_NAME];
    uint8_t code[32]; /* SHA-256 of the code that was sent to `email`; zero: none */
    /* Proof of control (delist/proof.h): likewise of the code that was sent to a mailbox of the domain; names
     * that led to the address and back when they were looked up. */
    uint8_t control_code[32];
    char control_to[STORE_EMAIL], hosts[STORE_HOSTS];
    uint32_t wrong_codes, checks; /* codes that were not right; look-ups in DNS */
    /* By which requests are recognised until the process ends (delist_digest); zero: none. */
    uint8_t repeat[STORE_DIGEST];  /* who asked for what, in which words */
    uint8_t mailbox[STORE_DIGEST]; /* to which a code for what was sent for this request */
    uint8_t asker[STORE_DIGEST];   /* who asked for what, while it is open */
    uint64_t revision;
};

/* By what public removals of the last hour are counted, each list by itself. */
enum removal_scope {
    REMOVALS_OF_LIST, /* all of them */
    REMOVALS_OF_NETWORK,
    REMOVALS_OF_TARGET,
    REMOVALS_BY_CLIENT,
    REMOVAL_SCOPES,
};

/* What is known of removals (delistings of origin "request") of a range from a list since some time. */
struct removal_facts {
    unsigned removals, relists;        /* a relisting: EVENT_RELISTED of such an item */
    int64_t last_removal, last_relist; /* 0: never */
    int blocker;                       /* number of a list in blocked_by that lists it; -1: none */
    uint64_t recent[REMOVAL_SCOPES];   /* public removals of the last hour */
    uint64_t entries;                  /* of the list */
    bool is_test_entry;                /* 127.0.0.2, which stays listed (RFC 5782 section 5) */
};

/* ---- Who acts ---- */

/* Each may do what those before it may; an owner only in its ranges. */
enum role { ROLE_NONE, ROLE_READER, ROLE_OWNER, ROLE_OPERATOR, ROLE_ADMIN };

struct actor {
    enum role role;
    char name[STORE_NAME];
    char client[64]; /* its address as text, complete: privacy_client() before it is kept; empty: none */
    char origin[STORE_NAME];
    struct list_mask lists;     /* that it may change */
    const struct range *ranges; /* that it may change: an owner's, or the bounds of a token. Every
                                   range it changes must lie within one of them. Owned by the caller, valid
                                   until the operation is done */
    size_t ranges_count;        /* 0: any range, unless it is an owner */
};

/* Writes a new UUIDv7 (RFC 9562 section 5.7) of this time. It is greater than all before, unless the clock
 * was set back by more than 10 s. Any thread. */
void store_new_id(int64_t now_ms, char id[STORE_ID]);

/* The 16 bytes of an id as text, and back. False: not a valid UUID. */
void store_format_id(const uint8_t bytes[16], char id[STORE_ID]);
bool store_parse_id(const char *id, uint8_t bytes[16]) must_use;

/* The first and the last id that begin with a text, which may be a whole id. False: none does, or it is
 * shorter than STORE_ID_PREFIX. */
#define STORE_ID_PREFIX 8
bool store_parse_id_prefix(const char *text, uint8_t first[16], uint8_t last[16]) must_use;

/* The API's words: "active", "delisted"... Never NULL. */
const char *item_state_word(enum item_state state);
const char *event_kind_word(enum event_kind kind, enum overlay_kind item_kind);
const char *request_status_word(enum request_status status);

#endif
