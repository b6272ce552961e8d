#include "load/loader.h"

#include "base/clock.h"
#include "base/human.h"
#include "base/log.h"
#include "load/age_update.h"
#include "load/feed_check.h"
#include "load/load_history.h"
#include "load/reload_queue.h"
#include "load/rfc5782_entries.h"
#include "load/stale.h"
#include "load/watch.h"
#include "serve/memory.h"
#include "serve/systemd.h"
#include "view/snapshot_build.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#define NICE            5   /* answering has priority over loading */
#define STOP_TIMEOUT_MS 500 /* for a load in progress: a stop takes less than a second */

struct loader {
    const struct config *config;
    struct loader_targets to;
    struct watch *watch;
    struct feed_check feeds;
    struct age_update ages;
    struct reload_queue queue;
    struct reload *reloads; /* that wait for this round */
    struct set_state *sets;
    uint16_t *lists;             /* load_guard_lists() */
    struct view view;            /* a copy of what was published, without the overlay; at first zeroed */
    int64_t compiled_at;         /* Unix time: the published zones leave out what was stale or retired then */
    int64_t next_stale;          /* when the next set becomes stale or is retired, Unix time */
    struct error *first_failure; /* gets the next failure instead of the log; NULL: all are logged */
    pthread_t thread;
    bool started;
    uint8_t missing[]; /* by zone: the test entries that were missing (rfc5782_log) */
};

/* ---- Outcomes ---- */

/* Keeps the old data of a set. `retried`: it is loaded again at every check, and the same failure is logged
 * once. */
static void reject(struct loader *l, size_t set, bool retried, const struct error *error)
{
    struct set_state *state = &l->sets[set];
    const struct snapshot_set *served = &l->view.snapshot->sets[set];
    bool same = state->failure.code == error->code && strcmp(state->failure.text, error->text) == 0;
    bool repeated = retried && same, needed = !config_set_is_retired(&l->config->sets[set], clock_now());
    if (l->first_failure != NULL && retried && needed) {
        *l->first_failure = *error;
        l->first_failure = NULL;
    } else if (!repeated) {
        log_error("%s%s", error->text,
                  served->loaded ? " (the old data stays in service)" : " (there is no data to serve)");
    }
    if (!repeated)
        load_status_record(l->to.loads, set, state, served, error);
    state->failure = *error;
    state->pending = false;
    if (retried)
        watch_set_read(l->watch, set, NULL);
}

/* The new data of a set is served now. */
static void record_success(struct loader *l, size_t number)
{
    const struct config_set *set = &l->config->sets[number];
    const struct snapshot_set *served = &l->view.snapshot->sets[number];
    struct set_state *state = &l->sets[number];
    if (state->failure.code != OK)
        log_notice("%s: recovered", set->list);
    state->failure = (struct error){ .code = OK };
    load_guard_served(&state->guard, clock_now());
    load_status_record(l->to.loads, number, state, served, NULL);
    feed_check_mark(&l->feeds, number, state->accepted);
    age_update_mark(&l->ages, number, clock_now());
    log_info("%s (%s): %s, %s, %s read in %.2f s", set->list, set->spec.type,
             human_number(served->entries, "entry", "entries").text,
             human_number(served->bad, "bad line", "bad lines").text, human_bytes(served->bytes).text,
             state->seconds);
}

/* Records the outcome for the pending sets; `error` NULL: they are served now. */
static void record(struct loader *l, const struct error *error)
{
    for (size_t i = 0; i < l->config->sets_count; i++) {
        if (!l->sets[i].pending)
            continue;
        if (error == NULL)
            record_success(l, i);
        else
            reject(l, i, true, error);
    }
}

/* Records and logs a published snapshot, whose load began at `start` (clock_ms). */
static void record_publish(struct loader *l, int64_t start)
{
    const struct snapshot *snapshot = l->view.snapshot;
    double seconds = (double)(clock_ms() - start) / 1000;
    const struct human_text lists = human_number(config_count_lists(l->config), "list", "lists");
    uint64_t sum = 0;
    load_history_write(l->config, l->sets);
    reclaimer_wait(l->to.reclaimer); /* at most two snapshots exist, and the log excludes the old one */
    for (size_t i = 0; i < snapshot->sets_count; i++)
        sum += snapshot->sets[i].entries;
    const struct human_text entries = human_number(sum, "entry", "entries");
    systemd_notify("STATUS=%s, %s", lists.text, entries.text);
    log_info("zones reloaded: %s, %s, %s snapshot, %.2f s, memory in use %s", lists.text, entries.text,
             human_bytes(snapshot_bytes(snapshot)).text, seconds, human_bytes(memory_resident()).text);
    for (size_t i = 0; i < l->config->zones_count; i++)
        rfc5782_log(&l->view, &l->config->zones[i], i, &l->missing[i]);
}

/* ---- The verbs of a load ---- */

