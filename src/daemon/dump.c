#include "daemon/dump.h"

#include "base/clock.h"
#include "config/alloc.h"
#include "daemon/dump_private.h"
#include "daemon/record_text.h"
#include "dns/wire.h"
#include "load/set_state.h"
#include "view/snapshot_build.h"

#include <errno.h>
#include <inttypes.h>

#include <netinet/in.h>

/* ---- Records ---- */

static const uint8_t *skip_name(const uint8_t *p)
{
    while (*p != 0 && *p < 0xc0)
        p += 1 + *p;
    return p + (*p == 0 ? 1 : 2);
}

/* Queries all records of the name `key` (`length` bytes of labels, without root) in the zone; returns the
 * count of answer records in d->packet. */
static unsigned query_all(struct dump *d, const uint8_t *key, size_t length)
{
    static const struct sockaddr_in client = { .sin_family = AF_INET };
    uint8_t *p = d->packet + WIRE_HEADER;
    if (length + d->zone->name_len > WIRE_NAME_MAX)
        return 0;
    memset(d->packet, 0, WIRE_HEADER);
    wire_put16(d->packet + 4, 1);
    memcpy(p, key, length);
    memcpy(p + length, d->zone->name, d->zone->name_len);
    p += length + d->zone->name_len;
    p = wire_put16(wire_put16(p, TYPE_ANY), CLASS_IN);
    struct answer_query query = { .packet = d->packet,
                                  .length = (uint32_t)(p - d->packet),
                                  .capacity = sizeof(d->packet),
                                  .tcp = true,
                                  .client = (const struct sockaddr *)&client };
    answer_batch(&d->context, d->view, 0, &query, 1); /* at time 0 nothing is expired */
    return query.length > 0 ? wire_get16(d->packet + 6) : 0;
}

void dump_put_name(struct dump *d, const uint8_t *wire, size_t length, const char *prefix, size_t from)
{
    unsigned count = query_all(d, wire, length);
    if (count == 0)
        return;
    fputs(prefix, d->to);
    record_text_write_name(d->to, wire + from, length - from);
    const uint8_t *p = skip_name(d->packet + WIRE_HEADER) + 4;
    for (unsigned i = 0; i < count; i++) {
        p = skip_name(p);
        record_text_write(d->to, wire_get16(p), wire_get32(p + 4), p + WIRE_RECORD, wire_get16(p + 8));
        p += WIRE_RECORD + wire_get16(p + 8);
    }
}

void dump_put_excluded(struct dump *d, const char *prefix, const uint8_t *wire, size_t length)
{
    fputs(prefix, d->to);
    record_text_write_name(d->to, wire, length);
    fputs("\tCNAME\texcluded\n", d->to);
}

/* ---- Names ---- */

/* The labels of a name in wire form, without the root; returns their length. */
static size_t name_wire(const struct name_walk *w, uint8_t wire[WIRE_NAME_MAX])
{
    size_t length = 0;
    for (unsigned depth = w->depth; depth > 0; depth--) {
        const uint8_t *label = w->name + w->lengths[depth - 1];
        memcpy(wire + length, label, 1u + label[0]);
        length += 1u + label[0];
    }
    return length;
}

static void put_names(struct dump *d)
{
    const struct names *n = &d->view->snapshot->names;
    struct name_walk w;
    names_walk_begin(&w, n);
    while (names_walk(&w)) {
        uint32_t e = names_walk_entry(&w);
        if (e == NAMES_ROOT)
            continue;
        uint8_t wire[2 + WIRE_NAME_MAX] = { 1, '*' };
        bool below = dump_is_listed(d, names_below(n, e)), exact = dump_is_listed(d, names_exact(n, e));
        if (!below && !exact && !dump_is_listed(d, names_below(n, w.path[w.depth - 1])))
            continue;
        size_t length = name_wire(&w, wire + 2);
        if (exact)
            dump_put_name(d, wire + 2, length, "", 0);
        if (below)
            dump_put_name(d, wire, length + 2, "", 0);
        if (!exact && !below)
            dump_put_excluded(d, "", wire + 2, length);
    }
}

