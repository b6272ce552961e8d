/*
 * Feeds and delistings: what a load of a list means for the delistings on it that are not sticky.
 *
 * A delisting is *held* on a list as soon as a load has something in its range. Once the loads have had
 * nothing there for relist_after, it is *fulfilled* there: it has no effect any more. If the list has
 * something there again after that, and before the delisting would have expired, it is *relisted*: new abuse,
 * and the list counts at once. A list that has something there again before relist_after is just back:
 * nothing changes. An evaluation that would end more than max(mass_relist, mass_relist_percent %) of the
 * list's delistings ends none, and logs it: what is gone stays gone until the next evaluation, what is there
 * again is just back.
 *
 * The loader's thread evaluates, in one merge of the sorted delistings, from a snapshot of the store, with
 * the new snapshot of the lists. Only changes go to the updater, in portions, each one operation
 * (DELIST_FEED), which checks each item again. As time alone fulfils a delisting, evaluate again at
 * `next_due`, load or not.
 */
#ifndef DELIST_FEED_H
#define DELIST_FEED_H

#include "delist/delist.h"
#include "store/items.h"
#include "view/coverage.h"

enum feed_transition { FEED_NOTHING, FEED_HELD, FEED_GONE, FEED_BACK, FEED_FULFILLED, FEED_RELISTED };

struct feed_change {
    uint64_t number; /* of the item */
    enum feed_transition transition;
    bool ends; /* it has an effect now, and will have none */
};

struct feed_changes {
    unsigned list;
    int64_t at; /* the time of the load */
    struct feed_change *changes;
    size_t count;
    uint64_t delistings; /* delistings of the list that were evaluated and have an effect */
    uint64_t would_end;  /* those of them that would have ended, if that was too many; else 0 */
    int64_t next_due;    /* when time alone may change something; INT64_MAX: never */
};

/* What changes at `now` about a delisting on a list that has (`there`) or has not something in its range.
 * Pure. A gone_since in the future, from before the clock was set back, starts again now. */
enum feed_transition feed_decide(const struct watched *w, bool there, int64_t now, uint32_t relist_after);

/* Evaluates the delistings on `list` by `snapshot`, whose sets belong to lists as `set_lists` says (as in the
 * view). `accept`: ends any number of them; else logs an error if there are too many. The caller frees with
 * feed_free. Any thread that holds the snapshot. 1 M delistings in 1 to 2 s; memory for the changes. */
enum err feed_evaluate(struct store *s, const struct list_policy *policy, const struct delist_limits *limits,
                       unsigned list, const struct snapshot *snapshot, const uint16_t *set_lists, bool accept,
                       int64_t now, struct feed_changes *out, struct error *error) must_use;
void feed_free(struct feed_changes *all);

#define FEED_PORTION 1000 /* changes in one operation: about 10 ms of the updater's time */

/* Sets `portion` to the next part of `all`, whose memory it shares. *at: 0 at first. False: there is none. */
bool feed_portion(const struct feed_changes *all, size_t *at, struct feed_changes *portion);

#endif
