#include "load/loader.h"

#include "base/clock.h"
#include "base/log.h"
#include "load/load_history.h"
#include "load/reload_queue.h"
#include "load/rfc5782_entries.h"
#include "load/set_loader.h"
#include "load/stale.h"
#include "load/watch.h"
#include "serve/systemd.h"
#include "view/guard.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#define NICE        5   /* answering goes before loading */
#define PATIENCE_MS 500 /* that a load has to end when the server does; below 1000 */

struct loader {
    const struct config *config;
    struct loader_targets to;
    struct watch *watch;
    struct reload_queue reloads;
    struct view view;                  /* a copy of what was published, but for the overlay; zeroed before */
    struct set_loader_result *results; /* one a set, of the load that is going on */
    struct set_data **data;            /* those of them that go into the snapshot */
    bool *changed, *accept;
    struct guard_facts *known; /* facts of the last good load of each set, that of the run before at first */
    bool *stale;                /* one a set: it was at `now` */
    uint8_t *test_points;       /* one a zone: what was logged as missing */
    int64_t now;                /* Unix time as of which the published view leaves stale sets out */
    int64_t next_stale;         /* when the next set turns stale, Unix time */
    struct error *failures;     /* one a set: what was logged last; OK: its data is that of its files */
    struct error *first;        /* where the next failure goes instead of the log; NULL: nowhere */
    pthread_t thread;
    bool started, load_all;
};

/* Compiles the snapshot from the current one and `data`. */
static enum err build(struct loader *l, struct snapshot **snapshot, struct error *error)
{
    return snapshot_build(l->view.snapshot, l->data, l->config->sets_count, snapshot, error);
}

/* Compiles the view over `snapshot` and publishes both, or frees the snapshot. */
static enum err publish(struct loader *l, struct snapshot *snapshot, struct error *error)
{
    struct view *view;
    struct stale_zones zones;
    uint16_t never = (uint16_t)l->config->never;
    l->now = clock_now();
    stale_zones_open(&zones, l->config, snapshot, l->now);
    struct view_spec spec = { .zones = zones.zones,
                              .zones_count = l->config->zones_count,
                              .acls = l->config->acls,
                              .acls_count = l->config->acls_count,
                              .set_lists = l->to.set_lists,
                              .never = l->config->never != SIZE_MAX ? &never : NULL };
    enum err err = view_build(snapshot, &spec, &view, error);
    stale_zones_close(&zones);
    if (err != OK) {
        snapshot_free(snapshot);
        return err;
    }
    l->view = *view;
    publisher_base(l->to.publisher, view);
    return OK;
}

/* Has the loader woken when a set turns stale or a delisting is to be judged. */
static void wake_in_time(struct loader *l)
{
    int64_t due = feed_check_due(l->to.feeds);
    watch_wake_at(l->watch, due < l->next_stale ? due : l->next_stale);
}

/* Keeps the set's old data. What is only tried again (`retry`) and fails as before is not logged again. */
static void fail(struct loader *l, size_t set, bool retry, const struct error *error)
{
    bool known = l->failures[set].code == error->code && strcmp(l->failures[set].text, error->text) == 0;
    if (l->first != NULL && retry) {
        *l->first = *error;
        l->first = NULL;
    } else if (!retry || !known) {
        log_error("%s%s", error->text, l->view.snapshot->sets[set].loaded ? " (its old data stays)" : "");
    }
    if (!retry || !known)
        load_status_note(l->to.loads, set, &l->results[set], &l->view.snapshot->sets[set], error);
    l->failures[set] = *error;
    l->changed[set] = false;
    l->data[set] = NULL;
}

static void recovered(struct loader *l, size_t set)
{
    if (l->failures[set].code != OK)
        log_notice("%s: the failure is over", l->config->sets[set].list);
    l->failures[set] = (struct error){ .code = OK };
}

/* Compares a load of a set with the one before, unless it is accepted as it is. */
static enum err guard(const struct loader *l, size_t set, const struct guard_load *load, struct error *error)
{
    const struct config_set *c = &l->config->sets[set];
    struct guard_load before = load_history_before(l->view.snapshot, l->known, set);
    return l->accept[set] ? OK : guard_check(c->list, &c->guards, &before, load, error);
}

/* Takes what was loaded and passes the guards on it into l->data. A set that could not be read may be tried
 * again at every look; one that was read and refused is, only when its files change. */
static void collect(struct loader *l)
{
    for (size_t i = 0; i < l->config->sets_count; i++) {
        struct set_loader_result *r = &l->results[i];
        l->data[i] = r->data;
        if (!l->changed[i])
            continue;
        watch_read(l->watch, i, r->data != NULL ? r->data->identity : NULL);
        if (r->data == NULL) {
            fail(l, i, true, &r->error);
        } else {
            struct guard_load load = guard_load_read(r->data);
            if (guard(l, i, &load, &r->error) != OK)
                fail(l, i, false, &r->error);
        }
    }
}

