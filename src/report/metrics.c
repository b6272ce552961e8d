#include "report/metrics.h"

#include "store/items.h"

#include <inttypes.h>
#include <stddef.h>

/* A metric without labels. */
struct metric {
    const char *name, *type, *help;
    uint64_t value;
};

static void write_head(FILE *to, const char *name, const char *type, const char *help)
{
    fprintf(to, "# HELP dnsbld_%s %s\n# TYPE dnsbld_%s %s\n", name, help, name, type);
}

static void write_metrics(FILE *to, const struct metric *metrics, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        write_head(to, metrics[i].name, metrics[i].type, metrics[i].help);
        fprintf(to, "dnsbld_%s %" PRIu64 "\n", metrics[i].name, metrics[i].value);
    }
}

/* The value of a label: backslash and quote are escaped, a newline becomes a space. */
static void write_label(FILE *to, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\\' || *text == '"')
            fputc('\\', to);
        fputc(*text == '\n' ? ' ' : *text, to);
    }
}

static void write_sample(FILE *to, const char *name, const char *label, const char *value, uint64_t number)
{
    fprintf(to, "dnsbld_%s{%s=\"", name, label);
    write_label(to, value);
    fprintf(to, "\"} %" PRIu64 "\n", number);
}

static void write_answers(FILE *to, const struct totals *t)
{
    const struct answer_counters *a = &t->all;
    const struct {
        const char *rcode;
        uint64_t count;
    } rcodes[] = { { "NOERROR", a->answered + a->nodata },
                   { "NXDOMAIN", a->nxdomain },
                   { "SERVFAIL", a->servfail },
                   { "REFUSED", a->refused },
                   { "NOTIMP", a->notimp },
                   { "FORMERR", a->formerr },
                   { "BADVERS", a->badvers },
                   { "BADCOOKIE", a->badcookie } };
    const struct metric metrics[] = {
        { "queries_total", "counter", "DNS queries received.", a->queries },
        { "listed_total", "counter", "Replies that list something.", a->answered },
        { "dropped_total", "counter", "Queries without a reply.", a->dropped },
        { "truncated_total", "counter", "Replies with the TC bit.", a->truncated },
        { "unsent_total", "counter", "Replies that could not be sent.", t->unsent },
        { "rate_limited_total", "counter", "Replies over the rate limit.",
          a->rate_dropped + a->rate_slipped },
        { "received_bytes_total", "counter", "Bytes of queries.", a->bytes_in },
        { "sent_bytes_total", "counter", "Bytes of replies.", a->bytes_out },
    };
    write_metrics(to, metrics, ARRAY_SIZE(metrics));
    write_head(to, "responses_total", "counter", "Replies by response code.");
    for (size_t i = 0; i < ARRAY_SIZE(rcodes); i++)
        write_sample(to, "responses_total", "rcode", rcodes[i].rcode, rcodes[i].count);
}

static void write_zones(FILE *to, const struct report *r)
{
    write_head(to, "zone_queries_total", "counter", "Queries by zone.");
    for (size_t i = 0; i < r->zones_count; i++)
        write_sample(to, "zone_queries_total", "zone", r->zones[i].name, r->zones[i].queries);
    write_head(to, "zone_ready", "gauge", "1 when the zone answers, 0 when it answers SERVFAIL.");
    for (size_t i = 0; i < r->zones_count; i++)
        write_sample(to, "zone_ready", "zone", r->zones[i].name, r->zones[i].ready);
}

/* The metrics of a list, over its sets. */
struct sums {
    uint64_t entries, bad_lines, age, failed, stale;
};

static struct sums sum_sets(const struct report_list *list, int64_t now)
{
    struct sums sums = { 0 };
    for (size_t i = 0; i < list->sets_count; i++) {
        const struct report_set *set = &list->sets[i];
        uint64_t age = set->mtime != 0 && now > set->mtime ? (uint64_t)(now - set->mtime) : 0;
        sums.entries += set->entries;
        sums.bad_lines += set->bad;
        sums.age = age > sums.age ? age : sums.age;
        sums.failed |= set->last.time != 0 && !set->last.good;
        sums.stale |= set->stale;
    }
    return sums;
}

