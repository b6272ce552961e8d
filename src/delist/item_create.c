/* Making items: delistings, listings, allows. */
#include "delist/txn.h"
#include "view/coverage.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DAY          86400
#define CAP_BITS     44 /* of a day's count of addresses */
#define SAME_SECONDS 60 /* in which a repeat that says "for 7 days" is the same */
#define FULL_RETRY   60 /* seconds */

/* ---- What nobody may cover ---- */

static bool holds(const struct range *range, enum range_family family, struct trie_key address)
{
    struct range one = range_of_address(family, address);

    return range_contains(range, &one);
}

/* Whether it holds 127.0.0.`last`, or the same as an IPv4-mapped address. */
static bool holds_loopback(const struct range *range, uint64_t last)
{
    return holds(range, RANGE_IP4, (struct trie_key){ (UINT64_C(0x7f000000) | last) << 32, 0 }) ||
           holds(range, RANGE_IP6, (struct trie_key){ 0, UINT64_C(0xffff7f000000) | last });
}

/* Whether a name is below `top`, given with its length byte. */
static bool is_below(const struct range *range, const char *top)
{
    size_t size = strlen(top) + 1;
    return range->family == RANGE_NAME && range->name_len >= size &&
           memcmp(range->name + range->name_len - size, top, size) == 0;
}

static bool is_protected(const struct txn *w, const struct range *range)
{
    const struct view *view = txn_view_open(w->d);
    bool yes = view != NULL && view_is_protected(view, range);

    txn_view_close(w->d);
    return yes;
}

/* RFC 5782 section 5: 127.0.0.2 is always listed, so that people can see that a list works; 127.0.0.1 and
 * INVALID never are, so that they can see that it does not list the world. */
static bool may_cover(const struct txn *w, const struct actor *actor, const struct item *item, bool force,
                      struct refusal *j)
{
    bool insists = force && actor->role == ROLE_ADMIN; /* on what makes some sense */

    if (item->kind != OVERLAY_LIST)
        return insists || !holds_loopback(&item->range, 2) ||
               list_policy_refuse(j, REFUSE_CONFLICT, "protected", "range",
                                  "127.0.0.2 is what people test a list with, and stays listed.");
    if (holds_loopback(&item->range, 1) || holds(&item->range, RANGE_IP6, (struct trie_key){ 0, 1 }) ||
        is_below(&item->range, "\7invalid") || is_below(&item->range, "\11localhost"))
        return list_policy_refuse(
            j, REFUSE_CONFLICT, "protected", "range",
            "127.0.0.1, ::1, invalid and localhost are never listed: a list that has them looks as "
            "if it listed everything.");
    return insists || !is_protected(w, &item->range) ||
           list_policy_refuse(j, REFUSE_CONFLICT, "protected", "range",
                              "Some of it is on the list of what is never listed.");
}

/* ---- When it ends ---- */

bool delist_may_force(const struct actor *actor, bool force, struct refusal *j)
{
    return !force || actor->role == ROLE_ADMIN ||
           list_policy_refuse(j, REFUSE_FORBIDDEN, "force_forbidden", "force",
                              "Only an admin may use force.");
}

bool delist_expiry(const struct txn *w, const struct actor *actor, const struct expiry *expiry,
                   uint32_t otherwise, int64_t *expires_at, struct refusal *j)
{
    int64_t seconds = expiry->kind == EXPIRY_DEFAULT ? otherwise : expiry->value;
    int64_t at = DELIST_FOR_EVER;

    if (expiry->kind == EXPIRY_AT)
        at = expiry->value != DELIST_FOR_EVER ? expiry->value : DELIST_FOR_EVER - 1;
    else if (expiry->kind != EXPIRY_NEVER)
        at = w->now + (seconds <= LIST_POLICY_LONGEST ? seconds : LIST_POLICY_LONGEST + 1);
    if (!list_policy_expiry(actor, w->now, at, j)) {
        if (expiry->kind == EXPIRY_AT)
            snprintf(j->field, sizeof(j->field), "expires_at");
        return false;
    }
    *expires_at = at;
    return true;
}

