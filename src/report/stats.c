#include "report/stats.h"

#include "base/human.h"
#include "base/log.h"
#include "config/alloc.h"
#include "report/totals.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include <unistd.h>

struct stats {
    const struct config *config;
    struct worker *const *workers;
    size_t workers_count;
    const struct query_log *log;
    struct fast_path *fast_path;
    struct timespec since; /* monotonic */
    /* The totals at `since`, at the last line, and now. */
    struct totals *start, *written, *now;
    struct totals *difference; /* of two of those */
    const char *path;          /* of the file; NULL: none */
    bool increments, failed;
};

static size_t size_of_totals(const struct stats *s)
{
    return totals_size(s->config->zones_count);
}

static void collect(struct stats *s)
{
    totals_collect(s->now, s->config->zones_count, s->workers, s->workers_count, s->log, s->fast_path);
}

/* What was counted between `start` and now. */
static const struct totals *count_since(struct stats *s, const struct totals *start)
{
    uint64_t *to = (uint64_t *)s->difference;
    for (size_t i = 0; i < size_of_totals(s) / sizeof(uint64_t); i++)
        to[i] = ((const uint64_t *)s->now)[i] - ((const uint64_t *)start)[i];
    return s->difference;
}

/* The counts of all answered queries, as a zone has them. */
static struct answer_zone_counters sum_of_all(const struct answer_counters *a)
{
    return (struct answer_zone_counters){ .queries = a->queries - a->dropped,
                                          .ok = a->answered + a->nodata,
                                          .nxdomain = a->nxdomain,
                                          .bytes_in = a->bytes_in,
                                          .bytes_out = a->bytes_out };
}

/* ---- The file ---- */

/* Appends a line. Does not block on a pipe; logs the first of consecutive failures. */
static void append(struct stats *s, const char *line, size_t length)
{
    int fd = open(s->path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0644);
    bool ok = fd >= 0 && write(fd, line, length) == (ssize_t)length;
    if (!ok && !s->failed)
        log_error("-s %s: %s", s->path, strerror(errno));
    s->failed = !ok;
    if (fd >= 0)
        close(fd);
}

static void append_time(struct stats *s)
{
    char line[32];
    if (s->path != NULL)
        append(s, line, (size_t)snprintf(line, sizeof(line), "%" PRId64 "\n", (int64_t)time(NULL)));
}

static void put_counts(FILE *to, const char *name, const struct answer_zone_counters *z)
{
    fprintf(to, " %s:%" PRIu64 ":%" PRIu64 ":%" PRIu64 ":%" PRIu64 ":%" PRIu64, name, z->queries, z->ok,
            z->nxdomain, z->bytes_in, z->bytes_out);
}

/* Appends the counts of s->now. */
static void append_counts(struct stats *s)
{
    char *line = NULL;
    size_t length = 0;
    FILE *to = s->path != NULL ? open_memstream(&line, &length) : NULL;
    if (to == NULL)
        return;
    const struct totals *t = count_since(s, s->increments ? s->written : s->start);
    struct answer_zone_counters all = sum_of_all(&t->all);
    fprintf(to, "%" PRId64, (int64_t)time(NULL));
    for (size_t i = 0; i < s->config->zones_count; i++)
        put_counts(to, s->config->zones[i].name, &t->zones[i]);
    put_counts(to, "*", &all);
    fputc('\n', to);
    if (fclose(to) == 0)
        append(s, line, length);
    free(line);
    memcpy(s->written, s->now, size_of_totals(s));
}

void stats_write(struct stats *stats)
{
    collect(stats);
    append_counts(stats);
}

/* ---- The log ---- */

static void log_counts(long seconds, const char *what, const char *name, const struct answer_zone_counters *z)
{
    log_info("stats for %ld%s%s: tot=%" PRIu64 " ok=%" PRIu64 " nxd=%" PRIu64 " err=%" PRIu64 " in=%" PRIu64
             " out=%" PRIu64,
             seconds, what, name, z->queries, z->ok, z->nxdomain, z->queries - z->ok - z->nxdomain,
             z->bytes_in, z->bytes_out);
}

/* What rbldnsd does not count. */
static void log_more(long seconds, const struct totals *t)
{
    const struct answer_counters *a = &t->all;
    log_info("also in %ldsec: %s listed, %s nodata, %s refused, %s servfail, %s formerr, %s notimp, %s "
             "badvers, %s badcookie, %s dropped; %s truncated, %s not sent; %s queries by TCP on %s TCP "
             "connections, %s connections refused, %s evicted; %s queries not logged",
             seconds, human_count(a->answered).text, human_count(a->nodata).text,
             human_count(a->refused).text, human_count(a->servfail).text, human_count(a->formerr).text,
             human_count(a->notimp).text, human_count(a->badvers).text, human_count(a->badcookie).text,
             human_count(a->dropped).text, human_count(a->truncated).text, human_count(t->unsent).text,
             human_count(t->tcp.queries).text, human_count(t->tcp.connections).text,
             human_count(t->tcp.refused).text, human_count(t->tcp.evicted).text,
             human_count(t->unlogged).text);
    if ((a->rate_dropped | a->rate_slipped | a->key_refused | a->key_too_many | a->public_resolver |
         a->misspelt) != 0)
        log_info("rules in %ldsec: %s over the rate limit and dropped, %s over it and slipped, %s without a "
                 "valid key, %s over a customer's limit, %s from public resolvers, %s for misspelt zones",
                 seconds, human_count(a->rate_dropped).text, human_count(a->rate_slipped).text,
                 human_count(a->key_refused).text, human_count(a->key_too_many).text,
                 human_count(a->public_resolver).text, human_count(a->misspelt).text);
}

void stats_log(struct stats *stats, bool reset)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    long seconds = t.tv_sec - stats->since.tv_sec;

    collect(stats);
    const struct totals *now = count_since(stats, stats->start);
    struct answer_zone_counters all = sum_of_all(&now->all);
    for (size_t i = 0; i < stats->config->zones_count; i++)
        log_counts(seconds, "secs zone ", stats->config->zones[i].name, &now->zones[i]);
    log_counts(seconds, "sec", "", &all);
    log_more(seconds, now);
    append_counts(stats);
    if (reset) {
        memcpy(stats->start, stats->now, size_of_totals(stats));
        stats->since = t;
        append_time(stats);
    }
}

/* ---- Start and stop ---- */

struct stats *stats_new(const struct config *config, struct worker *const *workers, size_t count,
                        const struct query_log *log, struct fast_path *fast_path)
{
    struct stats *s = alloc_array(1, sizeof(*s));
    *s = (struct stats){
        .config = config, .workers = workers, .workers_count = count, .log = log, .fast_path = fast_path
    };
    struct totals **all[] = { &s->start, &s->written, &s->now, &s->difference };
    for (size_t i = 0; i < ARRAY_SIZE(all); i++)
        *all[i] = alloc_array(1, size_of_totals(s));
    if (config->stats_file != NULL) {
        s->increments = *config->stats_file == '+';
        s->path = config->stats_file + s->increments;
    }
    clock_gettime(CLOCK_MONOTONIC, &s->since);
    append_time(s);
    return s;
}

void stats_free(struct stats *stats)
{
    if (stats == NULL)
        return;
    free(stats->start);
    free(stats->written);
    free(stats->now);
    free(stats->difference);
    free(stats);
}
