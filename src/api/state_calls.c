/* The state of the server: lists, zones, counters, metrics. */
#include "api/calls.h"
#include "api/to_json.h"
#include "http/text_stream.h"
#include "store/events.h"
#include "store/items.h"

#include <string.h>

/* Makes the report, for backend_free_report. False: the call has failed. */
static bool make_report(struct call *call, struct report *report)
{
    struct error error = { 0 };
    *report = (struct report){ .started = 0 };
    return call->backend->report(call->backend->context, report, &error) == OK ||
           call_fail_store(call, &error);
}

/* ---- Lists ---- */

static json_t *load_json(const struct report_load *load)
{
    return json_pack("{s:o, s:b, s:b, s:f, s:I, s:I, s:I, s:I, s:o}", "time", to_json_time(load->time),
                     "good", (int)load->good, "refused", (int)load->refused, "seconds", load->seconds,
                     "entries", (json_int_t)load->entries, "bad_lines", (json_int_t)load->bad, "lines",
                     (json_int_t)load->lines, "bytes", (json_int_t)load->bytes, "reason",
                     json_text(load->reason));
}

static json_t *set_json(const struct report_set *set)
{
    return json_pack("{s:s, s:o, s:b, s:b, s:I, s:I, s:I, s:I, s:o, s:o}", "type", set->type, "files",
                     json_text(set->files), "loaded", (int)set->loaded, "stale", (int)set->stale, "entries",
                     (json_int_t)set->entries, "bad_lines", (json_int_t)set->bad, "lines",
                     (json_int_t)set->lines, "serial", (json_int_t)set->serial, "modified_at",
                     to_json_time(set->mtime), "last_load", load_json(&set->last));
}

static json_t *breaker_json(const struct breaker_rules *b)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I}", "list", (json_int_t)b->list, "list_permille",
                     (json_int_t)b->list_permille, "network", (json_int_t)b->network, "target",
                     (json_int_t)b->target, "client", (json_int_t)b->client);
}

/* Adds the list policy, for pages that explain it. */
static void add_policy(const struct backend *backend, json_t *object, const struct list_policy *policy)
{
    json_object_update_new(
        object,
        json_pack("{s:s, s:s, s:b, s:b, s:b, s:o, s:[i,i], s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "removal",
                  list_policy_removal_word(policy->removal), "tier", list_policy_tier_word(policy->tier),
                  "bypass", (int)policy->bypass, "withheld", (int)policy->withheld, "confirm",
                  (int)policy->confirm, "proof", to_json_proof_kinds(policy->proof), "widest",
                  (int)policy->widest[0], (int)policy->widest[1], "default_duration",
                  (json_int_t)policy->duration, "longest_duration", (json_int_t)policy->longest, "removals",
                  (json_int_t)policy->removals, "window", (json_int_t)policy->window, "cool_down",
                  (json_int_t)policy->cool_down, "max_ttl", (json_int_t)policy->max_ttl, "blocked_by",
                  to_json_lists(backend, &policy->blocked_by)));
    json_object_set_new(object, "breaker", breaker_json(&policy->breaker));
    json_object_set_new(object, "required", to_json_fields(policy->required));
}

static json_t *list_report_json(const struct backend *backend, const struct report *report,
                                const struct report_list *list)
{
    uint64_t entries = 0, bad = 0;
    int64_t serial = 0, newest = 0;
    bool loaded = true, stale = false;
    json_t *sets = json_array(), *zones = json_array();
    for (size_t i = 0; i < list->sets_count; i++) {
        const struct report_set *set = &list->sets[i];
        entries += set->entries;
        bad += set->bad;
        serial = set->serial > serial ? set->serial : serial;
        newest = set->mtime > newest ? set->mtime : newest;
        loaded = loaded && set->loaded;
        stale = stale || set->stale;
        json_array_append_new(sets, set_json(set));
    }
    for (size_t i = 0; i < report->zones_count; i++)
        if (list->in_zone[i])
            json_array_append_new(zones, json_text(report->zones[i].name));
    json_t *object = json_pack(
        "{s:o, s:b, s:b, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "name", json_text(list->name), "loaded",
        (int)loaded, "stale", (int)stale, "entries", (json_int_t)entries, "bad_lines", (json_int_t)bad,
        "serial", (json_int_t)serial, "modified_at", to_json_time(newest), "age",
        newest > 0 ? json_integer(report->now - newest) : json_null(), "last_load",
        list->loads_count > 0 ? load_json(&list->loads[0]) : json_null(), "zones", zones, "sets", sets);
    json_object_set_new(object, "retired_at", to_json_time(list->retired != NULL ? list->retired->since : 0));
    const struct list_policy *policy = list->number < LISTS_MAX && backend->delist != NULL
                                           ? delist_policy(backend->delist, list->number)
                                           : NULL;
    if (policy != NULL) {
        add_policy(backend, object, policy);
        json_object_set_new(object, "recent_removals", json_integer((json_int_t)list->recent_removals));
        json_object_set_new(object, "breaker_open", json_boolean(list->breaker_open));
    }
    return object;
}