/* ---- Zones ---- */

static void put_zone(struct dump *d, const struct zone *z)
{
    d->zone = z;
    fputs("$ORIGIN\t", d->to);
    record_text_write_name(d->to, z->name, z->name_len);
    fprintf(d->to, ".\n$TTL %" PRIu32 "\n", z->negative_ttl);
    dump_put_name(d, (const uint8_t *)"", 0, "@", 0);
    if (z->parent == NULL && z->ns_count == 0)
        fputs("@\tNS\tns.invalid. ; the data has no $NS, and a zone must have one\n", d->to);
    dump_addresses(d);
    put_names(d);
    for (size_t i = 0; i < z->subzones_count; i++)
        put_zone(d, &z->subzones[i]);
}

static enum err put_view(const struct view *view, size_t zones_count, FILE *to, struct error *error)
{
    struct dump *d = alloc_array(1, sizeof(*d));
    d->to = to;
    d->view = view;
    d->context.edns_limit = ANSWER_EDNS_LIMIT;
    for (size_t i = 0; i < zones_count; i++)
        put_zone(d, &view->zones[i]);
    enum err err = d->err;
    free(d);
    if (err != OK)
        return error_set(error, err, "dump: out of memory");
    if (fflush(to) != 0 || ferror(to))
        return error_set(error, ERR_SYSTEM, "dump: cannot write: %s", strerror(errno));
    return OK;
}

/* By set, what is said of those that are retired; for free(). */
static const char **find_retired(const struct config *config)
{
    const char **retired = alloc_array(config->sets_count, sizeof(*retired));
    int64_t now = clock_now();
    for (size_t i = 0; i < config->sets_count; i++)
        if (config_set_is_retired(&config->sets[i], now))
            retired[i] = language_default_text(&config->sets[i].retired->text);
    return retired;
}

/* Compiles the zones without access rules. */
static enum err build(const struct config *config, const struct set_state *sets, struct view **view,
                      struct error *error)
{
    struct zone_spec *zones = alloc_array(config->zones_count, sizeof(*zones));
    const char **retired = find_retired(config);
    struct snapshot *snapshot;
    memcpy(zones, config->zones, config->zones_count * sizeof(*zones));
    for (size_t i = 0; i < config->zones_count; i++) {
        zones[i].acls_count = 0;
        zones[i].retired = retired;
    }
    enum err err = set_state_build(sets, config->sets_count, NULL, &snapshot, error);
    if (err == OK) {
        uint16_t never = (uint16_t)config->never;
        struct view_spec spec = { .zones = zones,
                                  .zones_count = config->zones_count,
                                  .withheld = config->withheld,
                                  .never = config->never != SIZE_MAX ? &never : NULL };
        err = view_build(snapshot, &spec, view, error);
        if (err != OK)
            snapshot_free(snapshot);
    }
    free(zones);
    free(retired);
    return err;
}

enum err dump_run(const struct config *config, FILE *to, struct error *error)
{
    size_t n = config->sets_count;
    struct set_state *sets = set_state_new(n);
    struct view *view = NULL;
    enum err err = OK;
    if (sets == NULL)
        return error_set(error, ERR_MEMORY, "dump: out of memory");
    set_state_read(config, sets, NULL);
    for (size_t i = 0; i < n && err == OK; i++) {
        if (!sets[i].pending && !config_set_is_retired(&config->sets[i], clock_now()))
            err = error_set(error, sets[i].read_error.code, "%s", sets[i].read_error.text);
    }
    if (err == OK)
        err = build(config, sets, &view, error);
    set_state_free(sets, n);
    if (err == OK && config->state != NULL)
        fprintf(to, "; without the delistings, listings and allows in %s\n", config->state);
    if (err == OK)
        err = put_view(view, config->zones_count, to, error);
    view_free(view);
    return err;
}
