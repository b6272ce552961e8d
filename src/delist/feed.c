#include "delist/feed.h"

#include "base/log.h"

#include <inttypes.h>
#include <stdlib.h>

enum feed_transition feed_decide(const struct watched *w, bool there, int64_t now, uint32_t relist_after)
{
    bool gone = w->gone_since != 0 && w->gone_since <= now;
    bool long_gone = gone && now - w->gone_since >= relist_after;

    if (w->fulfilled)
        return there ? FEED_RELISTED : FEED_NOTHING;
    if (!w->held)
        return there ? FEED_HELD : FEED_NOTHING;
    if (there)
        return long_gone ? FEED_RELISTED : w->gone_since != 0 ? FEED_BACK : FEED_NOTHING;
    return long_gone ? FEED_FULFILLED : gone ? FEED_NOTHING : FEED_GONE;
}

/* ---- Evaluating a list ---- */

struct evaluation {
    struct coverage coverage;
    struct feed_changes *out;
    size_t capacity; /* of out->changes */
    int64_t now;
    uint32_t relist_after;
    uint64_t ends; /* delistings that have an effect and would have none */
    enum err failed;
};

static bool add_change(struct evaluation *ev, struct feed_change change)
{
    struct feed_changes *all = ev->out;

    if (all->count == ev->capacity) {
        size_t capacity = ev->capacity != 0 ? ev->capacity * 2 : 64;
        struct feed_change *more = reallocarray(all->changes, capacity, sizeof(*more));
        if (more == NULL) {
            ev->failed = ERR_MEMORY;
            return false;
        }
        all->changes = more;
        ev->capacity = capacity;
    }
    all->changes[all->count++] = change;
    return true;
}

static void record_due(struct feed_changes *all, int64_t at)
{
    if (at < all->next_due)
        all->next_due = at;
}

static bool evaluate_one(void *context, const struct watched *w)
{
    struct evaluation *ev = context;
    struct list_mask lists;

    ev->failed = coverage_lists(&ev->coverage, &w->range, &lists);
    if (ev->failed != OK)
        return false;
    enum feed_transition next =
        feed_decide(w, list_mask_has(&lists, ev->out->list), ev->now, ev->relist_after);
    bool ends = !w->fulfilled && (next == FEED_FULFILLED || next == FEED_RELISTED);
    ev->out->delistings += !w->fulfilled;
    ev->ends += ends;
    if (next == FEED_GONE)
        record_due(ev->out, ev->now + ev->relist_after);
    else if (next == FEED_NOTHING && w->gone_since != 0 && !w->fulfilled)
        record_due(ev->out, w->gone_since + ev->relist_after);
    return next == FEED_NOTHING || add_change(ev, (struct feed_change){ w->number, next, ends });
}

/* Nothing ends: what is gone waits for the next evaluation, what is there again is just back. */
static void keep_all(struct feed_changes *all, uint32_t relist_after)
{
    size_t kept = 0;

    for (size_t i = 0; i < all->count; i++) {
        struct feed_change change = all->changes[i];
        if (change.ends && change.transition == FEED_FULFILLED)
            continue;
        if (change.ends)
            change = (struct feed_change){ change.number, FEED_BACK, false };
        all->changes[kept++] = change;
    }
    all->count = kept;
    record_due(all, all->at + relist_after);
}

enum err feed_evaluate(struct store *s, const struct list_policy *policy, const struct delist_limits *limits,
                       unsigned list, const struct snapshot *snapshot, const uint16_t *set_lists, bool accept,
                       int64_t now, struct feed_changes *out, struct error *error)
{
    struct feed_changes all = { .list = list, .at = now, .next_due = INT64_MAX };
    struct evaluation ev = { .out = &all, .now = now, .relist_after = policy->relist_after };
    struct store_reader *r;
    enum err e = store_read(s, &r, error);

    if (e != OK)
        return e;
    ev.failed = coverage_open(&ev.coverage, snapshot, set_lists);
    if (ev.failed == OK)
        e = items_each_watched(r, list, now, evaluate_one, &ev, error);
    store_read_end(r);
    coverage_close(&ev.coverage);
    if (ev.failed != OK)
        e = error_set(error, ev.failed, "out of memory while evaluating the delistings on %s", policy->name);
    if (e != OK) {
        feed_free(&all);
        return e;
    }
    uint64_t share = all.delistings * limits->mass_relist_percent / 100;
    uint64_t max = share > limits->mass_relist ? share : limits->mass_relist;
    if (!accept && ev.ends > max) {
        all.would_end = ev.ends;
        keep_all(&all, policy->relist_after);
        log_error("list %s: this data would end %" PRIu64 " of %" PRIu64 " delistings, more than %" PRIu64
                  ": none is ended; check the list; if it is correct, reload it with --accept",
                  policy->name, all.would_end, all.delistings, max);
    }
    *out = all;
    return OK;
}

void feed_free(struct feed_changes *all)
{
    free(all->changes);
    all->changes = NULL;
    all->count = 0;
}

bool feed_portion(const struct feed_changes *all, size_t *at, struct feed_changes *portion)
{
    if (*at >= all->count)
        return false;
    *portion = *all;
    portion->changes += *at;
    portion->count = all->count - *at < FEED_PORTION ? all->count - *at : FEED_PORTION;
    *at += portion->count;
    return true;
}