uint32_t delist_default_seconds(const struct txn *w, const struct actor *actor, const struct item *item)
{
    uint32_t least = UINT32_MAX;

    if (item->kind == OVERLAY_LIST)
        return w->d->options.limits.listing_duration;
    for (unsigned i = 0; i < LISTS_MAX; i++) {
        const struct list_policy *list = delist_rules(w->d, i);
        if (!list_mask_has(&item->lists, i) || list == NULL)
            continue;
        uint32_t seconds = actor->role < ROLE_OWNER ? list->public_duration : list->duration;
        least = seconds < least ? seconds : least;
    }
    return least;
}

/* ---- The lists that it is on ---- */

bool delist_permits(const struct txn *w, const struct actor *actor, const struct item *item, unsigned list,
                    bool force, struct refusal *j)
{
    const struct list_policy *rules = delist_rules(w->d, list);
    const struct delist_limits *limits = &w->d->options.limits;
    struct list_mask mask = list_mask_of(list);

    if (rules == NULL)
        return list_policy_refuse(j, REFUSE_BAD, "unknown_list", "lists",
                                  "There is no such list in the configuration.");
    if (!list_policy_reach(actor, &item->range, &mask, j))
        return false;
    if (item->kind == OVERLAY_DELIST)
        return list_policy_delist(rules, actor, &item->range, w->now, item->expires_at, force, j);
    if (item->kind == OVERLAY_ALLOW)
        return list_policy_allow(rules, limits, actor, &item->range, w->now, item->expires_at, force, j);
    return list_policy_list(limits, actor, &item->range, item->code, w->now, item->expires_at, force, j);
}

/* Sets aside the lists of item->lists that do not permit it, which is for those not named only. */
static bool settle_lists(const struct txn *w, const struct actor *actor, const struct create *in,
                         struct created *out)
{
    struct item *item = &out->item;
    struct refusal j;
    size_t told = 0;

    for (unsigned i = 0; i < LISTS_MAX; i++) {
        if (!list_mask_has(&item->lists, i) || delist_permits(w, actor, item, i, in->force, &j))
            continue;
        if (in->lists_given) {
            out->judgement = j;
            return false;
        }
        list_mask_add(&out->skipped, i);
        if (told < ARRAY_SIZE(out->why))
            out->why[told++] = j;
    }
    item->lists = list_mask_less(&item->lists, &out->skipped);
    if (!list_mask_is_empty(&item->lists))
        return true;
    out->judgement = out->why[0];
    return false;
}

/* Lists and end depend on each other: an end that is not named is the shortest default of the lists that
 * permit anything at all, which is not measured against what may be asked for. */
static bool settle(const struct txn *w, const struct actor *actor, const struct create *in,
                   struct created *out)
{
    struct item *item = &out->item;
    bool by_default = in->expiry.kind == EXPIRY_DEFAULT;

    item->lists = in->lists_given ? in->lists : w->d->lists;
    if (list_mask_is_empty(&item->lists) || (item->kind == OVERLAY_LIST && !in->lists_given))
        return list_policy_refuse(&out->judgement, REFUSE_BAD, "no_lists", "lists", "No list is named.");
    item->expires_at = w->now + 1;
    if (!by_default && !delist_expiry(w, actor, &in->expiry, 0, &item->expires_at, &out->judgement))
        return false;
    if (!settle_lists(w, actor, in, out))
        return false;
    out->lists = item->lists;
    return !by_default || delist_expiry(w, actor, &in->expiry, delist_default_seconds(w, actor, item),
                                        &item->expires_at, &out->judgement);
}

/* ---- Repeats, room and caps ---- */

