/* Changing and ending items; the overlay as a whole; notes. */
#include "base/vec.h"
#include "delist/txn.h"

#include <inttypes.h>
#include <string.h>

/* ---- Finding ---- */

static bool find(struct txn *w, struct delist_op *op)
{
    static const char *const words[] = { "delisting", "listing", "allow" };
    struct item *item = &op->item;

    enum err err = items_find(w->eyes, op->kind, op->id, w->now, item, &w->error);
    if (err == ERR_REFUSED)
        return list_policy_refuse(&op->judgement, REFUSE_MISSING, "not_found", NULL,
                                  "There is no %s with this id.", words[op->kind]);
    if (!txn_ok(w, err) || !list_policy_reach(op->actor, &item->range, &item->lists, &op->judgement))
        return false;
    return !op->has_revision || op->revision == item->revision ||
           list_policy_refuse(&op->judgement, REFUSE_CHANGED, "changed", "If-Match",
                              "It has changed since: it is now \"%" PRIu64 "\".", item->revision);
}

/* ---- Change ---- */

/* A longer life obeys the rules again, on the lists that are left. */
static bool may_last(struct txn *w, struct delist_op *op, const struct item *item)
{
    struct list_mask left = item_lists(item);

    for (unsigned i = 0; i < LISTS_MAX; i++)
        if (list_mask_has(&left, i) && delist_rules(w->d, i) != NULL &&
            !delist_permits(w, op->actor, item, i, op->force, &op->judgement))
            return false;
    return true;
}

void delist_change(struct txn *w, struct delist_op *op)
{
    struct item *item = &op->item;
    struct event event;

    if (!find(w, op) || !delist_may_force(op->actor, op->force, &op->judgement))
        return;
    struct item changed = *item;
    if (item->state != ITEM_ACTIVE) {
        list_policy_refuse(&op->judgement, REFUSE_CONFLICT, "ended", NULL, "It is over (%s); make a new one.",
                           item_state_word(item->state));
        return;
    }
    if (op->has_expiry &&
        !delist_expiry(w, op->actor, &op->expiry, delist_default_seconds(w, op->actor, item),
                       &changed.expires_at, &op->judgement))
        return;
    if (changed.expires_at > item->expires_at && !may_last(w, op, &changed))
        return;
    if (op->has_reason)
        memcpy(changed.reason, op->reason, sizeof(changed.reason));
    bool moved = changed.expires_at != item->expires_at;
    if (!moved && strcmp(changed.reason, item->reason) == 0)
        return;
    changed.updated_at = w->now;
    if (!txn_ok(w, items_change(w->store, &changed, &w->error)))
        return;
    txn_item_event(w, EVENT_CHANGED, &changed, &event);
    txn_event(w, &event);
    if (moved) {
        txn_hide(w, item);
        txn_show(w, &changed);
    }
    *item = changed;
}

/* ---- End ---- */

static bool note_cover(void *context, const struct item *other)
{
    struct delist_op *op = context;
    const struct item *ended = &op->item;
    bool listing = ended->kind == OVERLAY_LIST;

    if (other->number == ended->number || (other->kind == OVERLAY_LIST) != listing ||
        !range_contains(&other->range, &ended->range))
        return true;
    struct list_mask lists = item_lists(other);
    lists = list_mask_common(&lists, &ended->lists);
    if (!list_mask_is_empty(&lists))
        memcpy(op->still_covered[op->still_covered_count++], other->id, STORE_ID);
    return op->still_covered_count < ARRAY_SIZE(op->still_covered);
}

/* Those that do the same for the whole range. */
static void find_covering(struct txn *w, struct delist_op *op)
{
    /* What holds the whole range holds its first address, or its name. */
    struct item_filter filter = {
        .has_state = true, .state = ITEM_ACTIVE, .has_covers = true, .covers = range_head(&op->item.range)
    };

    op->still_covered_count = 0;
    if (w->err == OK)
        txn_ok(w, items_each(w->eyes, &filter, w->now, note_cover, op, &w->error));
}

/* What has ended stays so: to end it again is no mistake. */
void delist_end(struct txn *w, struct delist_op *op)
{
    if (!find(w, op))
        return;
    if (op->item.state == ITEM_ACTIVE)
        delist_end_item(w, &op->item, ITEM_ENDED, w->now, op->actor->name);
    find_covering(w, op);
}

/* ---- Revert ---- */

struct revert_batch {
    struct txn *work;
    struct delist_op *op;
    struct vec active; /* uint64_t: numbers */
    bool found;
};

static bool take(void *context, const struct item *item)
{
    struct revert_batch *b = context;

    b->found = true;
    if (!list_policy_reach(b->op->actor, &item->range, &item->lists, &b->op->judgement))
        return false;
    if (item->state != ITEM_ACTIVE)
        return true;
    uint64_t *number = vec_add(&b->active, sizeof(*number));
    if (number == NULL)
        return txn_ok(b->work, error_set(&b->work->error, ERR_MEMORY, "out of memory for a batch"));
    *number = item->number;
    return true;
}

static void end_batch(struct txn *w, struct delist_op *op, const struct vec *numbers)
{
    const uint64_t *number = numbers->data;
    struct item item;

    for (size_t i = 0; i < VEC_COUNT(numbers, *number) && w->err == OK; i++) {
        if (txn_ok(w, items_find_number(w->eyes, number[i], w->now, &item, &w->error)))
            delist_end_item(w, &item, ITEM_ENDED, w->now, op->actor->name);
        op->affected++;
    }
}

void delist_revert(struct txn *w, struct delist_op *op)
{
    struct item_filter filter = { .batch_id = op->id };
    struct revert_batch b = { .work = w, .op = op };

    txn_ok(w, items_each(w->eyes, &filter, w->now, take, &b, &w->error));
    if (w->err == OK && !b.found)
        list_policy_refuse(&op->judgement, REFUSE_MISSING, "not_found", NULL,
                           "There is no batch with this id.");
    if (op->judgement.kind == REFUSE_NOT)
        end_batch(w, op, &b.active);
    vec_free(&b.active);
}

/* ---- The overlay as a whole ---- */

void delist_suspend(struct txn *w, struct delist_op *op, bool suspend)
{
    if (w->suspended == suspend || !txn_ok(w, store_set_fact(w->store, "suspended", suspend, &w->error)))
        return;
    w->suspended = suspend;
    txn_note(w, suspend ? EVENT_SUSPENDED : EVENT_RESUMED, op->reason);
}

/* ---- Notes ---- */

void delist_note(struct txn *w, struct delist_op *op)
{
    txn_note(w, EVENT_ADMIN, op->reason);
}

/* The note does not say whose data it was. */
void delist_erase(struct txn *w, struct delist_op *op)
{
    if (txn_ok(w, privacy_erase(w->store, op->subject, &op->affected, &w->error)))
        txn_note(w, EVENT_ADMIN, "personal data erased");
}
