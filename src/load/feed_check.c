#include "load/feed_check.h"

#include "base/human.h"
#include "base/log.h"
#include "delist/feed.h"

#include <stdio.h>

#define RETRY_SECONDS 60 /* after a check that failed, or changes that were not applied */

void feed_check_init(struct feed_check *feeds, struct updater *updater, struct load_status *loads,
                     const uint16_t *set_lists)
{
    *feeds = (struct feed_check){ .updater = updater, .loads = loads, .set_lists = set_lists };
    for (unsigned i = 0; i < LISTS_MAX; i++)
        feeds->lists[i].due = INT64_MAX;
}

void feed_check_mark(struct feed_check *feeds, size_t set, bool accept)
{
    uint16_t list = feeds->set_lists[set];
    if (list >= LISTS_MAX)
        return;
    feeds->lists[list].due = 0;
    feeds->lists[list].accept |= accept;
}

/* Has the updater apply the changes, in portions, between which it performs other operations. */
static bool apply(struct feed_check *f, const struct feed_changes *changes)
{
    static const struct actor feed = { .role = ROLE_ADMIN, .name = "feed", .origin = "feed" };
    struct feed_changes portion;
    size_t at = 0;
    bool done = true;

    while (done && feed_portion(changes, &at, &portion)) {
        struct delist_op op = { .verb = DELIST_FEED, .actor = &feed, .feed = &portion };
        done = updater_perform(f->updater, &op) && op.refusal.kind == REFUSE_NONE;
    }
    return done;
}

/* Sets what /healthz says of the list. */
static void set_alarm(const struct feed_check *f, const char *list, const struct feed_changes *changes)
{
    char text[256] = "";

    if (changes->would_end != 0)
        snprintf(text, sizeof(text),
                 "its data would end %s of %s delistings: none is ended; if the data is right, reload it "
                 "with --accept",
                 human_count(changes->would_end).text, human_count(changes->delistings).text);
    load_status_set_alarm(f->loads, list, text);
}

static void check_list(struct feed_check *f, unsigned number, const struct snapshot *snapshot, int64_t now)
{
    struct delist *d = updater_delist(f->updater);
    struct feed_check_list *list = &f->lists[number];
    const struct list_policy *policy = delist_policy(d, number);
    struct feed_changes changes = { .next_due = INT64_MAX };
    struct error error;

    enum err err = feed_evaluate(delist_store(d), policy, delist_limits(d), number, snapshot, f->set_lists,
                                 list->accept, now, &changes, &error);
    *list = (struct feed_check_list){ .due = now + RETRY_SECONDS };
    if (err != OK) {
        log_error("%s: delistings were not compared with the list: %s", policy->name, error.text);
        return;
    }
    set_alarm(f, policy->name, &changes);
    if (apply(f, &changes))
        list->due = changes.next_due;
    feed_free(&changes);
}

void feed_check_run(struct feed_check *feeds, const struct snapshot *snapshot, int64_t now)
{
    for (unsigned i = 0; feeds->updater != NULL && i < LISTS_MAX; i++)
        if (feeds->lists[i].due <= now)
            check_list(feeds, i, snapshot, now);
}

int64_t feed_check_due(const struct feed_check *feeds)
{
    int64_t due = INT64_MAX;
    for (unsigned i = 0; feeds->updater != NULL && i < LISTS_MAX; i++)
        due = feeds->lists[i].due < due ? feeds->lists[i].due : due;
    return due;
}