static bool find_same(struct txn *w, const struct create *in, struct created *out)
{
    int64_t left = out->item.expires_at != DELIST_FOR_EVER ? out->item.expires_at - w->now : 0;
    int64_t tolerance = left / SAME_SECONDS < SAME_SECONDS ? left / SAME_SECONDS : SAME_SECONDS;
    struct item found;

    if (in->expiry.kind == EXPIRY_AT || in->expiry.kind == EXPIRY_NEVER)
        tolerance = 0;
    else if (tolerance < 1)
        tolerance = 1;
    if (!txn_ok(w, items_find_same(w->eyes, &out->item, tolerance, w->now, &out->existed, &found, &w->error)))
        return false;
    if (out->existed) {
        out->item = found;
        out->lists = found.lists;
    }
    return true;
}

static bool has_room(const struct txn *w, const struct item *item, struct refusal *j)
{
    const struct delist_limits *limits = &w->d->options.limits;

    if (limits->active_most != 0 && overlay_usage(w->overlay).items + w->added >= limits->active_most) {
        list_policy_refuse(j, REFUSE_UNAVAILABLE, "too_many_active", NULL,
                           "There are %" PRIu32
                           " delistings, listings and allows already, which is the most.",
                           limits->active_most);
        j->retry_after = FULL_RETRY;
        return false;
    }
    return overlay_has_room(w->overlay, &item->range, w->now) ||
           list_policy_refuse(
               j, REFUSE_CONFLICT, "too_many_items", "range",
               "There are %d delistings, listings and allows over a part of it already, which is the most.",
               OVERLAY_ITEMS_MAX);
}

/* What a listing counts for: addresses, of IPv6 /56s, so that the widest of both count the same. */
static uint64_t weight(const struct range *range)
{
    return range->family == RANGE_IP6 ? (range->last.hi >> 8) - (range->first.hi >> 8) + 1
                                      : range_size(range);
}

static void cap_name(const struct actor *actor, char name[DELIST_NAME + 8])
{
    snprintf(name, DELIST_NAME + 8, "listed:%s", actor->name);
}

/* What this token has listed today. It stands in the store, as day and count. */
static uint64_t listed_today(const struct txn *w, const struct actor *actor)
{
    char name[DELIST_NAME + 8];

    cap_name(actor, name);
    int64_t fact = store_fact(w->store, name, 0);
    return fact >> CAP_BITS == w->now / DAY ? (uint64_t)fact & ((UINT64_C(1) << CAP_BITS) - 1) : 0;
}

static bool is_within_cap(const struct txn *w, const struct actor *actor, const struct create *in,
                          struct refusal *j)
{
    uint64_t cap = w->d->options.limits.cap_addresses, size = weight(&in->range);

    if (in->kind != OVERLAY_LIST || cap == 0 || (in->force && actor->role == ROLE_ADMIN))
        return true;
    uint64_t listed = listed_today(w, actor);
    if (listed <= cap && size <= cap - listed)
        return true;
    list_policy_refuse(j, REFUSE_TOO_MANY, "cap_reached", "range",
                       "This token may list %" PRIu64
                       " addresses a day (of IPv6, /56s), and has listed %" PRIu64 ".",
                       cap, listed);
    snprintf(j->allowed, sizeof(j->allowed), "%" PRIu64 " today", listed < cap ? cap - listed : 0);
    j->retry_after = (uint32_t)(DAY - w->now % DAY);
    return false;
}

static void count_listed(struct txn *w, const struct actor *actor, const struct item *item)
{
    uint64_t most = (UINT64_C(1) << CAP_BITS) - 1, listed = listed_today(w, actor);
    char name[DELIST_NAME + 8];

    if (w->err != OK || item->kind != OVERLAY_LIST || w->d->options.limits.cap_addresses == 0)
        return;
    listed = weight(&item->range) <= most - listed ? listed + weight(&item->range) : most;
    cap_name(actor, name);
    txn_ok(w, store_set_fact(w->store, name, w->now / DAY << CAP_BITS | (int64_t)listed, &w->error));
}

/* ---- Dry runs ---- */

