/* Changing and ending items, singly or a batch. */
#include "delist/item.h"
#include "delist/verbs.h"

#include <inttypes.h>
#include <string.h>

/* Writes what has changed of an item. */
static void write_item(struct txn *txn, struct item *item)
{
    item->updated_at = txn->now;
    if (txn->err == OK)
        txn_ok(txn, items_change(txn->store, item, &txn->error));
}

/* ---- Ending one item ---- */

void item_end_on_all(struct txn *txn, struct item *item, enum item_state state, int64_t when, const char *by)
{
    item->state = state;
    item->ended_at = when;
    memset(item->ended_by, 0, sizeof(item->ended_by));
    memcpy(item->ended_by, by, strnlen(by, sizeof(item->ended_by) - 1));
    write_item(txn, item);
    txn_overlay_remove(txn, item);
    struct event event = txn_item_event(txn, state == ITEM_EXPIRED ? EVENT_EXPIRED : EVENT_ENDED, item);
    event.time = when;
    if (state == ITEM_EXPIRED) {
        memcpy(event.actor, item->ended_by, sizeof(event.actor));
        memset(event.client, 0, sizeof(event.client));
    }
    txn_event(txn, &event);
}

void item_end_on_list(struct txn *txn, struct item *item, unsigned list, enum item_state state)
{
    struct list_mask left;

    if (!list_mask_has(&item->over, list)) {
        list_mask_add(&item->over, list);
        txn_overlay_remove(txn, item);
        txn_overlay_add(txn, item);
    }
    left = item_lists(item);
    if (list_mask_is_empty(&left)) {
        bool relisted = state == ITEM_RELISTED;
        if (txn->err == OK && !relisted)
            txn_ok(txn, items_was_relisted(txn->store, item, &relisted, &txn->error));
        item->state = relisted ? ITEM_RELISTED : ITEM_FULFILLED;
        item->ended_at = item->ended_at != 0 ? item->ended_at : txn->now;
        memcpy(item->ended_by, "feed", sizeof("feed"));
    }
    write_item(txn, item);
    struct event event =
        txn_item_event(txn, state == ITEM_FULFILLED ? EVENT_FULFILLED : EVENT_RELISTED, item);
    event.lists = list_mask_of(list);
    txn_event(txn, &event);
}

/* ---- Finding ---- */

static bool find(struct txn *txn, struct delist_op *op)
{
    static const char *const words[] = { "delisting", "listing", "allow" };
    struct item *item = &op->item;

    enum err err = items_find(txn->reader, op->kind, op->id, txn->now, item, &txn->error);
    if (err == ERR_REFUSED && txn->error.text[0] != '\0')
        return refusal_set(&op->refusal, REFUSE_CONFLICT, "ambiguous_id", NULL,
                           "The ids of several begin so: give more of it.");
    if (err == ERR_REFUSED)
        return refusal_set(&op->refusal, REFUSE_MISSING, "not_found", NULL, "There is no %s with this id.",
                           words[op->kind]);
    if (!txn_ok(txn, err) || !list_policy_check_scope(op->actor, &item->range, &item->lists, &op->refusal))
        return false;
    return !op->has_revision || op->revision == item->revision ||
           refusal_set(&op->refusal, REFUSE_CHANGED, "changed", "If-Match",
                       "The item was changed meanwhile; its revision is now \"%" PRIu64 "\".",
                       item->revision);
}

/* ---- Change ---- */

/* Whether the item may have this later expiry: like a new item, on the lists where it has an effect. */
static bool may_extend(struct txn *txn, struct delist_op *op, const struct item *item)
{
    struct list_mask left = item_lists(item);

    for (unsigned i = 0; i < LISTS_MAX; i++)
        if (list_mask_has(&left, i) && delist_policy(txn->d, i) != NULL &&
            !item_policy_permits(txn, item, i, op->force, &op->refusal))
            return false;
    return true;
}

void delist_change(struct txn *txn, struct delist_op *op)
{
    struct item *item = &op->item;

    if (!find(txn, op) || !item_policy_may_force(txn, op->force, &op->refusal))
        return;
    struct item changed = *item;
    if (item->state != ITEM_ACTIVE) {
        refusal_set(&op->refusal, REFUSE_CONFLICT, "ended", NULL,
                    "The item is not active any more (%s); create a new one.", item_state_word(item->state));
        return;
    }
    if (op->has_expiry && !item_policy_expiry(txn, &op->expiry, item_policy_default_seconds(txn, item),
                                              &changed.expires_at, &op->refusal))
        return;
    if (changed.expires_at > item->expires_at && !may_extend(txn, op, &changed))
        return;
    if (op->has_reason)
        memcpy(changed.reason, op->reason, sizeof(changed.reason));
    bool expiry_changed = changed.expires_at != item->expires_at;
    if (!expiry_changed && strcmp(changed.reason, item->reason) == 0)
        return;
    write_item(txn, &changed);
    struct event event = txn_item_event(txn, EVENT_CHANGED, &changed);
    txn_event(txn, &event);
    if (expiry_changed) {
        txn_overlay_remove(txn, item);
        txn_overlay_add(txn, &changed);
    }
    *item = changed;
}