static bool anything(const struct loader *l)
{
    for (size_t i = 0; i < l->config->sets_count; i++) {
        if (l->changed[i])
            return true;
    }
    return false;
}

/* Takes the sets out that the finished snapshot shows to be implausible; true when there was one. */
static bool guards_refuse(struct loader *l, const struct snapshot *new)
{
    bool refused = false;
    for (size_t i = 0; i < l->config->sets_count; i++) {
        struct error error;
        if (!l->changed[i])
            continue;
        struct guard_load load = guard_load_built(new, i), served = guard_load_built(l->view.snapshot, i);
        l->results[i].canaries = guard_new_canaries(&served, &load);
        if (guard(l, i, &load, &error) != OK) {
            fail(l, i, false, &error);
            refused = true;
        }
    }
    return refused;
}

/* Compiles l->data, less what the guards refuse, into *out; NULL when nothing is left. */
static enum err compile(struct loader *l, struct snapshot **out, struct error *error)
{
    *out = NULL;
    while (anything(l)) {
        struct snapshot *snapshot;
        enum err err = build(l, &snapshot, error);
        if (err != OK)
            return err;
        if (!guards_refuse(l, snapshot)) {
            *out = snapshot;
            return OK;
        }
        snapshot_free(snapshot);
    }
    return OK;
}

/* Frees what was read. */
static void free_results(struct loader *l)
{
    for (size_t i = 0; i < l->config->sets_count; i++) {
        set_free(l->results[i].data);
        l->results[i].data = NULL;
    }
}

/* Notes what has become of the sets that no guard refused: with `error` NULL, they are served now. */
static void note_loaded(struct loader *l, const struct error *error)
{
    const struct snapshot_set *facts = l->view.snapshot->sets;
    for (size_t i = 0; i < l->config->sets_count; i++) {
        if (l->changed[i] && error != NULL) {
            watch_read(l->watch, i, NULL);
            fail(l, i, true, error);
        } else if (l->changed[i]) {
            recovered(l, i);
            load_history_record(l->config, i, l->view.snapshot, l->known);
            load_status_note(l->to.loads, i, &l->results[i], &facts[i], NULL);
            feed_check_note(l->to.feeds, i, l->accept[i]);
            set_loader_log(&l->config->sets[i], &facts[i], &l->results[i]);
        }
    }
}

/* Loads the sets marked in l->changed and publishes what is good. */
static void load_changed(struct loader *l)
{
    int64_t start = clock_ms();
    set_loader_run(l->config, l->changed, NULL, l->results);
    collect(l);

    struct snapshot *snapshot;
    struct error error;
    enum err err = compile(l, &snapshot, &error);
    free_results(l); /* before publishing, so that memory settles at once */
    if (err == OK && snapshot != NULL)
        err = publish(l, snapshot, &error);
    note_loaded(l, err != OK ? &error : NULL);
    double seconds = (double)(clock_ms() - start) / 1000;
    bool served = err == OK && snapshot != NULL;
    if (served)
        load_history_write(l->config, l->known);
    reclaimer_drain(l->to.reclaimer); /* two bases at most exist, and the memory logged is what stays */
    if (served)
        set_loader_log_all(l->config, l->view.snapshot, seconds);
    for (size_t i = 0; served && i < l->config->zones_count; i++)
        rfc5782_log(&l->view, &l->config->zones[i], i, &l->test_points[i]);
    stale_note(l->config, l->view.snapshot->sets, l->now, l->stale, &l->next_stale);
}

enum err loader_new(const struct config *config, const struct loader_targets *targets, struct loader **out,
                    struct error *error)
{
    size_t n = config->sets_count;
    struct loader *l = calloc(1, sizeof(*l));
    if (l == NULL)
        return error_set(error, ERR_MEMORY, "loader: out of memory");
    *l = (struct loader){ .config = config,
                          .to = *targets,
                          .results = calloc(n, sizeof(*l->results)),
                          .data = calloc(n, sizeof(*l->data)),
                          .changed = calloc(n, sizeof(*l->changed)),
                          .accept = calloc(n + 1, sizeof(*l->accept)),
                          .known = calloc(n, sizeof(*l->known)),
                          .stale = calloc(n, sizeof(*l->stale)),
                          .test_points = calloc(config->zones_count + 1, 1),
                          .failures = calloc(n, sizeof(*l->failures)) };
    struct snapshot *snapshot;
    enum err err = OK;
    reload_queue_init(&l->reloads);
    if (l->results == NULL || l->data == NULL || l->changed == NULL || l->accept == NULL ||
        l->known == NULL || l->stale == NULL || l->test_points == NULL || l->failures == NULL)
        err = error_set(error, ERR_MEMORY, "loader: out of memory");
    if (err == OK)
        err = watch_new(config, &l->watch, error);
    if (err == OK)
        err = build(l, &snapshot, error);
    if (err == OK)
        err = publish(l, snapshot, error);
    if (err == OK) {
        load_history_read(config, l->known);
        *out = l;
        return OK;
    }
    loader_free(l);
    return err;
}

