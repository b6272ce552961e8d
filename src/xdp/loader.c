#include "xdp/loader.h"

#include "xdp/export.h"
#include "xdp/kept.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>
#include <sys/mman.h>
#include <unistd.h>

struct xdp_path {
    struct bpf_object *object; /* NULL: another process has it */
    struct xdp_line *table;    /* mapped; NULL: a snapshot has it */
    size_t table_bytes;
    struct snapshot_copy parts[XDP_EXPORT_PARTS]; /* of the table */
    size_t parts_count;
    uint64_t *control;        /* mapped */
    struct xdp_cpu *counters; /* mapped, of each CPU */
    size_t counters_bytes;
    struct xdp_zone_counters *zones; /* mapped, by CPU, by zone id */
    size_t zones_bytes, zones_count;
    int cpus;
};

bool xdp_is_built(void)
{
    size_t bytes;

    xdp_kernel_object(&bytes);
    return bytes != 0;
}

int xdp_cpus(void)
{
    return libbpf_num_possible_cpus(); /* which remembers it */
}

/* ---- Maps ---- */

static size_t page_bytes(size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (bytes + page - 1) / page * page;
}

/* Makes a map and maps it into memory: *bytes, whole pages. */
static enum err make_map(struct xdp_rights *rights, size_t value_bytes, size_t entries, int *map, void **out,
                         size_t *bytes, struct error *error)
{
    const struct xdp_map_spec spec = { .entries = (uint32_t)entries, .value_bytes = (uint32_t)value_bytes };
    enum err err = xdp_rights_map(rights, &spec, map, error);

    if (err != OK)
        return err;
    *bytes = page_bytes(value_bytes * entries);
    void *p = mmap(NULL, *bytes, PROT_READ | PROT_WRITE, MAP_SHARED, *map, 0);
    if (p == MAP_FAILED)
        return error_set(error, ERR_SYSTEM, "the data cannot be mapped: %s", strerror(errno));
    *out = p;
    return OK;
}

static void unmap(void *memory, size_t bytes)
{
    if (memory != NULL)
        munmap(memory, bytes);
}

static void fill(struct xdp_path *p, const struct xdp_export *e)
{
    char *at = (char *)p->table;

    xdp_export_fill(e, p->table);
    mprotect(p->table, p->table_bytes, PROT_READ);
    for (; p->parts_count < e->parts_count; p->parts_count++) {
        p->parts[p->parts_count] = (struct snapshot_copy){ e->parts[p->parts_count].data, at };
        at += xdp_export_room(e->parts[p->parts_count].bytes);
    }
}

/* Makes the maps of the path, and fills the table. */
static enum err make_maps(struct xdp_path *p, const struct xdp_export *e, struct xdp_rights *rights,
                          int maps[XDP_MAPS], struct error *error)
{
    void *table = NULL, *control = NULL, *counters = NULL, *zones = NULL;
    size_t control_bytes;
    enum err err = make_map(rights, sizeof(struct xdp_line), e->lines_count, &maps[XDP_MAP_TABLE], &table,
                            &p->table_bytes, error);
    p->table = table;
    if (err == OK) {
        fill(p, e);
        err = make_map(rights, sizeof(struct xdp_line), 1, &maps[XDP_MAP_CONTROL], &control, &control_bytes,
                       error);
    }
    if (err == OK)
        err = make_map(rights, sizeof(*p->counters), (size_t)p->cpus, &maps[XDP_MAP_COUNTERS], &counters,
                       &p->counters_bytes, error);
    if (err == OK)
        err = make_map(rights, sizeof(*p->zones), (size_t)p->cpus * p->zones_count,
                       &maps[XDP_MAP_ZONE_COUNTERS], &zones, &p->zones_bytes, error);
    p->control = control;
    p->counters = counters;
    p->zones = zones;
    return err;
}

/* ---- Paths ---- */

/* Loads the program over the maps of the path; through the rights it is always that of the build. */
static enum err load(struct xdp_path *p, const void *object, size_t object_bytes, const struct xdp_export *e,
                     const struct xdp_facts *facts, struct error *error)
{
    struct xdp_layout layout = e->layout;
    int maps[XDP_MAPS];

    for (unsigned i = 0; i < XDP_MAPS; i++)
        maps[i] = -1;
    layout.edns_limit = facts->edns_limit;
    layout.authority = facts->authority;
    if (facts->kept != NULL) {
        layout.rate = *xdp_kept_rules(facts->kept);
        layout.hits_rate = facts->hits ? HIT_RATE : 0;
        maps[XDP_MAP_RATES] = xdp_kept_rates(facts->kept);
        maps[XDP_MAP_HITS] = xdp_kept_hits(facts->kept);
    }
    enum err err = make_maps(p, e, facts->rights, maps, error);
    maps[XDP_MAP_INTERFACES] = xdp_interfaces_map(facts->interfaces);
    if (facts->overlay != NULL) {
        struct xdp_overlay_maps overlay = xdp_overlay_maps(facts->overlay);
        maps[XDP_MAP_OVERLAY] = overlay.chunks;
        maps[XDP_MAP_OVERLAY_STATE] = overlay.state;
        memcpy(layout.overlay_lines, overlay.lines, sizeof(layout.overlay_lines));
    }
    if (err == OK && facts->rights != NULL)
        err = xdp_rights_load(facts->rights, &layout, maps, error);
    else if (err == OK)
        err = xdp_kernel_load(object, object_bytes, &layout, maps, &p->object, error);
    for (unsigned i = 0; i < XDP_MAP_INTERFACES; i++) /* the others are shared */
        if (maps[i] >= 0)
            close(maps[i]);
    return err;
}

