#include "delist/feed.h"

#include "base/log.h"

#include <inttypes.h>
#include <stdlib.h>

enum feed_change feed_step(const struct watched *w, bool there, int64_t now, uint32_t relist_after)
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

/* ---- Judging a list ---- */

struct judging {
    struct coverage coverage;
    struct feed_verdicts *out;
    size_t room; /* for so many verdicts */
    int64_t now;
    uint32_t relist_after;
    uint64_t ends; /* delistings that had an effect and are to have none */
    enum err failed;
};

static bool add_verdict(struct judging *j, struct feed_verdict verdict)
{
    struct feed_verdicts *v = j->out;

    if (v->count == j->room) {
        size_t room = j->room != 0 ? j->room * 2 : 64;
        struct feed_verdict *more = reallocarray(v->verdicts, room, sizeof(*more));
        if (more == NULL) {
            j->failed = ERR_MEMORY;
            return false;
        }
        v->verdicts = more;
        j->room = room;
    }
    v->verdicts[v->count++] = verdict;
    return true;
}

static void note_due(struct feed_verdicts *v, int64_t at)
{
    if (at < v->next_due)
        v->next_due = at;
}

static bool judge_one(void *context, const struct watched *w)
{
    struct judging *j = context;
    struct list_mask lists;

    j->failed = coverage_lists(&j->coverage, &w->range, &lists);
    if (j->failed != OK)
        return false;
    enum feed_change change = feed_step(w, list_mask_has(&lists, j->out->list), j->now, j->relist_after);
    bool ends = !w->fulfilled && (change == FEED_FULFILLED || change == FEED_RELISTED);
    j->out->delistings += !w->fulfilled;
    j->ends += ends;
    if (change == FEED_GONE)
        note_due(j->out, j->now + j->relist_after);
    else if (change == FEED_NOTHING && w->gone_since != 0 && !w->fulfilled)
        note_due(j->out, w->gone_since + j->relist_after);
    return change == FEED_NOTHING || add_verdict(j, (struct feed_verdict){ w->number, change, ends });
}

/* Nothing is to end: what is gone waits for another judgement, what is there again is back. */
static void brake(struct feed_verdicts *v, uint32_t relist_after)
{
    size_t kept = 0;

    for (size_t i = 0; i < v->count; i++) {
        struct feed_verdict verdict = v->verdicts[i];
        if (verdict.ends && verdict.change == FEED_FULFILLED)
            continue;
        if (verdict.ends)
            verdict = (struct feed_verdict){ verdict.number, FEED_BACK, false };
        v->verdicts[kept++] = verdict;
    }
    v->count = kept;
    note_due(v, v->at + relist_after);
}

/* How many delistings of so many may end at once. */
static uint64_t most_ends(const struct delist_limits *limits, uint64_t delistings)
{
    uint64_t share = delistings * limits->mass_relist_percent / 100;
    return share > limits->mass_relist ? share : limits->mass_relist;
}

static enum err judge_all(struct judging *j, struct store *s, struct error *error)
{
    struct store_reader *r;
    enum err e = store_read(s, &r, error);

    if (e != OK)
        return e;
    e = items_each_watched(r, j->out->list, j->now, judge_one, j, error);
    store_read_end(r);
    return e;
}

enum err feed_judge(struct store *s, const struct list_policy *rules, const struct delist_limits *limits,
                    unsigned list, const struct snapshot *snapshot, const uint16_t *set_lists, bool accept,
                    int64_t now, struct feed_verdicts *out, struct error *error)
{
    struct feed_verdicts v = { .list = list, .at = now, .next_due = INT64_MAX };
    struct judging j = { .out = &v, .now = now, .relist_after = rules->relist_after };
    enum err e = OK;

    j.failed = coverage_open(&j.coverage, snapshot, set_lists);
    if (j.failed == OK)
        e = judge_all(&j, s, error);
    coverage_close(&j.coverage);
    if (j.failed != OK)
        e = error_set(error, j.failed, "out of memory while the delistings on %s were judged", rules->name);
    if (e != OK) {
        feed_free(&v);
        return e;
    }
    uint64_t most = most_ends(limits, v.delistings);
    if (!accept && j.ends > most) {
        v.would_end = j.ends;
        brake(&v, rules->relist_after);
        log_error("list %s: this data would end %" PRIu64 " of %" PRIu64 " delistings, more than %" PRIu64
                  ": none is ended; check the list, and if it is right reload it with --accept",
                  rules->name, v.would_end, v.delistings, most);
    }
    *out = v;
    return OK;
}

void feed_free(struct feed_verdicts *v)
{
    free(v->verdicts);
    v->verdicts = NULL;
    v->count = 0;
}

bool feed_portion(const struct feed_verdicts *all, size_t *at, struct feed_verdicts *portion)
{
    if (*at >= all->count)
        return false;
    *portion = *all;
    portion->verdicts += *at;
    portion->count = all->count - *at < FEED_PORTION ? all->count - *at : FEED_PORTION;
    *at += portion->count;
    return true;
}
