#include "load/set_state.h"

#include "base/clock.h"
#include "base/human.h"
#include "base/log.h"
#include "view/snapshot_build.h"

#include <stdlib.h>
#include <string.h>

#include <pthread.h>
#include <unistd.h>

#define LINES_PER_FILE 5 /* that are logged; the rest are counted */

struct set_state *set_state_new(size_t count)
{
    struct set_state *sets = calloc(count + 1, sizeof(*sets));
    for (size_t i = 0; sets != NULL && i < count; i++)
        sets[i].changed = sets[i].pending = true;
    return sets;
}

void set_state_free(struct set_state *sets, size_t count)
{
    if (sets != NULL)
        set_state_free_data(sets, count);
    free(sets);
}

/* ---- Reading ---- */

/* Reports the lines of one file after another. */
struct line_report {
    FILE *to;         /* NULL: the log */
    const char *file; /* of the last line */
    unsigned logged;
    uint64_t unlogged_warnings, unlogged_bad;
};

static void finish_file(struct line_report *l)
{
    if (l->unlogged_bad > 0)
        log_warning("%s in %s", human_number(l->unlogged_bad, "more bad line", "more bad lines").text,
                    l->file);
    if (l->unlogged_warnings > 0)
        log_warning("%s about %s", human_number(l->unlogged_warnings, "more warning", "more warnings").text,
                    l->file);
    *l = (struct line_report){ .to = l->to };
}

static void report_line(void *context, const char *file, unsigned long line, bool bad, const char *reason)
{
    struct line_report *l = context;
    if (l->to != NULL) {
        fprintf(l->to, "%s(%lu): %s\n", file, line, reason);
        return;
    }
    if (l->file != NULL && strcmp(l->file, file) != 0)
        finish_file(l);
    l->file = file;
    if (l->logged++ < LINES_PER_FILE)
        log_warning("%s(%lu): %s", file, line, reason);
    else if (bad)
        l->unlogged_bad++;
    else
        l->unlogged_warnings++;
}

/* The lower of two bounds; 0 is no bound. */
static uint32_t lower_bound(uint32_t a, uint32_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

static void read_set(const struct config *config, const struct config_set *set, FILE *report,
                     struct set_state *state)
{
    struct line_report lines = { .to = report };
    struct load_options options = { .default_ttl = config->default_ttl,
                                    .min_ttl = config->min_ttl,
                                    .max_ttl = lower_bound(config->max_ttl, set->max_ttl),
                                    .host_bits = config->host_bits,
                                    .no_gunzip = config->no_gunzip,
                                    .duplicates = true,
                                    .now = clock_now(),
                                    .report = report_line,
                                    .context = &lines };
    int64_t start = clock_ms();
    state->pending = set_load(&set->spec, &options, &state->data, &state->read_error) == OK;
    state->seconds = (double)(clock_ms() - start) / 1000;
    finish_file(&lines);
}

struct pool {
    const struct config *config;
    struct set_state *sets;
    FILE *report;
    size_t next; /* the next set to claim; atomic */
};

/* Claims one set after another and reads the pending ones. */
static void *read_sets(void *argument)
{
    struct pool *pool = argument;
    size_t i;
    while ((i = __atomic_fetch_add(&pool->next, 1, __ATOMIC_RELAXED)) < pool->config->sets_count) {
        if (pool->sets[i].pending)
            read_set(pool->config, &pool->config->sets[i], pool->report, &pool->sets[i]);
    }
    return NULL;
}

void set_state_read(const struct config *config, struct set_state *sets, FILE *report)
{
    struct pool pool = { config, sets, report, 0 };
    size_t count = 0;
    for (size_t i = 0; i < config->sets_count; i++)
        count += sets[i].pending;
    pthread_t helper; /* one: workers need the CPUs too */
    bool helped = count > 1 && sysconf(_SC_NPROCESSORS_ONLN) > 1 &&
                  pthread_create(&helper, NULL, read_sets, &pool) == 0;
    read_sets(&pool);
    if (helped)
        pthread_join(helper, NULL);
}

/* ---- Choosing ---- */

void set_state_choose(struct set_state *sets, size_t count, int64_t now)
{
    for (size_t i = 0; i < count; i++) {
        struct set_state *state = &sets[i];
        state->changed |= state->asked || load_guard_is_due(&state->guard, now);
        state->changed |= state->accepted && state->failure.code != OK;
        state->pending = state->changed;
    }
}

int64_t set_state_believed_at(const struct set_state *sets, size_t count)
{
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < count; i++) {
        int64_t believed = sets[i].guard.believed_at;
        first = believed != 0 && believed < first ? believed : first;
    }
    return first;
}

bool set_state_any_pending(const struct set_state *sets, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (sets[i].pending)
            return true;
    return false;
}

/* ---- Building ---- */

enum err set_state_build(const struct set_state *sets, size_t count, const struct snapshot *old,
                         struct snapshot **out, struct error *error)
{
    struct set_data **data = calloc(count + 1, sizeof(*data));
    if (data == NULL)
        return error_set(error, ERR_MEMORY, "loading: out of memory");
    for (size_t i = 0; i < count; i++)
        data[i] = sets[i].pending ? sets[i].data : NULL;
    enum err err = snapshot_build(old, data, count, out, error);
    free(data);
    return err;
}

void set_state_free_data(struct set_state *sets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        set_free(sets[i].data);
        sets[i].data = NULL;
    }
}
