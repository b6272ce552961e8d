#include "report/metrics.h"

#include "net/socket.h"
#include "store/items.h"
#include "store/requests.h"
#include "xdp/loader.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

static void write_head(FILE *to, const char *name, const char *type, const char *help)
{
    fprintf(to, "# HELP dnsbld_%s %s\n# TYPE dnsbld_%s %s\n", name, help, name, type);
}

/* A metric without labels. */
static void write_metric(FILE *to, const char *name, const char *type, const char *help, uint64_t value)
{
    write_head(to, name, type, help);
    fprintf(to, "dnsbld_%s %" PRIu64 "\n", name, value);
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
    write_metric(to, "queries_total", "counter", "DNS queries received.", a->queries);
    write_metric(to, "listed_total", "counter", "Replies that list something.", a->answered);
    write_metric(to, "dropped_total", "counter", "Queries without a reply.", a->dropped);
    write_metric(to, "truncated_total", "counter", "Replies with the TC bit.", a->truncated);
    write_metric(to, "unsent_total", "counter", "Replies that could not be sent.", t->unsent);
    write_metric(to, "rate_limited_total", "counter", "Replies over the rate limit.",
                 a->rate_dropped + a->rate_slipped);
    write_metric(to, "received_bytes_total", "counter", "Bytes of queries.", a->bytes_in);
    write_metric(to, "sent_bytes_total", "counter", "Bytes of replies.", a->bytes_out);
    write_head(to, "responses_total", "counter", "Replies by response code.");
    write_sample(to, "responses_total", "rcode", "NOERROR", a->answered + a->nodata);
    write_sample(to, "responses_total", "rcode", "NXDOMAIN", a->nxdomain);
    write_sample(to, "responses_total", "rcode", "SERVFAIL", a->servfail);
    write_sample(to, "responses_total", "rcode", "REFUSED", a->refused);
    write_sample(to, "responses_total", "rcode", "NOTIMP", a->notimp);
    write_sample(to, "responses_total", "rcode", "FORMERR", a->formerr);
    write_sample(to, "responses_total", "rcode", "BADVERS", a->badvers);
    write_sample(to, "responses_total", "rcode", "BADCOOKIE", a->badcookie);
}

static void write_tcp(FILE *to, const struct tcp_counters *c)
{
    write_metric(to, "tcp_queries_total", "counter", "DNS queries received over TCP.", c->queries);
    write_metric(to, "tcp_connections_total", "counter", "DNS connections accepted.", c->connections);
    write_metric(to, "tcp_refused_total", "counter", "DNS connections refused: over a limit.", c->refused);
    write_metric(to, "tcp_evicted_total", "counter", "Idle DNS connections closed to make room for others.",
                 c->evicted);
}

/* One line for each UDP socket of a worker; those that all workers share are the first one's here. */
static void write_dropped(FILE *to, const struct worker *worker)
{
    struct socket_address address;
    char text[SOCKET_ADDRESS_TEXT];
    unsigned number = worker_context(worker)->worker;
    bool shared;
    int fd;
    for (size_t i = 0; (fd = worker_udp_socket(worker, i, &shared)) >= 0; i++) {
        if ((shared && number > 0) || !socket_get_address(fd, &address))
            continue;
        socket_address_format(&address, text);
        fprintf(to, "dnsbld_socket_dropped_total{address=\"%s\"", text);
        if (!shared)
            fprintf(to, ",worker=\"%u\"", number);
        fprintf(to, "} %" PRIu32 "\n", socket_dropped(fd));
    }
}

static void write_workers(FILE *to, struct worker *const *workers, size_t count)
{
    write_head(to, "worker_queries_total", "counter", "DNS queries by worker, without the fast path's.");
    for (size_t i = 0; i < count; i++)
        fprintf(to, "dnsbld_worker_queries_total{worker=\"%zu\"} %" PRIu64 "\n", i,
                __atomic_load_n(&worker_context(workers[i])->counters.queries, __ATOMIC_RELAXED));
    write_head(to, "socket_dropped_total", "counter",
               "Packets that the system dropped at a UDP socket, mostly as its buffer was full.");
    for (size_t i = 0; i < count; i++)
        write_dropped(to, workers[i]);
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
    uint64_t entries, bad_lines, age, failed, stale, recent_removals, breaker_open;
};