/* When something must be done by time. */
static int64_t next_due(const struct loader *l)
{
    const int64_t dues[] = { l->next_stale, feed_check_due(&l->feeds), age_update_due(&l->ages),
                             set_state_believed_at(l->sets, l->config->sets_count) };
    int64_t due = INT64_MAX;
    for (size_t i = 0; i < ARRAY_SIZE(dues); i++)
        due = dues[i] < due ? dues[i] : due;
    return due;
}

/* Waits until files change, a reload is requested or something is due by time. False: the loader must end. */
static bool detect(struct loader *l)
{
    if (!watch_wait(l->watch, l->sets, next_due(l)))
        return false;
    l->reloads = reload_queue_pop_all(&l->queue, l->sets);
    set_state_choose(l->sets, l->config->sets_count, clock_now());
    return true;
}

/* Reads the changed sets. A set that cannot be read is read again at every check. */
static void read_sets(struct loader *l)
{
    set_state_read(l->config, l->sets, NULL);
    for (size_t i = 0; i < l->config->sets_count; i++) {
        struct set_state *state = &l->sets[i];
        if (!state->changed)
            continue;
        if (state->pending)
            watch_set_read(l->watch, i, state->data->stamps);
        else
            reject(l, i, true, &state->read_error);
    }
}

/* Rejects the pending sets that a guard refuses, by their data as read (`built` NULL) or as built. A refused
 * set is read again when its files change, or when it may be believed. True: none was refused. */
static bool guard(struct loader *l, const struct snapshot *built)
{
    bool all = true;
    for (size_t i = 0; i < l->config->sets_count; i++) {
        struct set_state *state = &l->sets[i];
        struct error error;
        if (!state->pending)
            continue;
        const struct load_guard_case load = {
            .set = &l->config->sets[i],
            .reach = l->to.reach,
            .old = load_history_before(l->view.snapshot, state, i, l->lists),
            .new = built != NULL ? guard_load_built(built, i, l->lists) : guard_load_read(state->data),
            .accepted = state->accepted,
            .now = clock_now(),
            .since = load_history_since(l->view.snapshot, state, &l->config->sets[i], i)
        };
        enum err err = load_guard_judge(&state->guard, &load, &error);
        if (err != OK)
            reject(l, i, err != ERR_REFUSED, &error);
        all &= err == OK;
    }
    return all;
}

/* Builds a snapshot of what is served and the pending sets that pass the guards; *out is NULL when there are
 * none. */
static enum err build(struct loader *l, struct snapshot **out, struct error *error)
{
    *out = NULL;
    for (size_t i = 0; i < l->config->sets_count; i++)
        if (l->sets[i].pending)
            l->sets[i].data->give_texts = true; /* after this build only the snapshot needs them */
    while (set_state_any_pending(l->sets, l->config->sets_count)) {
        struct snapshot *snapshot;
        enum err err = set_state_build(l->sets, l->config->sets_count, l->view.snapshot, &snapshot, error);
        if (err != OK)
            return err;
        if (guard(l, snapshot)) {
            *out = snapshot;
            return OK;
        }
        snapshot_unbuild(snapshot);
    }
    return OK;
}

/* Compiles the zones over `snapshot`, less what is stale, and publishes both; or frees the snapshot. */
static enum err publish(struct loader *l, struct snapshot *snapshot, struct error *error)
{
    struct view *view;
    struct stale_zones zones;
    uint16_t never = (uint16_t)l->config->never;
    int64_t now = clock_now();
    enum err err = stale_zones_make(&zones, l->config, l->to.set_lists, l->sets, snapshot, now, error);
    if (err == OK) {
        struct view_spec spec = { .zones = zones.zones,
                                  .zones_count = l->config->zones_count,
                                  .acls = l->config->acls,
                                  .acls_count = l->config->acls_count,
                                  .set_lists = zones.set_lists,
                                  .withheld = l->config->withheld,
                                  .never = l->config->never != SIZE_MAX ? &never : NULL };
        err = view_build(snapshot, &spec, &view, error);
        stale_zones_free(&zones);
    }
    if (err != OK) {
        snapshot_free(snapshot);
        return err;
    }
    l->view = *view;
    l->compiled_at = now;
    publisher_snapshot(l->to.publisher, view);
    return OK;
}

/* Loads the pending sets. */
static void load(struct loader *l)
{
    int64_t start = clock_ms();
    struct snapshot *snapshot;
    struct error error;
    read_sets(l);
    guard(l, NULL);
    enum err err = build(l, &snapshot, &error);
    set_state_free_data(l->sets, l->config->sets_count); /* compiling the zones needs memory */
    if (err == OK && snapshot != NULL)
        err = publish(l, snapshot, &error);
    record(l, err != OK ? &error : NULL);
    if (err == OK && snapshot != NULL)
        record_publish(l, start);
    stale_update(l->config, l->view.snapshot->sets, l->compiled_at, l->compiled_at, l->sets, &l->next_stale);
}

