#include "delist/list_policy.h"

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

#define COOL_DOWN_MOST (366 * INT64_C(86400)) /* seconds, however often something was relisted */

bool list_policy_refuse(struct refusal *j, enum refusal_kind kind, const char *code, const char *field,
                        const char *format, ...)
{
    va_list args;

    *j = (struct refusal){ .kind = kind };
    snprintf(j->code, sizeof(j->code), "%s", code);
    snprintf(j->field, sizeof(j->field), "%s", field != NULL ? field : "");
    va_start(args, format);
    vsnprintf(j->message, sizeof(j->message), format, args);
    va_end(args);
    return false;
}

/* Adds what is allowed instead. */
static bool printf_like(2, 3) allow(struct refusal *j, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(j->allowed, sizeof(j->allowed), format, args);
    va_end(args);
    return false;
}

/* ---- What the rules ask ---- */

static bool is_address(const struct range *range)
{
    return range->family != RANGE_NAME;
}

/* Whether an admin insists. */
static bool insists(const struct actor *actor, bool force)
{
    return force && actor->role == ROLE_ADMIN;
}

static bool is_public(const struct actor *actor)
{
    return actor->role < ROLE_OWNER;
}

/* At most as many addresses as a /`widest` has; names have no width. */
static bool fits(const struct range *range, const uint32_t widest[2], struct refusal *j)
{
    uint32_t bits = is_address(range) ? widest[range->family] : 0;

    if (range_fits(range, bits))
        return true;
    list_policy_refuse(j, REFUSE_RULE, "too_wide", "range", "The range is wider than a /%" PRIu32 ".", bits);
    return allow(j, "at most as many addresses as a /%" PRIu32 " has", bits);
}

static bool ends_within(int64_t now, int64_t expires_at, uint32_t longest, struct refusal *j)
{
    if (longest == 0 || (expires_at != DELIST_FOR_EVER && expires_at - now <= (int64_t)longest))
        return true;
    list_policy_refuse(j, REFUSE_RULE, "too_long", "expires_in",
                       "It would last too long: %" PRIu32 " seconds are the most.", longest);
    return allow(j, "%" PRIu32 " seconds", longest);
}

/* ---- The rules ---- */

bool list_policy_reach(const struct actor *actor, const struct range *range, const struct list_mask *lists,
                       struct refusal *j)
{
    if (!list_mask_is_within(lists, &actor->lists))
        return list_policy_refuse(j, REFUSE_FORBIDDEN, "list_forbidden", "lists",
                                  "This token is not for all of these lists.");
    if (actor->ranges_count == 0 && actor->role != ROLE_OWNER)
        return true;
    for (size_t i = 0; i < actor->ranges_count; i++)
        if (range_contains(&actor->ranges[i], range))
            return true;
    return list_policy_refuse(j, REFUSE_FORBIDDEN, "range_forbidden", "range",
                              "This token is not for this range.");
}

bool list_policy_expiry(const struct actor *actor, int64_t now, int64_t expires_at, struct refusal *j)
{
    if (expires_at == DELIST_FOR_EVER)
        return actor->role == ROLE_ADMIN || list_policy_refuse(j, REFUSE_FORBIDDEN, "no_end", "expires_in",
                                                               "Only an admin may do without an end.");
    if (expires_at <= now)
        return list_policy_refuse(j, REFUSE_RULE, "expired_already", "expires_at",
                                  "The end is not in the future.");
    return expires_at - now <= LIST_POLICY_LONGEST || ends_within(now, expires_at, LIST_POLICY_LONGEST, j);
}

static bool public_may(const struct list_policy *list, const struct range *range, struct refusal *j)
{
    static const uint32_t single[2] = { 32, 128 };

    if (list->removal == REMOVAL_OWNER)
        return list_policy_refuse(j, REFUSE_RULE, "owner_only", "lists",
                                  "%s: only the owner of the range can have it removed.", list->name);
    if (list->removal == REMOVAL_SINGLE && !is_address(range) && range->subdomains) {
        list_policy_refuse(j, REFUSE_RULE, "too_wide", "range", "%s: only single names can be removed.",
                           list->name);
        return allow(j, "the name without what is below it");
    }
    return fits(range, list->removal == REMOVAL_SINGLE ? single : list->public_widest, j);
}

