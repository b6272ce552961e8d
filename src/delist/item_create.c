/* Making items: delistings, listings, allows. */
#include "delist/item.h"
#include "delist/verbs.h"
#include "view/coverage.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DAY          86400
#define CAP_BITS     44 /* of a day's count of addresses; the 19 above, without the sign, have the day */
#define SAME_SECONDS 60 /* a repeated request for "7 days" within this time is the same... */
#define SAME_SHARE   60 /* ...and within this part of the duration */
#define FULL_RETRY   60 /* Retry-After in seconds when too many items are active */

/* ---- Lists and expiry ---- */

/* Skips lists that do not permit the item; refuses if the request has named them, or if none is left. */
static bool resolve_lists(const struct txn *txn, const struct item_spec *in, struct item_result *out)
{
    struct item *item = &out->item;
    struct refusal refusal, first = { .kind = REFUSE_NONE };

    out->now = txn->now;
    out->until = item->expires_at;
    for (unsigned i = 0; i < LISTS_MAX; i++) {
        if (!list_mask_has(&item->lists, i) || item_policy_permits(txn, item, i, in->force, &refusal))
            continue;
        if (first.kind == REFUSE_NONE)
            first = refusal;
        if (in->lists_given)
            break;
        list_mask_add(&out->skipped, i);
    }
    item->lists = list_mask_less(&item->lists, &out->skipped);
    if (!list_mask_is_empty(&item->lists) && (!in->lists_given || first.kind == REFUSE_NONE))
        return true;
    out->refusal = first;
    return false;
}

/* Lists and expiry depend on each other: the default expiry is the shortest default of the lists that permit
 * the item at all, and is not checked against the longest that they permit. */
static bool resolve(const struct txn *txn, const struct item_spec *in, struct item_result *out)
{
    struct item *item = &out->item;
    bool by_default = in->expiry.kind == EXPIRY_DEFAULT;

    item->lists = in->lists_given ? in->lists : txn->d->lists;
    if (list_mask_is_empty(&item->lists) || (item->kind == OVERLAY_LIST && !in->lists_given))
        return refusal_set(&out->refusal, REFUSE_INVALID, "no_lists", "lists", "No list is named.");
    item->expires_at = txn->now + 1;
    if (!by_default && !item_policy_expiry(txn, &in->expiry, 0, &item->expires_at, &out->refusal))
        return false;
    if (!resolve_lists(txn, in, out))
        return false;
    out->lists = item->lists;
    return !by_default || item_policy_expiry(txn, &in->expiry, item_policy_default_seconds(txn, item),
                                             &item->expires_at, &out->refusal);
}

/* ---- Repeated requests, room and caps ---- */

static bool find_same(struct txn *txn, const struct item_spec *in, struct item_result *out)
{
    int64_t left = out->item.expires_at != STORE_FOREVER ? out->item.expires_at - txn->now : 0;
    int64_t tolerance = left / SAME_SHARE < SAME_SECONDS ? left / SAME_SHARE : SAME_SECONDS;
    struct item found;

    if (in->expiry.kind == EXPIRY_AT || in->expiry.kind == EXPIRY_NEVER)
        tolerance = 0;
    else if (tolerance < 1)
        tolerance = 1;
    if (!txn_ok(txn, items_find_same(txn->reader, &out->item, tolerance, txn->now, &out->existed, &found,
                                     &txn->error)))
        return false;
    if (out->existed) {
        out->item = found;
        out->lists = found.lists;
    }
    return true;
}

static bool has_room(const struct txn *txn, const struct item *item, struct refusal *refusal)
{
    const struct delist_limits *limits = delist_limits(txn->d);

    if (limits->active_most != 0 && overlay_usage(txn->overlay).items + txn->added >= limits->active_most) {
        refusal_set(refusal, REFUSE_UNAVAILABLE, "too_many_active", NULL,
                    "Limit reached: %" PRIu32 " delistings, listings and allows.", limits->active_most);
        refusal->retry_after = FULL_RETRY;
        return false;
    }
    return overlay_has_room(txn->overlay, &item->range, txn->now) ||
           refusal_set(refusal, REFUSE_CONFLICT, "too_many_items", "range",
                       "Limit reached: %d delistings, listings and allows overlap a part of the range.",
                       OVERLAY_ITEMS_MAX);
}

/* What a listing counts for the cap: IPv4 addresses, IPv6 /56s. A /24 and a /48 count the same. */
static uint64_t weight(const struct range *range)
{
    return range->family == RANGE_IP6 ? (range->last.hi >> 8) - (range->first.hi >> 8) + 1
                                      : range_size(range);
}

/* What this token has listed today: a fact of the store, day and count in one number. */
static uint64_t listed_today(const struct txn *txn)
{
    char name[STORE_NAME + 8];

    snprintf(name, sizeof(name), "listed:%s", txn->actor->name);
    int64_t fact = store_fact(txn->store, name, 0);
    return fact >> CAP_BITS == txn->now / DAY ? (uint64_t)fact & ((UINT64_C(1) << CAP_BITS) - 1) : 0;
}

