#include "report/report.h"

#include "base/clock.h"
#include "dns/wire.h"
#include "load/stale.h"
#include "report/totals.h"
#include "serve/memory.h"
#include "store/removal_counts.h"
#include "xdp/loader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *join_files(const struct set_spec *spec)
{
    size_t length = 1;
    for (size_t i = 0; i < spec->files_count; i++)
        length += strlen(spec->files[i]) + 1;
    char *text = calloc(length, 1), *end = text;
    for (size_t i = 0; i < spec->files_count && text != NULL; i++)
        end = stpcpy(stpcpy(end, i > 0 ? "," : ""), spec->files[i]);
    return text;
}

/* The list of a set in the report, added unless it exists; NULL without memory. */
static struct report_list *add_list(struct report *r, const struct report_sources *from,
                                    const struct config_set *set, uint16_t number)
{
    for (size_t i = 0; i < r->lists_count; i++)
        if (strcmp(r->lists[i].name, set->list) == 0)
            return &r->lists[i];
    struct report_list *list = &r->lists[r->lists_count++];
    *list = (struct report_list){ .number = number < LISTS_MAX ? number : LISTS_MAX,
                                  .name = set->list,
                                  .retired = set->retired,
                                  .sets = calloc(from->config->sets_count, sizeof(*list->sets)),
                                  .in_zone = calloc(from->config->zones_count, sizeof(*list->in_zone)),
                                  .loads = calloc(REPORT_LOADS, sizeof(*list->loads)) };
    if (list->sets == NULL || list->in_zone == NULL || list->loads == NULL)
        return NULL;
    list->loads_count = load_status_of_list(from->loads, set->list, list->loads);
    return list;
}

/* Adds the configured lists with their loads; of_set[i] becomes the report of set number i. False without
 * memory. */
static bool report_lists(const struct report_sources *from, struct report *r, struct report_set **of_set)
{
    const struct config *c = from->config;
    for (size_t i = 0; i < c->sets_count; i++) {
        const struct config_set *set = &c->sets[i];
        if (config_set_is_acl(set))
            continue;
        struct report_list *list = add_list(r, from, set, from->set_lists[i]);
        char *files = list != NULL ? join_files(&set->spec) : NULL;
        if (files == NULL)
            return false;
        of_set[i] = &list->sets[list->sets_count++];
        *of_set[i] = (struct report_set){ .type = set->dynamic ? "dynamic" : set->spec.type, .files = files };
        load_status_last(from->loads, i, of_set[i]);
        for (size_t zone = 0; zone < c->zones_count; zone++)
            list->in_zone[zone] |= config_zone_has_set(&c->zones[zone], i);
    }
    return true;
}

/* Adds the facts of the snapshot about each set. */
static void report_sets(const struct report_sources *from, const struct snapshot *snapshot,
                        struct report_set *const *of_set, struct report *r)
{
    r->loaded = true;
    for (size_t i = 0; i < from->config->sets_count; i++) {
        const struct snapshot_set *facts = &snapshot->sets[i];
        struct report_set *out = of_set[i];
        if (out == NULL)
            continue;
        out->loaded = facts->loaded;
        out->stale = stale_is(&from->config->sets[i], facts, r->now);
        out->entries = facts->entries;
        out->bad = facts->bad;
        out->lines = facts->lines;
        out->serial = facts->soa.present ? facts->soa.serial : 0;
        out->mtime = facts->mtime;
        r->loaded &= facts->loaded || config_set_is_retired(&from->config->sets[i], r->now);
    }
}

/* The serial number of an SOA record, given from its type on: it follows the two names of the data. */
static uint32_t soa_serial(const uint8_t *record)
{
    const uint8_t *p = record + WIRE_RECORD;
    for (unsigned name = 0; name < 2; name++) {
        while (*p != 0)
            p += *p + 1;
        p++;
    }
    return wire_get32(p);
}

static void report_zones(const struct report_sources *from, const struct view *view,
                         const struct totals *totals, struct report *r)
{
    const struct config *c = from->config;
    for (size_t i = 0; i < c->zones_count; i++) {
        const struct zone *z = &view->zones[i];
        r->zones[r->zones_count++] = (struct report_zone){ .name = c->zones[i].name,
                                                           .ready = z->ready && z->valid_until > r->now,
                                                           .lists = z->lists,
                                                           .valid_until = z->valid_until,
                                                           .serial = z->soa != NULL ? soa_serial(z->soa) : 0,
                                                           .queries = totals->zones[i].queries,
                                                           .answered = totals->zones[i].ok,
                                                           .nxdomain = totals->zones[i].nxdomain };
    }
}

/* Adds what the published view says; false when there is none. */
static bool report_view(const struct report_sources *from, const struct totals *totals,
                        struct report_set *const *of_set, struct report *r)
{
    const struct view *view = publisher_open(from->publisher);
    if (view != NULL) {
        r->snapshot_bytes = snapshot_bytes(view->snapshot);
        report_sets(from, view->snapshot, of_set, r);
        report_zones(from, view, totals, r);
    }
    publisher_close(from->publisher);
    return view != NULL;
}