static void load_all(struct loader *l)
{
    for (size_t i = 0; i < l->config->sets_count; i++)
        l->changed[i] = true;
    load_changed(l);
}

enum err loader_load_all(struct loader *loader, struct error *error)
{
    struct error first = { .code = OK };
    loader->first = &first;
    load_all(loader);
    loader->first = NULL;
    if (first.code != OK)
        *error = first;
    return first.code;
}

/* Compiles what is being served anew, for the zones leave the stale sets out then. */
static void drop_stale(struct loader *l)
{
    struct snapshot *snapshot;
    struct error error;
    memset(l->data, 0, l->config->sets_count * sizeof(struct set_data *));
    enum err err = build(l, &snapshot, &error);
    if (err == OK)
        err = publish(l, snapshot, &error);
    if (err != OK)
        log_error("stale lists are still served: %s", error.text);
    reclaimer_drain(l->to.reclaimer);
}

/* What is accepted holds for delistings too, though its files be the same as before. */
static void note_accepted(struct loader *l)
{
    for (size_t i = 0; i < l->config->sets_count; i++)
        if (l->accept[i])
            feed_check_note(l->to.feeds, i, true);
}

/* Does what is due once files have changed, somebody wants them looked at, or time has passed. */
static void look(struct loader *l)
{
    struct reload_queue_taken taken = reload_queue_take(&l->reloads, l->config, l->accept);
    bool *looked = calloc(l->config->sets_count + 1, sizeof(*looked));
    if (looked == NULL)
        abort();
    for (size_t i = 0; i < l->config->sets_count; i++)
        looked[i] = l->changed[i] |= l->accept[i] && l->failures[i].code != OK;
    if (anything(l)) {
        load_changed(l);
        snapshot_settle(l->view.snapshot);
    } else {
        l->now = clock_now();
        if (stale_note(l->config, l->view.snapshot->sets, l->now, l->stale, &l->next_stale))
            drop_stale(l);
    }
    note_accepted(l);
    feed_check_judge(l->to.feeds, l->view.snapshot, clock_now());
    reload_queue_end(&taken, l->config, looked, l->failures, l->view.snapshot->sets);
    free(looked);
    memset(l->accept, 0, l->config->sets_count * sizeof(*l->accept));
    wake_in_time(l);
    systemd_notify("READY=1"); /* a reload that was asked for is over */
}

static void *run(void *argument)
{
    struct loader *l = argument;
    struct sched_param none = { 0 };
    pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
    setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
    if (l->load_all)
        load_all(l);
    snapshot_settle(l->view.snapshot); /* not before the first answer */
    feed_check_judge(l->to.feeds, l->view.snapshot, clock_now());
    wake_in_time(l);
    while (watch_wait(l->watch, l->changed))
        look(l);
    return NULL;
}

enum err loader_start(struct loader *loader, bool load_all, struct error *error)
{
    loader->load_all = load_all;
    int failure = pthread_create(&loader->thread, NULL, run, loader);
    if (failure != 0)
        return error_set(error, ERR_SYSTEM, "cannot start the loader's thread: %s", strerror(failure));
    pthread_setname_np(loader->thread, "loader");
    loader->started = true;
    return OK;
}

void loader_check(struct loader *loader)
{
    watch_look(loader->watch);
}

bool loader_reload(struct loader *loader, struct reload *reload)
{
    if (!reload_queue_add(&loader->reloads, reload))
        return false;
    watch_look(loader->watch);
    return true;
}

bool loader_stop(struct loader *loader)
{
    struct timespec deadline;
    if (!loader->started)
        return true;
    watch_stop(loader->watch);
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_nsec += PATIENCE_MS * 1000000;
    deadline.tv_sec += deadline.tv_nsec / 1000000000;
    deadline.tv_nsec %= 1000000000;
    loader->started = pthread_timedjoin_np(loader->thread, NULL, &deadline) != 0;
    if (!loader->started)
        reload_queue_close(&loader->reloads);
    return !loader->started;
}

void loader_free(struct loader *loader)
{
    if (loader == NULL)
        return;
    watch_free(loader->watch);
    free(loader->accept);
    free(loader->known);
    free(loader->results);
    free(loader->data);
    free(loader->changed);
    free(loader->stale);
    free(loader->test_points);
    free(loader->failures);
    free(loader);
}
