/*
 * Feeds and delistings: what a successful load of a list means for the delistings on it that are not sticky.
 *
 * A delisting is *held* on a list once that has something in its range. When the list's loads have shown
 * nothing there for relist_after, it is *fulfilled* there and has no effect any more; when the list names it
 * again after that (and before it would have expired), the list holds at once, and the delisting is
 * *relisted*: new abuse. In between, a list that comes and goes changes nothing. A load that would end more
 * than max(mass_relist, mass_relist_percent %) of the list's delistings ends none, and says so.
 *
 * Judging is one merge of the sorted delistings with the new base, by the loader's thread over a snapshot of
 * the store; only what changes goes to the updater, as one operation, which looks at each item again.
 */
#ifndef DELIST_FEED_H
#define DELIST_FEED_H

#include "delist/delist.h"
#include "list/coverage.h"

enum feed_change { FEED_HELD, FEED_GONE, FEED_BACK, FEED_FULFILLED, FEED_RELISTED };

struct feed_verdict {
    uint64_t number;
    enum feed_change change;
};

struct feed_verdicts {
    unsigned list;
    int64_t at; /* the time of the load */
    struct feed_verdict *verdicts;
    size_t count;
    uint64_t delistings; /* of the list that were judged */
    uint64_t would_end;  /* of them, those that were to end, when the brake held them (else 0) */
};

/* Judges the delistings on `list` by `base`, in which `source sets` of the list are marked by set_lists as in
 * the view. `accept`: without the brake. The caller frees with feed_free. Any thread that holds the base. */
enum err feed_judge(struct store *s, const struct list_rules *rules, const struct delist_limits *limits,
                    unsigned list, const struct base *base, const uint16_t *set_lists, bool accept,
                    int64_t now, struct feed_verdicts *out, struct error *error) must_use;
void feed_free(struct feed_verdicts *v);

#endif