/* Adds the public removals of the last hour. Where the store fails, which /healthz reports, there are none.
 */
static void report_removals(const struct report_sources *from, struct report *r)
{
    static const struct removal_keys keys; /* all of a list */
    uint64_t recent[REMOVAL_SCOPES];
    struct store_reader *reader;

    if (from->delist == NULL || store_read(delist_store(from->delist), &reader, NULL) != OK)
        return;
    for (size_t i = 0; i < r->lists_count; i++) {
        struct report_list *list = &r->lists[i];
        const struct list_policy *policy = delist_policy(from->delist, list->number);
        uint64_t entries = 0;
        if (policy == NULL || removal_counts_find(reader, list->number, &keys, r->now, recent, NULL) != OK)
            continue;
        for (size_t j = 0; j < list->sets_count; j++)
            entries += list->sets[j].entries;
        uint64_t most = list_policy_breaker_limit(policy, REMOVALS_OF_LIST, entries);
        list->recent_removals = recent[REMOVALS_OF_LIST];
        list->breaker_open = most != 0 && list->recent_removals >= most;
    }
    store_read_end(reader);
}

/* Adds what the API has changed; without an API nothing is. */
static void report_delistings(const struct report_sources *from, struct report *r)
{
    r->store.healthy = true;
    if (from->delist == NULL)
        return;
    r->overlay = delist_overlay_usage(from->delist);
    r->suspended = delist_suspended(from->delist);
    store_inspect(delist_store(from->delist), &r->store);
}

static void report_fast_path(struct fast_path *path, const struct fast_path_counts *f,
                             struct report_fast_path *out)
{
    static const char *const modes[] = {
        [XDP_MODE_OFF] = "off", [XDP_MODE_NATIVE] = "driver", [XDP_MODE_GENERIC] = "generic"
    };
    struct hook_state state;

    _Static_assert(REPORT_INTERFACES >= XDP_INTERFACES_MAX && REPORT_OUTCOMES >= XDP_OUTCOMES, "room");
    out->table_bytes = f->table_bytes;
    out->limited = f->all.outcome[XDP_SLIPPED] + f->all.outcome[XDP_DROPPED];
    out->nanoseconds = f->all.timed != 0 ? f->all.timed_ns / f->all.timed : 0;
    out->answered = f->all.outcome[XDP_LISTED] + f->all.outcome[XDP_NODATA] + f->all.outcome[XDP_NXDOMAIN];
    for (unsigned i = 0; i < XDP_OUTCOMES; i++) {
        if (!xdp_is_passed(i))
            continue;
        out->passed += f->all.outcome[i];
        out->outcomes[out->outcomes_count++] =
            (struct report_outcome){ xdp_outcome_name(i), f->all.outcome[i] };
    }
    for (size_t i = 0; fast_path_inspect(path, i, &state); i++) {
        struct report_interface *interface = &out->interfaces[out->interfaces_count++];
        interface->name = state.name;
        interface->mode = modes[state.mode];
        memcpy(interface->reason, state.reason, sizeof(interface->reason));
    }
}

enum err report_make(const struct report_sources *from, const struct totals *totals, struct report *out,
                     struct error *error)
{
    const struct config *c = from->config;
    const struct answer_counters *all = &totals->all;
    struct report_set **of_set = calloc(c->sets_count, sizeof(struct report_set *));
    *out = (struct report){ .started = from->started,
                            .now = clock_now(),
                            .queries = all->queries,
                            .answered = all->answered,
                            .nodata = all->nodata,
                            .nxdomain = all->nxdomain,
                            .servfail = all->servfail,
                            .refused = all->refused,
                            .dropped = all->dropped,
                            .workers = from->workers_count,
                            .workers_alive = __atomic_load_n(from->alive, __ATOMIC_RELAXED),
                            .resident_bytes = memory_resident(),
                            .publishes = publisher_count(from->publisher),
                            .lists = calloc(c->sets_count, sizeof(*out->lists)),
                            .zones = calloc(c->zones_count, sizeof(*out->zones)) };
    report_fast_path(from->fast_path, &totals->fast_path, &out->fast_path);
    report_delistings(from, out);
    command_link_inspect(from->commands, &out->commands);
    resolver_inspect(from->resolver, &out->resolver);
    struct error failure;
    if (policy_store_failure(from->policy, &failure))
        snprintf(out->key_file_error, sizeof(out->key_file_error), "%s", failure.text);
    enum err err = OK;
    if (of_set == NULL || out->lists == NULL || out->zones == NULL || !report_lists(from, out, of_set))
        err = error_set(error, ERR_MEMORY, "report: out of memory");
    else if (!report_view(from, totals, of_set, out))
        err = error_set(error, ERR_REFUSED, "nothing is loaded yet");
    else
        report_removals(from, out);
    free(of_set);
    if (err != OK)
        backend_free_report(out);
    return err;
}