static void write_lists(FILE *to, const struct report *r)
{
    static const struct {
        const char *name, *help;
        size_t sum; /* offset in struct sums */
    } gauges[] = {
        { "list_entries", "Entries of the list.", offsetof(struct sums, entries) },
        { "list_bad_lines", "Lines that could not be parsed.", offsetof(struct sums, bad_lines) },
        { "list_age_seconds", "Age of the list's oldest file.", offsetof(struct sums, age) },
        { "list_load_failed", "1 when the last load failed or was refused.", offsetof(struct sums, failed) },
        { "list_stale", "1 when the data is stale.", offsetof(struct sums, stale) },
    };
    for (size_t i = 0; i < ARRAY_SIZE(gauges); i++) {
        write_head(to, gauges[i].name, "gauge", gauges[i].help);
        for (size_t j = 0; j < r->lists_count; j++) {
            struct sums sums = sum_sets(&r->lists[j], r->now);
            write_sample(to, gauges[i].name, "list", r->lists[j].name,
                         *(const uint64_t *)((const char *)&sums + gauges[i].sum));
        }
    }
}

static void write_items(FILE *to, const struct delist *d)
{
    static const char *const kinds[] = { "delisting", "listing", "allow" };
    uint64_t by_kind[3] = { 0 };
    struct store_reader *reader;
    struct error error;
    if (store_read(delist_store(d), &reader, &error) == OK) {
        (void)!items_count(reader, by_kind, &error); /* on failure the counts are 0 */
        store_read_end(reader);
    }
    write_head(to, "items", "gauge", "Active delistings, listings and allows.");
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        write_sample(to, "items", "kind", kinds[i], by_kind[i]);
}

static void write_http(FILE *to, const struct http_counters *h)
{
    static const char *const classes[] = { "0xx", "1xx", "2xx", "3xx", "4xx", "5xx" };
    write_head(to, "http_responses_total", "counter", "HTTP responses by class of status.");
    for (size_t i = 2; i < ARRAY_SIZE(classes); i++)
        write_sample(to, "http_responses_total", "status", classes[i], h->by_status[i]);
    const struct metric metrics[] = {
        { "http_requests_total", "counter", "HTTP requests.", h->requests },
        { "http_connections", "gauge", "Open HTTP connections.", h->connections },
        { "http_refused_tokens_total", "counter", "HTTP requests with a wrong token.", h->refused_tokens },
        { "http_limited_total", "counter", "HTTP requests over a rate limit.", h->limited },
    };
    write_metrics(to, metrics, ARRAY_SIZE(metrics));
}

void metrics_write(FILE *to, const struct totals *totals, const struct report *r,
                   const struct http_counters *http, const struct delist *delist)
{
    const struct metric metrics[] = {
        { "start_time_seconds", "gauge", "When the server started.", (uint64_t)r->started },
        { "resident_bytes", "gauge", "Resident memory of the process.", r->resident_bytes },
        { "base_bytes", "gauge", "Memory of the lists.", r->snapshot_bytes },
        { "overlay_bytes", "gauge", "Memory of delistings, listings and allows.", r->overlay.bytes },
        { "overlay_items", "gauge", "Items in memory, including expired ones.", r->overlay.items },
        { "overlay_publishes_total", "counter", "Published changes of the overlay.", r->publishes },
        { "overlay_suspended", "gauge", "1 while the overlay is suspended: the lists are served without it.",
          r->suspended },
        { "store_bytes", "gauge", "Size of the store.", r->store.bytes },
        { "store_well", "gauge", "0 when the last write to the store failed.", r->store.healthy },
        { "workers", "gauge", "Worker threads.", r->workers },
        { "workers_alive", "gauge", "Responsive worker threads.", r->workers_alive },
    };
    write_answers(to, totals);
    write_zones(to, r);
    write_lists(to, r);
    write_items(to, delist);
    write_http(to, http);
    write_metrics(to, metrics, ARRAY_SIZE(metrics));
}
