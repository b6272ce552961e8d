#include "delist/list_policy.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define COOL_DOWN_MOST (366 * INT64_C(86400)) /* seconds, however often something was relisted */

/* ---- Conditions ---- */

/* Whether the range has at most as many addresses as a /`widest`; names have no width. */
static bool fits(const struct range *range, const uint32_t widest[2], struct refusal *refusal)
{
    uint32_t bits = range->family != RANGE_NAME ? widest[range->family] : 0;

    if (range_fits(range, bits))
        return true;
    refusal_set(refusal, REFUSE_RULE, "too_wide", "range", "The range is wider than a /%" PRIu32 ".", bits);
    return refusal_allow(refusal, "at most as many addresses as a /%" PRIu32 " has", bits);
}

static bool ends_within(int64_t now, int64_t expires_at, uint32_t longest, struct refusal *refusal)
{
    if (longest == 0 || (expires_at != STORE_FOREVER && expires_at - now <= (int64_t)longest))
        return true;
    refusal_set(refusal, REFUSE_RULE, "too_long", "expires_in",
                "The duration is too long: at most %" PRIu32 " seconds.", longest);
    return refusal_allow(refusal, "%" PRIu32 " seconds", longest);
}

/* ---- Checks ---- */

bool list_policy_check_scope(const struct actor *actor, const struct range *range,
                             const struct list_mask *lists, struct refusal *refusal)
{
    if (!list_mask_is_within(lists, &actor->lists))
        return refusal_set(refusal, REFUSE_FORBIDDEN, "list_forbidden", "lists",
                           "This token is not valid for all of these lists.");
    if (actor->ranges_count == 0 && actor->role != ROLE_OWNER)
        return true;
    for (size_t i = 0; i < actor->ranges_count; i++)
        if (range_contains(&actor->ranges[i], range))
            return true;
    return refusal_set(refusal, REFUSE_FORBIDDEN, "range_forbidden", "range",
                       "This token is not valid for this range.");
}

bool list_policy_is_reviewer(const struct actor *actor, const struct range *range,
                             const struct list_mask *lists)
{
    struct refusal ignored;

    return actor->role >= ROLE_OWNER && list_policy_check_scope(actor, range, lists, &ignored);
}

bool list_policy_check_expiry(const struct actor *actor, int64_t now, int64_t expires_at,
                              struct refusal *refusal)
{
    if (expires_at == STORE_FOREVER)
        return actor->role == ROLE_ADMIN || refusal_set(refusal, REFUSE_FORBIDDEN, "no_end", "expires_in",
                                                        "Only an admin may create items that never expire.");
    if (expires_at <= now)
        return refusal_set(refusal, REFUSE_RULE, "expired_already", "expires_at",
                           "The expiry is not in the future.");
    return expires_at - now <= LIST_POLICY_LONGEST ||
           ends_within(now, expires_at, LIST_POLICY_LONGEST, refusal);
}

static bool public_may(const struct list_policy *list, const struct range *range, struct refusal *refusal)
{
    static const uint32_t single[2] = { 32, 128 };

    if (list->removal == REMOVAL_OWNER && list->proof == 0)
        return refusal_set(refusal, REFUSE_RULE, "owner_only", "lists",
                           "%s: only the owner of the range can remove it.", list->name);
    if (list->removal == REMOVAL_SINGLE && range->family == RANGE_NAME && range->subdomains) {
        refusal_set(refusal, REFUSE_RULE, "too_wide", "range",
                    "%s: only single names can be removed, without subdomains.", list->name);
        return refusal_allow(refusal, "the name without subdomains");
    }
    return fits(range, list->removal == REMOVAL_SINGLE ? single : list->public_widest, refusal);
}

bool list_policy_check_delisting(const struct list_policy *list, const struct actor *actor,
                                 const struct range *range, int64_t now, int64_t expires_at, bool force,
                                 struct refusal *refusal)
{
    if (list_policy_is_forced(actor, force))
        return true;
    if (list->removal == REMOVAL_NEVER)
        return refusal_set(refusal, REFUSE_RULE, "removal_never", "lists",
                           "%s: this list permits no removals.", list->name);
    if (actor->role < ROLE_OWNER && !public_may(list, range, refusal))
        return false;
    return fits(range, list->widest, refusal) &&
           (actor->role > ROLE_OWNER || ends_within(now, expires_at, list->longest, refusal));
}

/* Whether the actor has a token that may write. */
static bool may_write(const struct actor *actor, struct refusal *refusal)
{
    return actor->role >= ROLE_OWNER ||
           refusal_set(refusal, REFUSE_FORBIDDEN, "forbidden", NULL, "This requires an operator's token.");
}

/* 127.0.0.2 to 127.255.254.255. 127.0.0.1 would look like a broken resolver, and 127.255.255.0/24 are errors
 * by convention (RFC 5782 section 2.1, and how mail servers read it). */
static bool is_listing_code(uint32_t code)
{
    return code >= 0x7f000002 && code < 0x7fffff00;
}

bool list_policy_check_listing(const struct delist_limits *limits, const struct actor *actor,
                               const struct range *range, uint32_t code, int64_t now, int64_t expires_at,
                               bool force, struct refusal *refusal)
{
    if (!may_write(actor, refusal))
        return false;
    if (!is_listing_code(code)) {
        refusal_set(refusal, REFUSE_RULE, "bad_code", "code", "%u.%u.%u.%u is not a valid listing code.",
                    code >> 24, code >> 16 & 255, code >> 8 & 255, code & 255);
        return refusal_allow(refusal, "127.0.0.2 to 127.255.254.255");
    }
    return list_policy_is_forced(actor, force) ||
           (fits(range, limits->listing_widest, refusal) &&
            ends_within(now, expires_at, limits->listing_longest, refusal));
}

