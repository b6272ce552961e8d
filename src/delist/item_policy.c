/* Checks for making and changing one item. */
#include "delist/item.h"

#include <stdio.h>
#include <string.h>

/* ---- Ranges that nobody may cover ---- */

static bool contains(const struct range *range, enum range_family family, struct trie_key address)
{
    struct range one = range_of_address(family, address);

    return range_contains(range, &one);
}

/* Whether it contains 127.0.0.`last`, also as an IPv4-mapped address. */
static bool contains_loopback(const struct range *range, uint64_t last)
{
    return contains(range, RANGE_IP4, (struct trie_key){ (UINT64_C(0x7f000000) | last) << 32, 0 }) ||
           contains(range, RANGE_IP6, (struct trie_key){ 0, UINT64_C(0xffff7f000000) | last });
}

/* Whether a name is `top`, given with its length byte, or below it. */
static bool is_within(const struct range *range, const char *top)
{
    size_t size = strlen(top) + 1;
    return range->family == RANGE_NAME && range->name_len >= size &&
           memcmp(range->name + range->name_len - size, top, size) == 0;
}

bool item_policy_has_test_entry(const struct range *range)
{
    return contains_loopback(range, 2);
}

/* RFC 5782 section 5: 127.0.0.2 is always listed, so that people can see that a list works; 127.0.0.1 and
 * INVALID never are, so that they can see that it does not list everything. */
bool item_policy_check_range(const struct txn *txn, const struct item *item, bool force,
                             struct refusal *refusal)
{
    bool forced = list_policy_is_forced(txn->actor, force);

    if (item->kind != OVERLAY_LIST)
        return forced || !item_policy_has_test_entry(&item->range) ||
               refusal_set(refusal, REFUSE_CONFLICT, "protected", "range",
                           "127.0.0.2 is the test entry of every list and stays listed.");
    if (contains_loopback(&item->range, 1) || contains(&item->range, RANGE_IP6, (struct trie_key){ 0, 1 }) ||
        is_within(&item->range, "\7invalid") || is_within(&item->range, "\11localhost"))
        return refusal_set(refusal, REFUSE_CONFLICT, "protected", "range",
                           "127.0.0.1, ::1, invalid and localhost are never listed: a list that has them "
                           "appears to list everything.");
    const struct view *view = txn_view_open(txn);
    bool is_protected = view != NULL && view_is_protected(view, &item->range);
    txn_view_close(txn);
    return forced || !is_protected ||
           refusal_set(refusal, REFUSE_CONFLICT, "protected", "range", "The range overlaps never_list.");
}

/* ---- The actor ---- */

bool item_policy_may_force(const struct txn *txn, bool force, struct refusal *refusal)
{
    return !force || txn->actor->role == ROLE_ADMIN ||
           refusal_set(refusal, REFUSE_FORBIDDEN, "force_forbidden", "force", "Only an admin may use force.");
}

/* ---- Expiry ---- */

bool item_policy_expiry(const struct txn *txn, const struct expiry *expiry, uint32_t otherwise,
                        int64_t *expires_at, struct refusal *refusal)
{
    int64_t seconds = expiry->kind == EXPIRY_DEFAULT ? otherwise : expiry->value;
    int64_t at = STORE_FOREVER;

    if (expiry->kind == EXPIRY_AT)
        at = expiry->value != STORE_FOREVER ? expiry->value : STORE_FOREVER - 1;
    else if (expiry->kind != EXPIRY_NEVER)
        at = txn->now + (seconds <= LIST_POLICY_LONGEST ? seconds : LIST_POLICY_LONGEST + 1);
    if (!list_policy_check_expiry(txn->actor, txn->now, at, refusal)) {
        if (expiry->kind == EXPIRY_AT)
            snprintf(refusal->field, sizeof(refusal->field), "expires_at");
        return false;
    }
    *expires_at = at;
    return true;
}

uint32_t item_policy_default_seconds(const struct txn *txn, const struct item *item)
{
    uint32_t least = UINT32_MAX;

    if (item->kind == OVERLAY_LIST)
        return delist_limits(txn->d)->listing_duration;
    for (unsigned i = 0; i < LISTS_MAX; i++) {
        const struct list_policy *policy = delist_policy(txn->d, i);
        if (!list_mask_has(&item->lists, i) || policy == NULL)
            continue;
        uint32_t seconds = txn->actor->role < ROLE_OWNER ? policy->public_duration : policy->duration;
        least = seconds < least ? seconds : least;
    }
    return least;
}

/* ---- The policies of lists ---- */

/* What a list is asked to permit. */
struct permission {
    const struct delist *d;
    const struct actor *actor;
    enum overlay_kind kind;
    const struct range *range;
    uint32_t code;
    int64_t now, until;
    bool force;
};

static bool permits(const struct permission *q, unsigned list, struct refusal *refusal)
{
    const struct list_policy *policy = delist_policy(q->d, list);
    const struct delist_limits *limits = delist_limits(q->d);
    struct list_mask mask = list_mask_of(list);

    if (policy == NULL)
        return refusal_set(refusal, REFUSE_INVALID, "unknown_list", "lists",
                           "There is no such list in the configuration.");
    if (!list_policy_check_scope(q->actor, q->range, &mask, refusal))
        return false;
    if (q->kind == OVERLAY_DELIST)
        return list_policy_check_delisting(policy, q->actor, q->range, q->now, q->until, q->force, refusal);
    if (q->kind == OVERLAY_ALLOW)
        return list_policy_check_allow(policy, limits, q->actor, q->range, q->now, q->until, q->force,
                                       refusal);
    return list_policy_check_listing(limits, q->actor, q->range, q->code, q->now, q->until, q->force,
                                     refusal);
}

bool item_policy_permits(const struct txn *txn, const struct item *item, unsigned list, bool force,
                         struct refusal *refusal)
{
    const struct permission q = { txn->d,     txn->actor, item->kind,       &item->range,
                                  item->code, txn->now,   item->expires_at, force };
    return permits(&q, list, refusal);
}

void delist_why_skipped(const struct delist *d, const struct actor *actor, const struct item_spec *in,
                        const struct item_result *out, unsigned list, struct refusal *why)
{
    const struct permission q = { d, actor, in->kind, &in->range, in->code, out->now, out->until, in->force };
    *why = (struct refusal){ .kind = REFUSE_NONE };
    (void)!permits(&q, list, why);
}
