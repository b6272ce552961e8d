#include "daemon/stats.h"

#include "base/log.h"
#include "daemon/format.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Counters as plain arrays of numbers, so that they can be summed and subtracted alike. */
#define COUNTERS      (sizeof(struct answer_counters) / sizeof(uint64_t))
#define ZONE_COUNTERS (sizeof(struct answer_zone_counters) / sizeof(uint64_t))

#define TCP_COUNTERS (sizeof(struct tcp_counters) / sizeof(uint64_t))

struct totals {
    uint64_t unsent;
    struct tcp_counters tcp;
    struct answer_counters all;
    struct answer_zone_counters *zones;
};

struct stats {
    const struct config *config;
    struct worker *const *workers;
    size_t workers_count;
    struct timespec since;    /* monotonic */
    struct totals start, now; /* what was counted when the present counting began; scratch */
};

static void sum(void *to, const void *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ((uint64_t *)to)[i] += __atomic_load_n((const uint64_t *)from + i, __ATOMIC_RELAXED);
}

static void subtract(void *to, const void *start, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ((uint64_t *)to)[i] -= ((const uint64_t *)start)[i];
}

/* Sums what the workers have counted since they began. */
static void collect(const struct stats *s, struct totals *t)
{
    t->unsent = 0;
    memset(&t->all, 0, sizeof(t->all));
    memset(&t->tcp, 0, sizeof(t->tcp));
    memset(t->zones, 0, s->config->zones_count * sizeof(*t->zones));
    for (size_t i = 0; i < s->workers_count; i++) {
        const struct answer_context *c = worker_context(s->workers[i]);
        sum(&t->unsent, &worker_udp_counters(s->workers[i])->unsent, 1);
        sum(&t->tcp, worker_tcp_counters(s->workers[i]), TCP_COUNTERS);
        sum(&t->all, &c->counters, COUNTERS);
        sum(t->zones, c->zones, ZONE_COUNTERS * s->config->zones_count);
    }
}

enum err stats_new(const struct config *config, struct worker *const *workers, size_t count,
                   struct stats **out, struct error *error)
{
    struct stats *s = calloc(1, sizeof(*s));
    if (s == NULL)
        return error_set(error, ERR_MEMORY, "statistics: out of memory");
    s->config = config;
    s->workers = workers;
    s->workers_count = count;
    s->start.zones = calloc(config->zones_count, sizeof(*s->start.zones));
    s->now.zones = calloc(config->zones_count, sizeof(*s->now.zones));
    if (s->start.zones == NULL || s->now.zones == NULL) {
        stats_free(s);
        return error_set(error, ERR_MEMORY, "statistics: out of memory");
    }
    clock_gettime(CLOCK_MONOTONIC, &s->since);
    *out = s;
    return OK;
}

void stats_free(struct stats *stats)
{
    if (stats == NULL)
        return;
    free(stats->start.zones);
    free(stats->now.zones);
    free(stats);
}

static void log_all(const struct answer_counters *a, uint64_t unsent, long seconds)
{
    log_info("stats for %ld s: %s queries: %s listed, %s nodata, %s nxdomain, %s refused, %s servfail, %s "
             "formerr, "
             "%s notimp, %s badvers, %s dropped; %s truncated, %s not sent; %s in, %s out",
             seconds, format_count(a->queries).text, format_count(a->answered).text,
             format_count(a->nodata).text, format_count(a->nxdomain).text, format_count(a->refused).text,
             format_count(a->servfail).text, format_count(a->formerr).text, format_count(a->notimp).text,
             format_count(a->badvers).text, format_count(a->dropped).text, format_count(a->truncated).text,
             format_count(unsent).text, format_bytes(a->bytes_in).text, format_bytes(a->bytes_out).text);
}

void stats_log(struct stats *stats, bool reset)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    long seconds = t.tv_sec - stats->since.tv_sec;
    size_t zones_count = stats->config->zones_count;
    struct totals *now = &stats->now;

    collect(stats, now);
    subtract(&now->unsent, &stats->start.unsent, 1);
    subtract(&now->all, &stats->start.all, COUNTERS);
    subtract(now->zones, stats->start.zones, ZONE_COUNTERS * zones_count);
    for (size_t i = 0; i < zones_count; i++) {
        const struct answer_zone_counters *z = &now->zones[i];
        if (z->queries > 0)
            log_info("stats for %ld s zone %s: %s queries: %s ok, %s nxdomain; %s in, %s out", seconds,
                     stats->config->zones[i].name, format_count(z->queries).text, format_count(z->ok).text,
                     format_count(z->nxdomain).text, format_bytes(z->bytes_in).text,
                     format_bytes(z->bytes_out).text);
    }
    log_all(&now->all, now->unsent, seconds);
    if (reset) {
        sum(&stats->start.unsent, &now->unsent, 1);
        sum(&stats->start.all, &now->all, COUNTERS);
        sum(stats->start.zones, now->zones, ZONE_COUNTERS * zones_count);
        stats->since = t;
    }
}
