/*
 * The rules of lists: who may take what off which list, for how long, how often.
 *
 * Pure functions over a request, the actor and facts; the callers look the facts up. A judgement that is not
 * OK says which rule, in the words of the API: a code, a sentence, the field, and what is allowed instead.
 */
#ifndef DELIST_LIST_POLICY_H
#define DELIST_LIST_POLICY_H

#include "store/types.h"

#include <stdint.h>

/* Who may remove an address from a list by a public request: anybody at once; anybody, but single addresses
 * only; after review by an operator (or, with a token, an owner in its ranges); nobody. */
enum removal { REMOVAL_SELF, REMOVAL_SINGLE, REMOVAL_OWNER, REMOVAL_NEVER };

enum tier { TIER_PERMANENT, TIER_TEMPORARY };

struct list_policy {
    char name[DELIST_NAME];
    enum removal removal;
    enum tier tier;
    bool bypass;        /* allows hold on this list */
    bool withheld;      /* reasons and texts are for tokens only */
    bool confirm;       /* a public removal is to be confirmed by e-mail first */
    uint32_t widest[2]; /* prefix length: the widest range of a delisting, IPv4 and IPv6 */
    uint32_t
        public_widest[2]; /* the same of a public request; `single` means 32 and 128 (and what is below it) */
    uint32_t duration;    /* seconds: of a delisting that names no end */
    uint32_t longest;     /* seconds: the most that the public and owners may ask for */
    uint32_t public_duration; /* seconds: of a removal by public request */
    uint32_t removals;        /* public removals of an address within `window`; 0: no bound */
    uint32_t window;          /* seconds */
    uint32_t cool_down;       /* seconds between two public removals of an address */
    uint32_t relist_factor;   /* the cool-down is multiplied by it for every time it was relisted; 1: never */
    uint32_t relist_after;    /* seconds that a list has nothing there until a delisting is fulfilled */
    uint32_t max_ttl;         /* seconds, for the stated delay until removals are seen */
    struct list_mask blocked_by; /* while one of these lists it, there is no public removal here */
};

/* Bounds that are not a list's. */
struct delist_limits {
    uint32_t listing_widest[2]; /* /24, /48 */
    uint32_t listing_duration;  /* seconds: of a listing that names no end: 1 d */
    uint32_t listing_longest;   /* seconds, 0: none */
    uint32_t allow_widest[2];   /* /16, /32 */
    uint32_t active_most;       /* active items in all: beyond it 503; the overlay's memory is bounded too */
    uint32_t requests_per_client; /* public removal requests of a client an hour */
    uint32_t cap_addresses; /* of dynamic listings made in one day by one token, in addresses (IPv6: /56s); 0:
                               none */
    uint32_t mass_relist;   /* a load that would end more delistings of a list than this... */
    uint32_t mass_relist_percent; /* ...or this share of them ends none */
};

enum refusal_kind {
    REFUSE_NOT,
    REFUSE_BAD,         /* 400: cannot mean anything */
    REFUSE_FORBIDDEN,   /* 403: not with this token */
    REFUSE_MISSING,     /* 404 */
    REFUSE_CONFLICT,    /* 409 */
    REFUSE_CHANGED,     /* 412 */
    REFUSE_RULE,        /* 422 */
    REFUSE_TOO_MANY,    /* 429 */
    REFUSE_UNAVAILABLE, /* 503: store, memory; nothing was done */
};

struct refusal {
    enum refusal_kind kind;
    char code[DELIST_CODE];  /* "too_wide", "protected", "blocked_by"...: the table is in docs/api.md */
    char message[384];       /* one sentence */
    char field[DELIST_NAME]; /* of the request; empty: none */
    char allowed[256];       /* what is allowed instead; empty: nothing to say */
    uint32_t retry_after;    /* seconds; 0: none */
};

/* Fills in a judgement; returns false, so that rules read `return list_policy_refuse(...)`. */
bool list_policy_refuse(struct refusal *j, enum refusal_kind kind, const char *code, const char *field,
                        const char *format, ...) printf_like(5, 6);

/* Whether the actor may touch all of the range and all of the lists (its token's bounds). */
bool list_policy_reach(const struct actor *actor, const struct range *range, const struct list_mask *lists,
                       struct refusal *j) must_use;

#define LIST_POLICY_LONGEST (10 * 366 * 86400) /* seconds: of anything that has an end */

/* Whether anything may last until `expires_at`: no end is for admins, and an end is in the future, and not
 * further away than LIST_POLICY_LONGEST. Nobody passes over this. */
bool list_policy_expiry(const struct actor *actor, int64_t now, int64_t expires_at,
                        struct refusal *j) must_use;

/* Whether a list's rules permit this actor a delisting of `range` until `expires_at`: policy, width,
 * duration. `force` of an admin passes over all of them. */
bool list_policy_delist(const struct list_policy *list, const struct actor *actor, const struct range *range,
                        int64_t now, int64_t expires_at, bool force, struct refusal *j) must_use;

/* The same of a listing: code, width, duration. `force` passes over the last two. */
bool list_policy_list(const struct delist_limits *limits, const struct actor *actor,
                      const struct range *range, uint32_t code, int64_t now, int64_t expires_at, bool force,
                      struct refusal *j) must_use;

/* The same of an allow: bypass, width, duration. `force` passes over the last two. */
bool list_policy_allow(const struct list_policy *list, const struct delist_limits *limits,
                       const struct actor *actor, const struct range *range, int64_t now, int64_t expires_at,
                       bool force, struct refusal *j) must_use;

/* What a public removal of `range` may hope for on a list, given what is known of it; for the look-up too. */
struct removal_facts {
    unsigned removals, relists; /* within the window */
    int64_t last_removal, last_relist;
    int blocker; /* number of a list of blocked_by that lists it; -1: none */
};
struct removal_outlook {
    enum removal policy;
    unsigned removals_left; /* UINT_MAX: no bound */
    int64_t next_at;        /* 0: now; in the future: not before */
    int blocker;
};
void list_policy_outlook(const struct list_policy *list, const struct removal_facts *facts, int64_t now,
                         struct removal_outlook *out);

const char *list_policy_removal_word(enum removal removal);
const char *list_policy_tier_word(enum tier tier);

#endif