bool list_policy_check_allow(const struct list_policy *list, const struct delist_limits *limits,
                             const struct actor *actor, const struct range *range, int64_t now,
                             int64_t expires_at, bool force, struct refusal *refusal)
{
    if (!may_write(actor, refusal))
        return false;
    if (!list->bypass)
        return refusal_set(refusal, REFUSE_RULE, "no_bypass", "lists",
                           "%s: allows have no effect on this list.", list->name);
    return list_policy_is_forced(actor, force) ||
           (fits(range, limits->allow_widest, refusal) &&
            (actor->role > ROLE_OWNER || ends_within(now, expires_at, list->longest, refusal)));
}

/* ---- Public removals ---- */

/* The cool-down after `relists` relistings, in seconds. */
static int64_t cool_down(const struct list_policy *list, unsigned relists)
{
    int64_t seconds = list->cool_down, most = seconds > COOL_DOWN_MOST ? seconds : COOL_DOWN_MOST;

    for (unsigned i = 0; i < relists && list->relist_factor > 1 && seconds > 0 && seconds < most; i++)
        seconds *= list->relist_factor;
    return seconds < most ? seconds : most;
}

/* Whether the public may remove something without a review, perhaps after a proof. */
static bool is_open(const struct list_policy *list)
{
    return list->removal == REMOVAL_SELF || list->removal == REMOVAL_SINGLE ||
           (list->removal == REMOVAL_OWNER && list->proof != 0);
}

uint64_t list_policy_breaker_limit(const struct list_policy *list, enum removal_scope scope, uint64_t entries)
{
    const struct breaker_rules *b = &list->breaker;
    const uint64_t most[REMOVAL_SCOPES] = { [REMOVALS_OF_LIST] = b->list,
                                            [REMOVALS_OF_NETWORK] = b->network,
                                            [REMOVALS_OF_TARGET] = b->target,
                                            [REMOVALS_BY_CLIENT] = b->client };
    uint64_t share = entries / 1000 * b->list_permille;

    return scope == REMOVALS_OF_LIST && b->list != 0 && share > b->list ? share : most[scope];
}

/* The first limit that is reached, or REMOVAL_SCOPES. */
static enum removal_scope find_breaker(const struct list_policy *list, const struct removal_facts *facts)
{
    enum removal_scope scope = REMOVALS_OF_LIST;

    for (; scope < REMOVAL_SCOPES; scope++) {
        uint64_t most = list_policy_breaker_limit(list, scope, facts->entries);
        if (most != 0 && facts->recent[scope] >= most)
            break;
    }
    return scope;
}

void list_policy_eligibility(const struct list_policy *list, const struct removal_facts *facts, int64_t now,
                             struct removal_eligibility *out)
{
    /* Times in the future, from before the clock was set back, count as now. */
    int64_t removed = facts->last_removal < now ? facts->last_removal : now;
    int64_t relisted = facts->last_relist < now ? facts->last_relist : now;
    int64_t last = removed > relisted ? removed : relisted;

    *out = (struct removal_eligibility){ .policy = facts->is_test_entry ? REMOVAL_NEVER : list->removal,
                                         .breaker = REMOVAL_SCOPES,
                                         .removals_left = UINT_MAX,
                                         .blocker = facts->blocker };
    if (out->policy == REMOVAL_NEVER)
        out->removals_left = 0;
    else if (is_open(list) && list->removals != 0)
        out->removals_left = facts->removals < list->removals ? list->removals - facts->removals : 0;
    if (out->removals_left == 0 && out->policy != REMOVAL_NEVER)
        out->policy = REMOVAL_OWNER;
    if (facts->last_removal != 0 && out->removals_left != 0 && is_open(list))
        out->next_at = last + cool_down(list, facts->relists);
    if (out->next_at <= now)
        out->next_at = 0;
    /* A limit that is reached makes nothing possible that is denied without it. */
    if (out->next_at == 0 && out->removals_left != 0 && is_open(list))
        out->breaker = find_breaker(list, facts);
    if (out->breaker != REMOVAL_SCOPES)
        out->policy = REMOVAL_OWNER;
}

/* ---- Words ---- */

void list_policy_explain(const struct list_policy *lists, size_t count, const char *name, char *out,
                         size_t size)
{
    size_t used = 0;
    *out = '\0';
    for (size_t i = 0; i < count && used < size; i++)
        if (lists[i].former[0] != '\0' && strcmp(lists[i].former, name) == 0)
            used += (size_t)snprintf(out + used, size - used, "%s%s", used == 0 ? "; it is " : ", ",
                                     lists[i].name);
    if (used > 0 && used < size)
        snprintf(out + used, size - used, " now");
}

const char *list_policy_removal_word(enum removal_policy removal)
{
    static const char *const words[] = { "self", "single", "owner", "never" };
    return (unsigned)removal < ARRAY_SIZE(words) ? words[removal] : "never";
}

const char *list_policy_tier_word(enum tier tier)
{
    return tier == TIER_TEMPORARY ? "temporary" : "permanent";
}

const char *list_policy_scope_word(enum removal_scope scope)
{
    static const char *const words[REMOVAL_SCOPES] = { "list", "network", "target", "client" };
    return words[scope];
}

const char *list_policy_field_word(enum form_field field)
{
    static const char *const words[FORM_FIELDS] = { "contact_name", "email",   "company",
                                                    "category",     "details", "fixed" };
    return words[field];
}