static struct sums sum_sets(const struct report_list *list, int64_t now)
{
    struct sums sums = { .recent_removals = list->recent_removals, .breaker_open = list->breaker_open };
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
        { "list_age_seconds", "Age of the list's oldest data, by the time of the files.",
          offsetof(struct sums, age) },
        { "list_load_failed", "1 when the last load failed or was refused.", offsetof(struct sums, failed) },
        { "list_stale", "1 when the data is stale.", offsetof(struct sums, stale) },
        { "list_recent_removals", "Public removals within the last hour.",
          offsetof(struct sums, recent_removals) },
        { "list_breaker_open", "1 while they have reached their limit, and further ones wait for a review.",
          offsetof(struct sums, breaker_open) },
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
    uint64_t by_kind[3] = { 0 }, pending = 0;
    struct store_reader *reader;
    struct error error;
    if (store_read(delist_store(d), &reader, &error) == OK) {
        /* On failure the counts are 0. */
        (void)!items_count(reader, by_kind, &error);
        (void)!requests_count_pending(reader, NULL, &pending, &error);
        store_read_end(reader);
    }
    write_head(to, "items", "gauge", "Active delistings, listings and allows.");
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        write_sample(to, "items", "kind", kinds[i], by_kind[i]);
    write_metric(to, "requests_pending", "gauge", "Removal requests that wait for a review.", pending);
    write_head(to, "removals_held_total", "counter",
               "Public removals that a limit of the last hour made wait for a review.");
    for (enum removal_scope scope = REMOVALS_OF_LIST; scope < REMOVAL_SCOPES; scope++)
        write_sample(to, "removals_held_total", "breaker", list_policy_scope_word(scope),
                     delist_held(d, scope));
}

static void write_http(FILE *to, const struct http_counters *h)
{
    static const char *const classes[] = { "0xx", "1xx", "2xx", "3xx", "4xx", "5xx" };
    write_head(to, "http_responses_total", "counter", "HTTP responses by class of status.");
    for (size_t i = 2; i < ARRAY_SIZE(classes); i++)
        write_sample(to, "http_responses_total", "status", classes[i], h->by_status[i]);
    write_metric(to, "http_requests_total", "counter", "HTTP requests.", h->requests);
    write_metric(to, "http_connections", "gauge", "Open HTTP connections.", h->connections);
    write_metric(to, "http_evicted_total", "counter", "Idle HTTP connections closed to make room for others.",
                 h->evicted);
    write_metric(to, "http_refused_tokens_total", "counter", "HTTP requests with a wrong token.",
                 h->refused_tokens);
    write_metric(to, "http_limited_total", "counter", "HTTP requests over a rate limit.", h->limited);
}

static void write_commands(FILE *to, const struct command_facts *c)
{
    static const char *const results[COMMAND_RESULTS] = {
        [COMMAND_SUCCEEDED] = "succeeded",     [COMMAND_FAILED] = "failed",
        [COMMAND_KILLED] = "killed",           [COMMAND_TIMED_OUT] = "timed_out",
        [COMMAND_NOT_STARTED] = "not_started", [COMMAND_DROPPED] = "dropped",
        [COMMAND_SKIPPED] = "skipped",
    };
    if (!c->configured)
        return;
    write_head(to, "commands_total", "counter", "Runs of confirm_command by result.");
    for (size_t i = 0; i < COMMAND_RESULTS; i++)
        write_sample(to, "commands_total", "result", results[i], c->results[i]);
    write_metric(to, "commands_under_way", "gauge", "Runs of confirm_command that wait or have not ended.",
                 c->under_way);
    write_metric(to, "commands_well", "gauge", "0 when commands cannot be run until the next start.",
                 c->failure[0] == '\0');
}