/* ---- End ---- */

static bool record_covering(void *context, const struct item *other)
{
    struct delist_op *op = context;
    const struct item *ended = &op->item;
    bool listing = ended->kind == OVERLAY_LIST;

    if (other->number == ended->number || (other->kind == OVERLAY_LIST) != listing ||
        !range_contains(&other->range, &ended->range))
        return true;
    struct list_mask lists = item_lists(other);
    if (list_mask_meets(&lists, &ended->lists))
        memcpy(op->still_covered[op->still_covered_count++], other->id, STORE_ID);
    return op->still_covered_count < ARRAY_SIZE(op->still_covered);
}

/* Finds items that do the same for the whole range. */
static void find_covering(struct txn *txn, struct delist_op *op)
{
    /* An item that contains the whole range contains its first address, or its name. */
    struct item_filter filter = {
        .has_state = true, .state = ITEM_ACTIVE, .has_covers = true, .covers = range_head(&op->item.range)
    };

    op->still_covered_count = 0;
    if (txn->err == OK)
        txn_ok(txn, items_each(txn->reader, &filter, txn->now, record_covering, op, &txn->error));
}

/* Idempotent: ending an ended item changes nothing. */
void delist_end(struct txn *txn, struct delist_op *op)
{
    if (!find(txn, op))
        return;
    if (op->item.state == ITEM_ACTIVE)
        item_end_on_all(txn, &op->item, ITEM_ENDED, txn->now, op->actor->name);
    find_covering(txn, op);
}

/* ---- Ending several ---- */

/* A run over items, twice: nothing may be ended before the scope of all was checked. */
struct ending {
    struct txn *txn;
    struct delist_op *op;
    uint64_t found, active;
};

static bool check_scope(void *context, const struct item *item)
{
    struct ending *e = context;

    e->found++;
    e->active += item->state == ITEM_ACTIVE;
    return list_policy_check_scope(e->op->actor, &item->range, &item->lists, &e->op->refusal);
}

static bool end_active(void *context, const struct item *item)
{
    struct ending *e = context;
    struct item ended = *item;

    if (item->state != ITEM_ACTIVE)
        return true;
    item_end_on_all(e->txn, &ended, ITEM_ENDED, e->txn->now, e->op->actor->name);
    e->op->affected++;
    return e->txn->err == OK;
}

/* Visits all that pass. False: the operation is refused, or the group has failed. */
static bool visit_all(struct ending *e, const struct item_filter *filter, item_visitor *visit)
{
    struct txn *txn = e->txn;
    return txn_ok(txn, items_each(txn->reader, filter, txn->now, visit, e, &txn->error)) &&
           e->op->refusal.kind == REFUSE_NONE;
}

void delist_revert(struct txn *txn, struct delist_op *op)
{
    struct item_filter filter = { .batch_id = op->id };
    struct ending e = { .txn = txn, .op = op };

    if (!visit_all(&e, &filter, check_scope))
        return;
    if (e.found > 0)
        (void)visit_all(&e, &filter, end_active);
    else
        refusal_set(&op->refusal, REFUSE_MISSING, "not_found", NULL, "There is no batch with this id.");
}

void delist_end_matching(struct txn *txn, struct delist_op *op)
{
    struct item_filter filter = *op->filter;
    struct ending e = { .txn = txn, .op = op };
    uint64_t reached; /* not 0: there are too many to read them all here */

    filter.has_state = true;
    filter.state = ITEM_ACTIVE;
    filter.reached = &reached;
    if (!visit_all(&e, &filter, check_scope))
        return;
    if (reached != 0 || e.active > op->most)
        refusal_set(&op->refusal, REFUSE_CONFLICT, "too_many_matches", "max",
                    "%s%" PRIu64 " match, and at most %" PRIu64 " may end at once: raise max, or narrow it.",
                    reached != 0 ? "More than " : "", e.active, op->most);
    else if (op->dry_run)
        op->affected = e.active;
    else
        (void)visit_all(&e, &filter, end_active);
}