/* Adds the number of active delistings on the list, unless the store fails, which /healthz reports. */
static void add_delistings(struct store_reader *reader, json_t *object, const struct report_list *list)
{
    uint64_t delistings;
    if (list->number < LISTS_MAX && items_count_list(reader, list->number, &delistings, NULL) == OK)
        json_object_set_new(object, "delistings", json_integer((json_int_t)delistings));
}

void api_state_lists(struct call *call)
{
    struct report report;
    struct store_reader *reader = NULL;
    if (!make_report(call, &report)) /* it reads the store, too */
        return;
    if (call->backend->delist == NULL || call_read_store(call, &reader)) {
        json_t *array = json_array();
        for (size_t i = 0; i < report.lists_count; i++) {
            json_t *object = list_report_json(call->backend, &report, &report.lists[i]);
            if (reader != NULL)
                add_delistings(reader, object, &report.lists[i]);
            json_array_append_new(array, object);
        }
        http_answer(call->request, 200, json_pack("{s:o}", "lists", array));
    }
    if (reader != NULL)
        store_read_end(reader);
    backend_free_report(&report);
}

void api_state_list_loads(struct call *call)
{
    struct report report;
    json_t *array = NULL;
    if (!make_report(call, &report))
        return;
    for (size_t i = 0; i < report.lists_count && array == NULL; i++) {
        const struct report_list *list = &report.lists[i];
        if (strcmp(list->name, call->part) != 0)
            continue;
        array = json_array();
        for (size_t n = 0; n < list->loads_count; n++)
            json_array_append_new(array, load_json(&list->loads[n]));
    }
    backend_free_report(&report);
    if (array != NULL)
        http_answer(call->request, 200, json_pack("{s:o}", "loads", array));
    else
        call_fail(call, 404, "not_found", NULL, "There is no list of this name; GET /v1/lists names them.");
}

void api_state_zones(struct call *call)
{
    struct report report;
    if (!make_report(call, &report))
        return;
    json_t *array = json_array();
    for (size_t i = 0; i < report.zones_count; i++) {
        const struct report_zone *z = &report.zones[i];
        json_array_append_new(array, json_pack("{s:o, s:b, s:o, s:o, s:I, s:I, s:I, s:I}", "name",
                                               json_text(z->name), "ready", (int)z->ready, "lists",
                                               to_json_lists(call->backend, &z->lists), "valid_until",
                                               to_json_time(z->valid_until), "serial", (json_int_t)z->serial,
                                               "queries", (json_int_t)z->queries, "answered",
                                               (json_int_t)z->answered, "nxdomain", (json_int_t)z->nxdomain));
    }
    backend_free_report(&report);
    http_answer(call->request, 200, json_pack("{s:o}", "zones", array));
}

/* ---- Status ---- */

static json_t *counters_json(const struct report *r)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "queries", (json_int_t)r->queries, "answered",
                     (json_int_t)r->answered, "nodata", (json_int_t)r->nodata, "nxdomain",
                     (json_int_t)r->nxdomain, "servfail", (json_int_t)r->servfail, "refused",
                     (json_int_t)r->refused, "dropped", (json_int_t)r->dropped);
}