static void count(struct txn *w, struct created *out)
{
    const struct view *view = txn_view_open(w->d);
    struct coverage coverage;

    out->addresses = range_size(&out->item.range);
    out->listed_now = 0;
    if (view != NULL) {
        enum err err = coverage_open(&coverage, view_base(view), view->set_lists);
        coverage.effort = w->effort;
        if (err == OK)
            err = coverage_count(&coverage, &out->item.range, &out->lists, &out->listed_now);
        w->effort = coverage.effort;
        coverage_close(&coverage);
        if (err != OK)
            out->listed_now = UINT64_MAX;
    }
    txn_view_close(w->d);
}

/* ---- One item ---- */

static void describe(const struct txn *w, const struct actor *actor, const struct create *in,
                     struct item *item)
{
    item->kind = in->kind;
    item->state = ITEM_ACTIVE;
    item->range = in->range;
    item->sticky = in->sticky == YES || (in->sticky == UNSAID && actor->role >= ROLE_OWNER);
    item->created_at = item->updated_at = w->now;
    if (in->kind == OVERLAY_LIST) {
        item->code = in->code;
        memcpy(item->text, in->text, sizeof(item->text));
    }
    memcpy(item->reason, in->reason, sizeof(item->reason));
    memcpy(item->requester, in->requester, sizeof(item->requester));
    privacy_requester(w->d->options.privacy, item->requester);
    memcpy(item->created_by, actor->name, sizeof(item->created_by));
    memcpy(item->origin, actor->origin, sizeof(item->origin));
}

/* Whether it could be made, with all results but the item. */
static bool judge_one(struct txn *w, const struct actor *actor, const struct create *in, struct created *out)
{
    struct refusal *j = &out->judgement;

    memset(out, 0, sizeof(*out));
    describe(w, actor, in, &out->item);
    if (!delist_may_force(actor, in->force, j) || !settle(w, actor, in, out) ||
        !may_cover(w, actor, &out->item, in->force, j))
        return false;
    if (in->dry_run)
        count(w, out);
    return find_same(w, in, out) &&
           (out->existed || (has_room(w, &out->item, j) && is_within_cap(w, actor, in, j)));
}

bool delist_create_one(struct txn *w, const struct actor *actor, const struct create *in,
                       const char *batch_id, struct created *out)
{
    struct item *item = &out->item;
    struct event event;

    if (!judge_one(w, actor, in, out))
        return false;
    if (out->existed || in->dry_run)
        return true;
    store_new_id(w->now * 1000, item->id);
    if (batch_id != NULL)
        memcpy(item->batch_id, batch_id, sizeof(item->batch_id));
    if (!txn_ok(w, items_add(w->store, item, &w->error)))
        return false;
    txn_show(w, item);
    txn_item_event(w, EVENT_CREATED, item, &event);
    txn_event(w, &event);
    feed_hold(w, item);
    count_listed(w, actor, item);
    return w->err == OK;
}

/* ---- All of them ---- */

/* The `made` first ones are not to be. */
static void unmake(struct txn *w, const struct delist_op *op, size_t made)
{
    for (size_t i = 0; i < made; i++)
        if (!op->created[i].existed && !op->create[i].dry_run)
            txn_hide(w, &op->created[i].item);
}

void delist_create(struct txn *w, struct delist_op *op)
{
    bool whole = op->atomic || !op->batch;

    if (op->batch)
        store_new_id(w->now * 1000, op->batch_id);
    for (size_t i = 0; i < op->count && w->err == OK; i++) {
        struct created *out = &op->created[i];
        if (op->judgement.kind != REFUSE_NOT) {
            if (!judge_one(w, op->actor, &op->create[i], out))
                continue;
        } else if (!delist_create_one(w, op->actor, &op->create[i], op->batch ? op->batch_id : NULL, out) &&
                   whole && w->err == OK) {
            op->judgement = out->judgement;
            unmake(w, op, i);
        }
    }
}