static bool is_within_cap(const struct txn *txn, const struct item_spec *in, struct refusal *refusal)
{
    uint64_t cap = delist_limits(txn->d)->cap_addresses, size = weight(&in->range);

    if (in->kind != OVERLAY_LIST || cap == 0 || list_policy_is_forced(txn->actor, in->force))
        return true;
    uint64_t listed = listed_today(txn);
    if (listed <= cap && size <= cap - listed)
        return true;
    refusal_set(refusal, REFUSE_TOO_MANY, "cap_reached", "range",
                "Limit reached: this token may list %" PRIu64
                " addresses a day (IPv6: /56 networks) and has listed %" PRIu64 ".",
                cap, listed);
    refusal_allow(refusal, "%" PRIu64 " today", listed < cap ? cap - listed : 0);
    refusal->retry_after = (uint32_t)(DAY - txn->now % DAY);
    return false;
}

static void count_listed(struct txn *txn, const struct item *item)
{
    uint64_t most = (UINT64_C(1) << CAP_BITS) - 1, listed = listed_today(txn);
    char name[STORE_NAME + 8];

    if (txn->err != OK || item->kind != OVERLAY_LIST || delist_limits(txn->d)->cap_addresses == 0)
        return;
    listed = weight(&item->range) <= most - listed ? listed + weight(&item->range) : most;
    snprintf(name, sizeof(name), "listed:%s", txn->actor->name);
    txn_ok(txn, store_set_fact(txn->store, name, txn->now / DAY << CAP_BITS | (int64_t)listed, &txn->error));
}

/* ---- Dry runs ---- */

static void count_addresses(struct txn *txn, struct item_result *out)
{
    const struct view *view = txn_view_open(txn);
    struct coverage coverage;

    out->addresses = range_size(&out->item.range);
    out->listed_now = 0;
    if (view != NULL) {
        enum err err = coverage_open(&coverage, view->snapshot, view->set_lists);
        coverage.effort = txn->effort;
        if (err == OK)
            err = coverage_count(&coverage, &out->item.range, &out->lists, &out->listed_now);
        txn->effort = coverage.effort;
        coverage_close(&coverage);
        if (err != OK)
            out->listed_now = UINT64_MAX;
    }
    txn_view_close(txn);
}

/* ---- One item ---- */

static void fill_in(const struct txn *txn, const struct item_spec *in, struct item *item)
{
    item->kind = in->kind;
    item->state = ITEM_ACTIVE;
    item->range = in->range;
    item->sticky = in->sticky == YES || (in->sticky == UNSET && txn->actor->role >= ROLE_OWNER);
    item->created_at = item->updated_at = txn->now;
    if (in->kind == OVERLAY_LIST) {
        item->code = in->code;
        memcpy(item->text, in->text, sizeof(item->text));
    }
    memcpy(item->reason, in->reason, sizeof(item->reason));
    memcpy(item->requester, in->requester, sizeof(item->requester));
    privacy_requester(delist_privacy(txn->d), item->requester);
    memcpy(item->created_by, txn->actor->name, sizeof(item->created_by));
    memcpy(item->origin, txn->actor->origin, sizeof(item->origin));
}

/* Whether the item can be made. Sets all results but the stored item. */
static bool check_one(struct txn *txn, const struct item_spec *in, struct item_result *out)
{
    struct refusal *refusal = &out->refusal;

    memset(out, 0, sizeof(*out));
    fill_in(txn, in, &out->item);
    if (!item_policy_may_force(txn, in->force, refusal) || !resolve(txn, in, out) ||
        !item_policy_check_range(txn, &out->item, in->force, refusal))
        return false;
    if (in->dry_run)
        count_addresses(txn, out);
    return find_same(txn, in, out) &&
           (out->existed || (has_room(txn, &out->item, refusal) && is_within_cap(txn, in, refusal)));
}

bool item_create_one(struct txn *txn, const struct item_spec *in, const char *batch_id,
                     struct item_result *out)
{
    struct item *item = &out->item;

    if (!check_one(txn, in, out))
        return false;
    if (out->existed || in->dry_run)
        return true;
    store_new_id(txn->now * 1000, item->id);
    if (batch_id != NULL)
        memcpy(item->batch_id, batch_id, sizeof(item->batch_id));
    if (!txn_ok(txn, items_add(txn->store, item, &txn->error)))
        return false;
    txn_overlay_add(txn, item);
    struct event event = txn_item_event(txn, EVENT_CREATED, item);
    txn_event(txn, &event);
    feed_apply_held(txn, item);
    count_listed(txn, item);
    return txn->err == OK;
}

/* ---- All items of an operation ---- */

/* Removes the first `made` items from the overlay; the refusal rolls back their rows. */
static void undo(struct txn *txn, const struct delist_op *op, size_t made)
{
    for (size_t i = 0; i < made; i++)
        if (!op->created[i].existed && !op->create[i].dry_run)
            txn_overlay_remove(txn, &op->created[i].item);
}

void delist_create(struct txn *txn, struct delist_op *op)
{
    bool all_or_nothing = op->atomic || !op->batch;

    if (op->batch)
        store_new_id(txn->now * 1000, op->batch_id);
    for (size_t i = 0; i < op->count && txn->err == OK; i++) {
        struct item_result *out = &op->created[i];
        if (op->refusal.kind != REFUSE_NONE) {
            if (!check_one(txn, &op->create[i], out))
                continue;
        } else if (!item_create_one(txn, &op->create[i], op->batch ? op->batch_id : NULL, out) &&
                   all_or_nothing && txn->err == OK) {
            op->refusal = out->refusal;
            undo(txn, op, i);
        }
    }
}