static json_t *fast_path_json(const struct report_fast_path *f)
{
    json_t *interfaces = json_array(), *reasons = json_object();
    for (size_t i = 0; i < f->interfaces_count; i++)
        json_array_append_new(interfaces,
                              json_pack("{s:s, s:s, s:o}", "name", f->interfaces[i].name, "mode",
                                        f->interfaces[i].mode, "reason", json_text(f->interfaces[i].reason)));
    for (size_t i = 0; i < f->outcomes_count; i++)
        json_object_set_new(reasons, f->outcomes[i].name, json_integer((json_int_t)f->outcomes[i].packets));
    return json_pack("{s:o, s:I, s:I, s:I, s:o, s:o, s:I}", "interfaces", interfaces, "answered",
                     (json_int_t)f->answered, "limited", (json_int_t)f->limited, "passed",
                     (json_int_t)f->passed, "passed_by_reason", reasons, "nanoseconds",
                     f->nanoseconds != 0 ? json_integer((json_int_t)f->nanoseconds) : json_null(),
                     "table_bytes", (json_int_t)f->table_bytes);
}

static json_t *status_json(const struct report *r)
{
    return json_pack(
        "{s:s, s:o, s:o, s:I, s:b, s:{s:I, s:I}, s:o, s:{s:I, s:I}, s:{s:I, s:I, s:b, s:I}, "
        "s:{s:b, s:b, s:o, s:I, s:I}, s:I, s:I}",
        "version", DNSBLD_VERSION, "started_at", to_json_time(r->started), "now", to_json_time(r->now),
        "uptime", (json_int_t)(r->now - r->started), "loaded", (int)r->loaded, "workers", "count",
        (json_int_t)r->workers, "alive", (json_int_t)r->workers_alive, "dns", counters_json(r), "memory",
        "resident_bytes", (json_int_t)r->resident_bytes, "base_bytes", (json_int_t)r->snapshot_bytes,
        "overlay", "items", (json_int_t)r->overlay.items, "bytes", (json_int_t)r->overlay.bytes, "suspended",
        (int)r->suspended, "publishes", (json_int_t)r->publishes, "store", "durable", (int)r->store.durable,
        "well", (int)r->store.healthy, "trouble", json_text(r->store.failure), "bytes",
        (json_int_t)r->store.bytes, "items", (json_int_t)r->store.items, "lists", (json_int_t)r->lists_count,
        "zones", (json_int_t)r->zones_count);
}

/* The names of the lists whose breaker is open. */
static json_t *breakers_json(const struct report *r)
{
    json_t *names = json_array();
    for (size_t i = 0; i < r->lists_count; i++)
        if (r->lists[i].breaker_open)
            json_array_append_new(names, json_text(r->lists[i].name));
    return names;
}

/* Counts the events and the active items of each kind. False: the call has failed. */
static bool count_items(struct call *call, uint64_t *last, uint64_t active[3])
{
    struct store_reader *reader;
    struct error error = { 0 };
    if (!call_read_store(call, &reader))
        return false;
    enum err err = events_last(reader, last, &error);
    if (err == OK)
        err = items_count(reader, active, &error);
    return call_end_read(call, reader, err, NULL, &error);
}

void api_state_status(struct call *call)
{
    struct report report;
    struct list_mask all;
    uint64_t last = 0, active[3] = { 0 };
    if ((call->backend->delist != NULL && !count_items(call, &last, active)) || !make_report(call, &report))
        return;
    json_t *object = status_json(&report);
    json_object_set_new(object, "fast_path", fast_path_json(&report.fast_path));
    json_object_set_new(object, "open_breakers", breakers_json(&report));
    json_object_set_new(object, "draining",
                        json_boolean(__atomic_load_n(call->backend->draining, __ATOMIC_RELAXED)));
    backend_free_report(&report);
    memset(&all, 0xff, sizeof(all));
    json_object_set_new(object, "banners",
                        to_json_banners(call->backend, &all, call_language(call), call->now));
    json_object_set_new(object, "sequence", json_integer((json_int_t)last));
    json_object_set_new(object, "active",
                        json_pack("{s:I, s:I, s:I}", "delistings", (json_int_t)active[OVERLAY_DELIST],
                                  "listings", (json_int_t)active[OVERLAY_LIST], "allows",
                                  (json_int_t)active[OVERLAY_ALLOW]));
    http_answer(call->request, 200, object);
}

void api_state_metrics(struct call *call)
{
    struct text_stream stream;
    size_t length;
    if (text_stream_open(&stream))
        stream.failed |= !call->backend->metrics(call->backend->context, stream.file);
    char *text = text_stream_close(&stream, &length);
    http_answer_text(call->request, 200, "text/plain; version=0.0.4; charset=utf-8", text, length);
}
