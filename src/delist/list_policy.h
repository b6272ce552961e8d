/*
 * The policy of a list: who may delist, list or allow what on it, for how long, how often.
 *
 * Pure functions of a request, its actor and facts that callers find. Functions that return bool set
 * `refusal` when they return false.
 */
#ifndef DELIST_LIST_POLICY_H
#define DELIST_LIST_POLICY_H

#include "delist/notice.h"
#include "delist/refusal.h"
#include "store/types.h"

#include <stdint.h>

/* Who may remove an address from a list by a public request. */
enum removal_policy {
    REMOVAL_SELF,   /* anybody, at once */
    REMOVAL_SINGLE, /* anybody, at once, but only single addresses */
    REMOVAL_OWNER, /* who proves control, at once; else after review by an operator. With a token, an owner in
                      its ranges */
    REMOVAL_NEVER, /* nobody */
};

enum tier { TIER_PERMANENT, TIER_TEMPORARY };

/* Public removals from a list within an hour, at most: further ones wait for a review. 0: no limit. */
struct breaker_rules {
    uint32_t list;          /* in all: this number or... */
    uint32_t list_permille; /* ...this share of its entries, whichever is more */
    uint32_t network;       /* of one IPv4 /24 or IPv6 /48 */
    uint32_t target;        /* of one address (IPv6: /64) or name */
    uint32_t client;        /* by one client (answer/throttle.h) */
};

/* Fields of a request that a list may require. */
enum form_field {
    FORM_CONTACT_NAME,
    FORM_EMAIL,
    FORM_COMPANY,
    FORM_CATEGORY,
    FORM_DETAILS,
    FORM_FIXED,
    FORM_FIELDS,
};

/* What people are told of a list; the configuration's texts. */
struct list_description {
    struct localized title, about; /* its name for people; a sentence about what is on it */
    const char *website;           /* NULL: none */
    struct localized operator;
    struct localized withheld_text; /* of a list that withholds its texts: what is said instead */
    struct banner banner;
    struct retirement retired;
};

/* What DNS says in place of texts that are withheld, where the operator says nothing else. */
#define LIST_POLICY_WITHHELD "$ is listed; the operator of the list gives no details."

struct list_policy {
    char name[STORE_NAME];
    char former[STORE_NAME]; /* that it had when it was one list with others (store_list_set); empty: none */
    struct list_description description;
    enum removal_policy removal;
    enum tier tier;
    bool bypass;        /* allows have an effect on this list */
    bool withheld;      /* reasons and texts are for tokens only; DNS has description.withheld_text */
    bool confirm;       /* a public removal must be confirmed by e-mail */
    unsigned proof;     /* kinds of proof (delist/proof.h), of which a public removal needs one; 0: none */
    uint32_t widest[2]; /* prefix length: the widest range of a delisting, IPv4 and IPv6 */
    uint32_t public_widest[2]; /* likewise of a public request; `single` means 32 and 128 */
    uint32_t duration;         /* seconds: of a delisting without an expiry */
    uint32_t longest;          /* seconds: the longest duration for the public and owners */
    uint32_t public_duration;  /* seconds: of a removal by public request */
    uint32_t removals;         /* public removals of an address within `window`; 0: no limit */
    uint32_t window;           /* seconds */
    uint32_t cool_down;        /* seconds between two public removals of an address */
    uint32_t relist_factor;    /* multiplies the cool-down each time the address was relisted; 1: does not */
    uint32_t relist_after;     /* seconds without anything listed until a delisting is fulfilled */
    uint32_t max_ttl;          /* seconds, for the stated delay until removals are seen */
    struct list_mask blocked_by; /* while one of these lists it, there is no public removal here */
    struct breaker_rules breaker;
    unsigned required; /* bits of enum form_field: what a public request must say */
};