/* Publishes zones without what is stale (STALE_DROP) or retired since compiled_at, until it succeeds. */
static void drop_stale(struct loader *l)
{
    struct snapshot *snapshot;
    struct error error;
    int64_t now = clock_now();
    if (!stale_update(l->config, l->view.snapshot->sets, l->compiled_at, now, l->sets, &l->next_stale))
        return;
    enum err err = set_state_build(l->sets, l->config->sets_count, l->view.snapshot, &snapshot, &error);
    if (err == OK)
        err = publish(l, snapshot, &error);
    if (err != OK)
        log_error("stale or retired lists are still served: %s", error.text);
    reclaimer_wait(l->to.reclaimer);
    stale_update(l->config, l->view.snapshot->sets, l->compiled_at, now, l->sets, &l->next_stale);
}

/* Compares delistings with what is served now, and ends the reloads of this round. */
static void finish(struct loader *l)
{
    for (size_t i = 0; i < l->config->sets_count; i++)
        if (l->sets[i].accepted) /* for delistings too, even if the files have not changed */
            feed_check_mark(&l->feeds, i, true);
    feed_check_run(&l->feeds, l->view.snapshot, clock_now());
    reload_queue_end(&l->queue, l->reloads, l->sets, l->view.snapshot->sets);
    systemd_notify("READY=1"); /* ends a reload that was announced */
}

static void *run(void *argument)
{
    struct loader *l = argument;
    struct sched_param none = { 0 };
    pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
    setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
    if (l->config->quickstart)
        load(l);
    snapshot_use_huge_pages(l->view.snapshot); /* here, so that it does not delay the first answer */
    feed_check_run(&l->feeds, l->view.snapshot, clock_now());
    while (detect(l)) {
        if (set_state_any_pending(l->sets, l->config->sets_count)) {
            load(l);
            snapshot_use_huge_pages(l->view.snapshot);
        } else {
            drop_stale(l);
        }
        finish(l);
        age_update_run(&l->ages, l->view.snapshot, l->compiled_at, clock_now());
    }
    return NULL;
}

/* ---- Start and stop ---- */

enum err loader_new(const struct config *config, const struct loader_targets *targets, struct loader **out,
                    struct error *error)
{
    struct loader *l = calloc(1, sizeof(*l) + config->zones_count);
    if (l == NULL)
        return error_set(error, ERR_MEMORY, "loader: out of memory");
    l->config = config;
    l->to = *targets;
    l->sets = set_state_new(config->sets_count);
    l->lists = load_guard_lists(config);
    feed_check_init(&l->feeds, targets->updater, targets->loads, targets->set_lists);
    reload_queue_init(&l->queue, config);
    struct snapshot *snapshot;
    enum err err = l->sets != NULL && l->lists != NULL
                       ? watch_new(config, &l->watch, error)
                       : error_set(error, ERR_MEMORY, "loader: out of memory");
    if (err == OK)
        err = set_state_build(l->sets, config->sets_count, NULL, &snapshot, error);
    if (err == OK)
        err = publish(l, snapshot, error);
    if (err != OK) {
        loader_free(l);
        return err;
    }
    load_history_read(config, l->sets);
    age_update_init(&l->ages, config, targets->set_lists);
    *out = l;
    return OK;
}

enum err loader_load_all(struct loader *loader, struct error *error)
{
    struct error first = { .code = OK };
    loader->first_failure = &first;
    load(loader);
    loader->first_failure = NULL;
    if (first.code != OK)
        *error = first;
    return first.code;
}

enum err loader_start(struct loader *loader, struct error *error)
{
    int failure = pthread_create(&loader->thread, NULL, run, loader);
    if (failure != 0)
        return error_set(error, ERR_SYSTEM, "cannot start the loader's thread: %s", strerror(failure));
    pthread_setname_np(loader->thread, "loader");
    loader->started = true;
    return OK;
}

void loader_check(struct loader *loader)
{
    watch_check(loader->watch);
}

bool loader_reload(struct loader *loader, struct reload *reload)
{
    if (!reload_queue_add(&loader->queue, reload))
        return false;
    watch_check(loader->watch);
    return true;
}

bool loader_stop(struct loader *loader)
{
    struct timespec deadline;
    if (!loader->started)
        return true;
    watch_stop(loader->watch);
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_nsec += STOP_TIMEOUT_MS * 1000000;
    deadline.tv_sec += deadline.tv_nsec / 1000000000;
    deadline.tv_nsec %= 1000000000;
    loader->started = pthread_timedjoin_np(loader->thread, NULL, &deadline) != 0;
    if (!loader->started)
        reload_queue_close(&loader->queue);
    return !loader->started;
}

void loader_free(struct loader *loader)
{
    if (loader == NULL)
        return;
    watch_free(loader->watch);
    set_state_free(loader->sets, loader->config->sets_count);
    age_update_free(&loader->ages);
    free(loader->lists);
    free(loader);
}