bool list_policy_delist(const struct list_policy *list, const struct actor *actor, const struct range *range,
                        int64_t now, int64_t expires_at, bool force, struct refusal *j)
{
    if (insists(actor, force))
        return true;
    if (list->removal == REMOVAL_NEVER)
        return list_policy_refuse(j, REFUSE_RULE, "removal_never", "lists",
                                  "%s: the list's owner does not permit removals from it.", list->name);
    if (is_public(actor) && !public_may(list, range, j))
        return false;
    return fits(range, list->widest, j) &&
           (actor->role > ROLE_OWNER || ends_within(now, expires_at, list->longest, j));
}

/* What only those with a token that writes may do. */
static bool may_write(const struct actor *actor, struct refusal *j)
{
    return !is_public(actor) ||
           list_policy_refuse(j, REFUSE_FORBIDDEN, "forbidden", NULL, "This needs an operator's token.");
}

/* 127.0.0.1 would look like a broken resolver, and 127.255.255.0/24 are errors by convention (RFC 5782
 * section 2.1, and what mail servers make of it). */
static bool is_code(uint32_t code)
{
    return code >> 24 == 127 && code != 0x7f000001 && code >> 8 != 0x7fffff;
}

bool list_policy_list(const struct delist_limits *limits, const struct actor *actor,
                      const struct range *range, uint32_t code, int64_t now, int64_t expires_at, bool force,
                      struct refusal *j)
{
    if (!may_write(actor, j))
        return false;
    if (!is_code(code)) {
        list_policy_refuse(j, REFUSE_RULE, "bad_code", "code", "%u.%u.%u.%u is no code of a listing.",
                           code >> 24, code >> 16 & 255, code >> 8 & 255, code & 255);
        return allow(j, "127.0.0.2 to 127.255.254.255");
    }
    return insists(actor, force) || (fits(range, limits->listing_widest, j) &&
                                     ends_within(now, expires_at, limits->listing_longest, j));
}

bool list_policy_allow(const struct list_policy *list, const struct delist_limits *limits,
                       const struct actor *actor, const struct range *range, int64_t now, int64_t expires_at,
                       bool force, struct refusal *j)
{
    if (!may_write(actor, j))
        return false;
    if (!list->bypass)
        return list_policy_refuse(j, REFUSE_RULE, "no_bypass", "lists",
                                  "%s: nothing is exempt from this list.", list->name);
    return insists(actor, force) ||
           (fits(range, limits->allow_widest, j) &&
            (actor->role > ROLE_OWNER || ends_within(now, expires_at, list->longest, j)));
}

/* ---- Public removals ---- */

/* The cool-down after so many relistings. */
static int64_t cool_down(const struct list_policy *list, unsigned relists)
{
    int64_t seconds = list->cool_down, most = seconds > COOL_DOWN_MOST ? seconds : COOL_DOWN_MOST;

    for (unsigned i = 0; i < relists && list->relist_factor > 1 && seconds > 0 && seconds < most; i++)
        seconds *= list->relist_factor;
    return seconds < most ? seconds : most;
}

void list_policy_outlook(const struct list_policy *list, const struct removal_facts *facts, int64_t now,
                         struct removal_outlook *out)
{
    /* Where the clock went back, what happened in the future happened now. */
    int64_t removed = facts->last_removal < now ? facts->last_removal : now;
    int64_t relisted = facts->last_relist < now ? facts->last_relist : now;
    int64_t last = removed > relisted ? removed : relisted;

    *out = (struct removal_outlook){ .policy = list->removal,
                                     .removals_left = UINT_MAX,
                                     .blocker = facts->blocker };
    if (list->removals != 0)
        out->removals_left = facts->removals < list->removals ? list->removals - facts->removals : 0;
    if (facts->last_removal != 0)
        out->next_at = last + cool_down(list, facts->relists);
    if (out->removals_left == 0 && out->next_at < removed + list->window)
        out->next_at = removed + list->window;
    if (list->removal == REMOVAL_NEVER)
        out->removals_left = 0;
    if (out->next_at <= now || list->removal == REMOVAL_NEVER)
        out->next_at = 0;
}

/* ---- Words ---- */

const char *list_policy_removal_word(enum removal removal)
{
    static const char *const words[] = { "self", "single", "owner", "never" };
    return (unsigned)removal < ARRAY_SIZE(words) ? words[removal] : "never";
}

const char *list_policy_tier_word(enum tier tier)
{
    return tier == TIER_TEMPORARY ? "temporary" : "permanent";
}