enum err xdp_path_load(const void *object, size_t object_bytes, const struct view *view,
                       const struct xdp_facts *facts, struct xdp_path **out, struct error *error)
{
    struct xdp_export e;
    struct xdp_path *p = calloc(1, sizeof(*p));

    if (p == NULL)
        return error_set(error, ERR_MEMORY, "out of memory");
    p->cpus = xdp_cpus();
    enum err err = xdp_export_begin(&e, view, facts, error);
    if (err == OK) {
        p->zones_count = e.layout.zone_ids;
        err = load(p, object, object_bytes, &e, facts, error);
    }
    xdp_export_free(&e);
    if (err == OK)
        *out = p;
    else
        xdp_path_free(p);
    return err;
}

enum err xdp_path_new(const struct view *view, const struct xdp_facts *facts, struct xdp_path **out,
                      struct error *error)
{
    size_t bytes;
    const void *object = xdp_kernel_object(&bytes);
    return xdp_path_load(object, bytes, view, facts, out, error);
}

void xdp_path_free(struct xdp_path *p)
{
    if (p == NULL)
        return;
    unmap(p->table, p->table_bytes);
    unmap(p->control, page_bytes(sizeof(struct xdp_line)));
    unmap(p->counters, p->counters_bytes);
    unmap(p->zones, p->zones_bytes);
    bpf_object__close(p->object);
    free(p);
}

void xdp_path_lend(struct xdp_path *path, struct snapshot *snapshot)
{
    snapshot_adopt(snapshot, path->table, path->table_bytes, path->parts, path->parts_count);
    path->table = NULL;
}

size_t xdp_path_bytes(const struct xdp_path *path)
{
    return path->table_bytes;
}

void xdp_path_control(struct xdp_path *path, uint32_t bits)
{
    __atomic_store_n(path->control, bits, __ATOMIC_SEQ_CST);
}

static void add_words(void *to, const void *from, size_t bytes)
{
    for (size_t i = 0; i < bytes / sizeof(uint64_t); i++)
        ((uint64_t *)to)[i] += __atomic_load_n((const uint64_t *)from + i, __ATOMIC_RELAXED);
}

void xdp_path_count(const struct xdp_path *path, struct xdp_counters *sum)
{
    for (int cpu = 0; cpu < path->cpus; cpu++)
        add_words(sum, &path->counters[cpu].counters, sizeof(*sum));
}

void xdp_path_count_zones(const struct xdp_path *path, struct xdp_zone_counters *sums, size_t count)
{
    for (size_t i = 0; i < (size_t)path->cpus * path->zones_count; i++)
        if (i % path->zones_count < count)
            add_words(&sums[i % path->zones_count], &path->zones[i], sizeof(*sums));
}

const char *xdp_outcome_name(enum xdp_outcome outcome)
{
    static const char *const names[XDP_OUTCOMES] = {
        [XDP_LISTED] = "listed",     [XDP_NODATA] = "nodata",
        [XDP_NXDOMAIN] = "nxdomain", [XDP_SLIPPED] = "slipped",
        [XDP_DROPPED] = "dropped",   [XDP_LOST] = "lost",
        [XDP_NOT_DNS] = "not_dns",   [XDP_ODD_FRAME] = "odd_frame",
        [XDP_NO_QUERY] = "no_query", [XDP_OPTIONS] = "options",
        [XDP_TYPE] = "type",         [XDP_ACL] = "acl",
        [XDP_NO_ZONE] = "no_zone",   [XDP_APEX] = "apex",
        [XDP_ZONE] = "zone",         [XDP_RESOLVER] = "public_resolver",
        [XDP_PARTIAL] = "partial",   [XDP_NOT_READY] = "not_ready",
        [XDP_OVERLAY] = "overlay",   [XDP_TOO_LONG] = "too_long",
        [XDP_OFF] = "off",           [XDP_FAULT] = "fault",
    };
    return names[outcome];
}

struct bpf_object *xdp_path_object(const struct xdp_path *path)
{
    return path->object;
}
