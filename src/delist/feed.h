/*
 * Feeds and delistings: what a successful load of a list means for the delistings on it that are not sticky.
 *
 * A delisting is *held* on a list once that has something in its range. When the list's loads have shown
 * nothing there for relist_after, it is *fulfilled* there and has no effect any more; when the list names it
 * again after that (and before it would have expired), the list holds at once, and the delisting is
 * *relisted*: new abuse. In between, a list that comes and goes changes nothing. A judgement that would end
 * more than max(mass_relist, mass_relist_percent %) of the list's delistings ends none, and says so: then
 * what was gone stays so, to be judged again, and what is there again is just back.
 *
 * Judging is one merge of the sorted delistings with the new snapshot, by the loader's thread over a snapshot
 * of the store; only what changes goes to the updater, in portions, each one operation (DELIST_FEED), which
 * looks at each item again. As time alone fulfils a delisting, the snapshot is to be judged again at
 * `next_due`, load or not.
 */
#ifndef DELIST_FEED_H
#define DELIST_FEED_H

#include "delist/delist.h"
#include "store/items.h"
#include "view/coverage.h"

enum feed_change { FEED_NOTHING, FEED_HELD, FEED_GONE, FEED_BACK, FEED_FULFILLED, FEED_RELISTED };

struct feed_verdict {
    uint64_t number; /* of the item */
    enum feed_change change;
    bool ends; /* it has an effect, and is to have none */
};

struct feed_verdicts {
    unsigned list;
    int64_t at; /* the time of the load */
    struct feed_verdict *verdicts;
    size_t count;
    uint64_t delistings; /* of the list that were judged and have an effect */
    uint64_t would_end;  /* of them, those that were to end, when the brake held them (else 0) */
    int64_t next_due;    /* when time alone may change something, INT64_MAX: never */
};

/* What a judgement at `now` changes about a delisting on a list that has (`there`) or has not something in
 * its range. Pure. A time in the future, left behind by a clock that was wrong, starts anew. */
enum feed_change feed_step(const struct watched *w, bool there, int64_t now, uint32_t relist_after);

/* Judges the delistings on `list` by `snapshot`, whose sets `set_lists` gives to lists as in the view.
 * `accept`: without the brake; when that holds, the log has an alarm. The caller frees with feed_free. Any
 * thread that holds the snapshot. 1 M delistings in a second or two; memory for what changes. */
enum err feed_judge(struct store *s, const struct list_policy *rules, const struct delist_limits *limits,
                    unsigned list, const struct snapshot *snapshot, const uint16_t *set_lists, bool accept,
                    int64_t now, struct feed_verdicts *out, struct error *error) must_use;
void feed_free(struct feed_verdicts *v);

#define FEED_PORTION 1000 /* verdicts that one operation should carry: some 10 ms of the updater's time */

/* Takes the next portion of `all` from *at on, which begins as 0; it points into `all`. false: that was all.
 */
bool feed_portion(const struct feed_verdicts *all, size_t *at, struct feed_verdicts *portion);

#endif