static void write_resolver(FILE *to, const struct resolver_facts *facts)
{
    static const char *const results[PROOF_FINDINGS] = { [PROOF_FOUND] = "found",
                                                         [PROOF_MISSING] = "missing",
                                                         [PROOF_NO_ANSWER] = "no_answer",
                                                         [PROOF_BUSY] = "busy" };
    if (!facts->configured)
        return;
    write_head(to, "resolver_lookups_total", "counter", "Look-ups for proofs of control by result.");
    for (unsigned i = PROOF_FOUND; i < PROOF_FINDINGS; i++)
        write_sample(to, "resolver_lookups_total", "result", results[i], facts->found[i]);
}

static void write_interfaces(FILE *to, const char *name, const char *help, const char *mode, bool is_mode,
                             const struct report_fast_path *f)
{
    if (f->interfaces_count != 0)
        write_head(to, name, "gauge", help);
    for (size_t i = 0; i < f->interfaces_count; i++)
        write_sample(to, name, "interface", f->interfaces[i].name,
                     (strcmp(f->interfaces[i].mode, mode) == 0) == is_mode);
}

static void write_fast_path(FILE *to, const struct fast_path_counts *f, const struct report_fast_path *r)
{
    write_head(to, "xdp_packets_total", "counter", "Packets that met the fast path, by what became of them.");
    for (unsigned i = 0; i < XDP_OUTCOMES; i++)
        write_sample(to, "xdp_packets_total", "outcome", xdp_outcome_name(i), f->all.outcome[i]);
    write_metric(to, "xdp_timed_packets_total", "counter", "Replies of the fast path that were timed.",
                 f->all.timed);
    write_metric(to, "xdp_timed_nanoseconds_total", "counter", "What the timed replies took in the program.",
                 f->all.timed_ns);
    write_metric(to, "xdp_hits_lost_total", "counter", "Records of the hit sample that were lost.",
                 f->all.hits_lost);
    write_interfaces(to, "xdp_attached", "1 when the fast path is on the interface.", "off", false, r);
    write_interfaces(to, "xdp_native", "1 when the interface's driver runs the fast path.", "driver", true,
                     r);
    write_metric(to, "xdp_table_bytes", "gauge", "Memory of the fast path's table, which has the lists.",
                 f->table_bytes);
}

void metrics_write(FILE *to, const struct totals *totals, const struct report *r,
                   const struct http_counters *http, const struct report_sources *from)
{
    write_answers(to, totals);
    write_tcp(to, &totals->tcp);
    write_workers(to, from->workers, from->workers_count);
    write_zones(to, r);
    write_lists(to, r);
    write_items(to, from->delist);
    write_http(to, http);
    write_commands(to, &r->commands);
    write_resolver(to, &r->resolver);
    write_fast_path(to, &totals->fast_path, &r->fast_path);
    write_metric(to, "start_time_seconds", "gauge", "When the server started.", (uint64_t)r->started);
    write_metric(to, "resident_bytes", "gauge", "Resident memory of the process.", r->resident_bytes);
    write_metric(to, "base_bytes", "gauge", "Memory of the lists.", r->snapshot_bytes);
    write_metric(to, "overlay_bytes", "gauge", "Memory of delistings, listings and allows.",
                 r->overlay.bytes);
    write_metric(to, "overlay_items", "gauge", "Items in memory, including expired ones.", r->overlay.items);
    write_metric(to, "overlay_publishes_total", "counter", "Published changes of the overlay.", r->publishes);
    write_metric(to, "overlay_suspended", "gauge",
                 "1 while the overlay is suspended: the lists are served without it.", r->suspended);
    write_metric(to, "store_bytes", "gauge", "Size of the store.", r->store.bytes);
    write_metric(to, "store_well", "gauge", "0 when the last write to the store failed.", r->store.healthy);
    write_metric(to, "workers", "gauge", "Worker threads.", r->workers);
    write_metric(to, "workers_alive", "gauge", "Responsive worker threads.", r->workers_alive);
}
