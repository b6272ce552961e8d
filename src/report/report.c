#include "report/report.h"

#include "base/clock.h"
#include "dns/wire.h"
#include "load/stale.h"
#include "report/totals.h"
#include "serve/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *make(size_t count, size_t size)
{
    void *p = calloc(count + 1, size);
    if (p == NULL)
        abort();
    return p;
}

static char *join_files(const struct set_spec *spec)
{
    size_t length = 1;
    for (size_t i = 0; i < spec->files_count; i++)
        length += strlen(spec->files[i]) + 1;
    char *text = make(length, 1), *end = text;
    for (size_t i = 0; i < spec->files_count; i++)
        end = stpcpy(stpcpy(end, i > 0 ? "," : ""), spec->files[i]);
    return text;
}

/* The report's list of this name, made if it is new. */
static struct report_list *list_named(struct report *r, const struct report_sources *from, const char *name,
                                      uint16_t number)
{
    for (size_t i = 0; i < r->lists_count; i++)
        if (strcmp(r->lists[i].name, name) == 0)
            return &r->lists[i];
    struct report_list *list = &r->lists[r->lists_count++];
    *list = (struct report_list){ .number = number < LISTS_MAX ? number : LISTS_MAX,
                                  .name = name,
                                  .sets = make(from->config->sets_count, sizeof(*list->sets)),
                                  .loads = make(REPORT_LOADS, sizeof(*list->loads)) };
    list->loads_count = load_status_of_list(from->loads, name, list->loads);
    return list;
}

/* The lists as the configuration has them, and their loads; of_set[i]: where set number i stands. */
static void report_lists(const struct report_sources *from, struct report *r, struct report_set **of_set)
{
    const struct config *c = from->config;
    r->lists = make(c->sets_count, sizeof(*r->lists));
    for (size_t i = 0; i < c->sets_count; i++) {
        const struct config_set *set = &c->sets[i];
        if (config_set_is_acl(set))
            continue;
        struct report_list *list = list_named(r, from, set->list, from->set_lists[i]);
        of_set[i] = &list->sets[list->sets_count++];
        *of_set[i] = (struct report_set){ .type = set->dynamic ? "dynamic" : set->spec.type,
                                          .files = join_files(&set->spec) };
        load_status_last(from->loads, i, of_set[i]);
    }
}

/* What the snapshot has of the sets. */
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
        out->stale = stale_from(&from->config->sets[i], facts) <= r->now;
        out->entries = facts->entries;
        out->bad = facts->bad;
        out->lines = facts->lines;
        out->serial = facts->soa.present ? facts->soa.serial : 0;
        out->mtime = facts->mtime;
        r->loaded &= facts->loaded;
    }
}

/* The serial number in a record that begins with its type: behind both names of the data. */
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
                                                           .serial = z->soa_len > 0 ? soa_serial(z->soa) : 0,
                                                           .queries = totals->zones[i].queries,
                                                           .answered = totals->zones[i].ok,
                                                           .nxdomain = totals->zones[i].nxdomain };
    }
}

enum err report_make(const struct report_sources *from, struct report *out, struct error *error)
{
    size_t zones = from->config->zones_count;
    struct totals *totals = make(totals_size(zones), 1);
    struct report_set **of_set = make(from->config->sets_count, sizeof(*of_set));
    totals_collect(totals, zones, from->workers, from->workers_count, NULL);
    const struct answer_counters *all = &totals->all;
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
                            .overlay = delist_overlay_usage(from->delist),
                            .suspended = delist_suspended(from->delist),
                            .publishes = publisher_count(from->publisher) };
    store_inspect(delist_store(from->delist), &out->store);
    struct error failure;
    if (policy_store_failure(from->policy, &failure))
        snprintf(out->key_file_error, sizeof(out->key_file_error), "%s", failure.text);
    report_lists(from, out, of_set);
    out->zones = make(zones, sizeof(*out->zones));
    const struct view *view = publisher_open(from->publisher);
    if (view != NULL) {
        out->snapshot_bytes = snapshot_bytes(view_base(view));
        report_sets(from, view_base(view), of_set, out);
        report_zones(from, view, totals, out);
    }
    publisher_close(from->publisher);
    free(totals);
    free(of_set);
    if (view == NULL) {
        backend_free_report(out);
        return error_set(error, ERR_REFUSED, "nothing is loaded yet");
    }
    return OK;
}
