#include "load/set_loader.h"

#include "base/clock.h"
#include "base/human.h"
#include "base/log.h"
#include "serve/memory.h"
#include "serve/systemd.h"
#include "view/guard.h"

#include <limits.h>
#include <string.h>

#include <pthread.h>
#include <unistd.h>

#define PARALLEL      2
#define LINES_PER_LOG 5

/* What is said about the lines of one file. Index of the counters: 0 warnings, 1 bad lines. */
struct line_report {
    FILE *to;
    const char *file;
    unsigned shown;
    uint64_t hidden[2];
};

static void finish_file(struct line_report *l)
{
    if (l->hidden[1] > 0)
        log_warning("%s more bad lines in %s", human_count(l->hidden[1]).text, l->file);
    if (l->hidden[0] > 0)
        log_warning("%s more warnings about %s", human_count(l->hidden[0]).text, l->file);
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
    if (l->shown++ < LINES_PER_LOG)
        log_warning("%s(%lu): %s", file, line, reason);
    else
        l->hidden[bad]++;
}

/* The lower of two bounds, 0 being none. */
static uint32_t lower(uint32_t a, uint32_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

static void load_set(const struct config *config, size_t set, FILE *report, struct set_loader_result *result)
{
    struct line_report lines = { .to = report };
    struct load_options options = { .default_ttl = config->default_ttl,
                                    .min_ttl = config->min_ttl,
                                    .max_ttl = lower(config->max_ttl, config->sets[set].max_ttl),
                                    .host_bits = config->host_bits,
                                    .no_gunzip = config->no_gunzip,
                                    .now = clock_now(),
                                    .report = report_line,
                                    .context = &lines };
    int64_t start = clock_ms();
    if (set_load(&config->sets[set].spec, &options, &result->data, &result->error) != OK)
        result->data = NULL;
    result->seconds = (double)(clock_ms() - start) / 1000;
    finish_file(&lines);
}

struct pool {
    const struct config *config;
    const bool *wanted;
    FILE *report;
    struct set_loader_result *results;
    size_t next; /* the next set to look at; shared, hence taken atomically */
};

static void *take_sets(void *argument)
{
    struct pool *pool = argument;
    size_t i;
    while ((i = __atomic_fetch_add(&pool->next, 1, __ATOMIC_RELAXED)) < pool->config->sets_count) {
        if (pool->wanted[i])
            load_set(pool->config, i, pool->report, &pool->results[i]);
    }
    return NULL;
}

void set_loader_run(const struct config *config, const bool *wanted, FILE *report,
                    struct set_loader_result *results)
{
    struct pool pool = { config, wanted, report, results, 0 };
    size_t count = 0;
    memset(results, 0, config->sets_count * sizeof(*results));
    for (size_t i = 0; i < config->sets_count; i++)
        count += wanted[i];

    pthread_t helpers[PARALLEL - 1];
    size_t started = 0;
    while (started < PARALLEL - 1 && started + 1 < count &&
           (long)started + 1 < sysconf(_SC_NPROCESSORS_ONLN) &&
           pthread_create(&helpers[started], NULL, take_sets, &pool) == 0)
        started++;
    take_sets(&pool);
    while (started-- > 0)
        pthread_join(helpers[started], NULL);
}

void set_loader_log(const struct config_set *set, const struct snapshot_set *facts,
                    const struct set_loader_result *result)
{
    log_info("%s (%s): %s entries, %s bad lines, %s read in %.2f s", set->list, set->spec.type,
             human_count(facts->entries).text, human_count(facts->bad).text, human_bytes(facts->bytes).text,
             result->seconds);
    if (facts->left_out != 0)
        log_warning("%s: %s entries have no effect: more than 255 hold for one address", set->list,
                    human_count(facts->left_out).text);
    if (result->canaries != 0)
        log_warning("%s: lists %s, which no list should", set->list, guard_canary_text(result->canaries));
}

void set_loader_log_all(const struct config *config, const struct snapshot *snapshot, double seconds)
{
    uint64_t entries = 0;
    for (size_t i = 0; i < snapshot->sets_count; i++)
        entries += snapshot->sets[i].entries;
    systemd_notify("STATUS=%zu lists, %s entries", config_lists(config), human_count(entries).text);
    log_info("zones reloaded: %zu lists, %s entries, %s base, %.2f s, memory in use %s", config_lists(config),
             human_count(entries).text, human_bytes(snapshot_bytes(snapshot)).text, seconds,
             human_bytes(memory_resident()).text);
}