/* Limits that no list sets. */
struct delist_limits {
    uint32_t listing_widest[2];   /* /24, /48 */
    uint32_t listing_duration;    /* seconds: of a listing without an expiry: 1 d */
    uint32_t listing_longest;     /* seconds; 0: no limit */
    uint32_t allow_widest[2];     /* /16, /32 */
    uint32_t active_most;         /* active items in all, then 503; the overlay's memory has a limit too */
    uint32_t requests_per_client; /* public removal requests of a client (answer/throttle.h) in an hour... */
    uint32_t pending_most;        /* ...those that wait for a review, in all... */
    uint32_t pending_each;        /* ...and for one address or name; 0: no limit */
    uint32_t cap_addresses;       /* addresses (IPv6: /56s) that one token may list in a day; 0: no limit */
    uint32_t mass_relist;         /* a load that would end more delistings of a list than this... */
    uint32_t mass_relist_percent; /* ...and more than this share of them ends none */
};

/* Whether the actor's role lets `force` override the checks below. */
static inline bool list_policy_is_forced(const struct actor *actor, bool force)
{
    return force && actor->role == ROLE_ADMIN;
}

/* Whether the actor reviews removals of the range from the lists, and so may see who asks for them. */
bool list_policy_is_reviewer(const struct actor *actor, const struct range *range,
                             const struct list_mask *lists);

/* Whether the actor may change all of the range and all of the lists (the bounds of its token). */
bool list_policy_check_scope(const struct actor *actor, const struct range *range,
                             const struct list_mask *lists, struct refusal *refusal) must_use;

#define LIST_POLICY_LONGEST (10 * 366 * 86400) /* seconds: the longest duration of anything that expires */

/* Whether an item may last until `expires_at`: an expiry must be in the future, at most LIST_POLICY_LONGEST
 * away; only an admin may do without. `force` does not override this. */
bool list_policy_check_expiry(const struct actor *actor, int64_t now, int64_t expires_at,
                              struct refusal *refusal) must_use;

/* Whether a list permits this actor a delisting of `range` until `expires_at`: policy, width, duration.
 * `force` overrides all of them. */
bool list_policy_check_delisting(const struct list_policy *list, const struct actor *actor,
                                 const struct range *range, int64_t now, int64_t expires_at, bool force,
                                 struct refusal *refusal) must_use;

/* Likewise a listing: code, width, duration. `force` overrides the last two. */
bool list_policy_check_listing(const struct delist_limits *limits, const struct actor *actor,
                               const struct range *range, uint32_t code, int64_t now, int64_t expires_at,
                               bool force, struct refusal *refusal) must_use;

/* Likewise an allow: bypass, width, duration. `force` overrides the last two. */
bool list_policy_check_allow(const struct list_policy *list, const struct delist_limits *limits,
                             const struct actor *actor, const struct range *range, int64_t now,
                             int64_t expires_at, bool force, struct refusal *refusal) must_use;

/* What follows from the facts within the window for the next request. */
struct removal_eligibility {
    /* That it meets: REMOVAL_OWNER too when the removals are used up, which no proof changes, or a limit of
     * the list's breaker_rules is reached. */
    enum removal_policy policy;
    enum removal_scope breaker; /* that limit; else REMOVAL_SCOPES */
    unsigned removals_left;     /* without a review; UINT_MAX: no limit */
    int64_t next_at;            /* denied before; 0: not denied for its time */
    int blocker;                /* as in struct removal_facts */
};
void list_policy_eligibility(const struct list_policy *list, const struct removal_facts *facts, int64_t now,
                             struct removal_eligibility *out);

/* The most public removals within an hour from a list with so many entries; 0: no limit. */
uint64_t list_policy_breaker_limit(const struct list_policy *list, enum removal_scope scope,
                                   uint64_t entries);

/* Writes "; it is A, B now", to follow a message that there is no list `name`, if lists among `count` have
 * had this name; else "". */
void list_policy_explain(const struct list_policy *lists, size_t count, const char *name, char *out,
                         size_t size);

/* The API's words: "self", "permanent"... */
const char *list_policy_removal_word(enum removal_policy removal);
const char *list_policy_tier_word(enum tier tier);
const char *list_policy_scope_word(enum removal_scope scope);
const char *list_policy_field_word(enum form_field field);

#endif
