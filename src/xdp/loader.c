#include "xdp/loader.h"

#include "base/log.h"
#include "xdp/export.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <sys/mman.h>
#include <unistd.h>

/* The BPF object of program.bpf.c, embedded when the program was built; nothing in a build without clang. */
__asm__(".pushsection .rodata\n"
        ".balign 8\n"
        "xdp_object:\n"
        ".incbin \"" XDP_OBJECT "\"\n"
        "xdp_object_end:\n"
        ".balign 8\n"
        "xdp_object_size: .quad xdp_object_end - xdp_object\n"
        ".popsection\n");
extern const char xdp_object[];
extern const uint64_t xdp_object_size;

struct xdp_path {
    struct bpf_object *object;
    int program;
    size_t table_bytes;
    uint64_t *control;             /* mapped */
    struct xdp_counters *counters; /* mapped, of each CPU */
    size_t counters_bytes;
    struct xdp_zone_counters *zones; /* mapped, by CPU, by zone id */
    size_t zones_bytes, zones_count;
    int cpus;
};

bool xdp_is_built(void)
{
    return xdp_object_size != 0;
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

/* Maps a map of the object into memory; NULL: it cannot be. */
static void *map_memory(struct bpf_object *object, const char *name, size_t bytes)
{
    int fd = bpf_object__find_map_fd_by_name(object, name);
    void *p = mmap(NULL, page_bytes(bytes), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return p != MAP_FAILED ? p : NULL;
}

static bool resize(struct bpf_object *object, const char *name, size_t entries)
{
    struct bpf_map *map = bpf_object__find_map_by_name(object, name);
    return map != NULL && bpf_map__set_max_entries(map, (uint32_t)entries) == 0;
}

/* The layout, which is the object's only read-only data. */
static bool set_layout(struct bpf_object *object, const struct xdp_export *e, const struct xdp_facts *facts)
{
    struct xdp_layout layout = e->layout;
    struct bpf_map *map = bpf_object__find_map_by_name(object, ".rodata");

    layout.edns_limit = facts->edns_limit;
    layout.loopback = facts->loopback;
    layout.addresses_count = (uint32_t)facts->addresses_count;
    memcpy(layout.mac, facts->mac, sizeof(layout.mac));
    memcpy(layout.addresses, facts->addresses, facts->addresses_count * sizeof(*facts->addresses));
    return map != NULL && bpf_map__set_initial_value(map, &layout, sizeof(layout)) == 0;
}

static int ignore_message(enum libbpf_print_level level, const char *format, va_list arguments)
{
    (void)level;
    (void)format;
    (void)arguments;
    return 0;
}

/* Opens and loads the object, with maps of the sizes that `e` wants. */
static enum err load_object(struct xdp_path *p, const struct xdp_export *e, const struct xdp_facts *facts,
                            struct error *error)
{
    if (!resize(p->object, "table", e->lines_count) || !resize(p->object, "counters", (size_t)p->cpus) ||
        !resize(p->object, "zone_counters", (size_t)p->cpus * p->zones_count) ||
        !set_layout(p->object, e, facts))
        return error_set(error, ERR_SYSTEM, "fast path: the program does not fit its loader");
    int result = bpf_object__load(p->object);
    if (result != 0)
        return error_set(error, ERR_SYSTEM, "fast path: the kernel refuses the program: %s%s",
                         strerror(-result),
                         result == -EPERM ? "; CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON are needed" : "");
    p->program = bpf_program__fd(bpf_object__find_program_by_name(p->object, "xdp_dnsbld"));
    return OK;
}

static enum err fill(struct xdp_path *p, const struct xdp_export *e, struct error *error)
{
    p->table_bytes = page_bytes(e->lines_count * sizeof(struct xdp_line));
    p->counters_bytes = page_bytes((size_t)p->cpus * sizeof(*p->counters));
    struct xdp_line *table = map_memory(p->object, "table", p->table_bytes);
    p->control = map_memory(p->object, "control", sizeof(struct xdp_line));
    p->counters = map_memory(p->object, "counters", p->counters_bytes);
    p->zones_bytes = page_bytes((size_t)p->cpus * p->zones_count * sizeof(*p->zones));
    p->zones = map_memory(p->object, "zone_counters", p->zones_bytes);
    if (table != NULL) {
        xdp_export_fill(e, table);
        munmap(table, p->table_bytes);
    }
    if (table == NULL || p->control == NULL || p->counters == NULL || p->zones == NULL)
        return error_set(error, ERR_SYSTEM, "fast path: the data cannot be mapped: %s", strerror(errno));
    return OK;
}

/* ---- Paths ---- */

enum err xdp_path_load(const void *object, size_t object_bytes, const struct view *view,
                       const struct xdp_facts *facts, struct xdp_path **out, struct error *error)
{
    struct xdp_export e;
    struct xdp_path *p = calloc(1, sizeof(*p));

    if (p == NULL)
        return error_set(error, ERR_MEMORY, "out of memory");
    libbpf_set_print(ignore_message);
    p->cpus = xdp_cpus();
    enum err err = xdp_export_begin(&e, view, facts->keyed, error);
    if (err == OK) {
        p->zones_count = e.layout.zone_ids;
        p->object = bpf_object__open_mem(object, object_bytes, NULL);
        err = p->object != NULL ? load_object(p, &e, facts, error)
                                : error_set(error, ERR_SYSTEM, "fast path: the program cannot be read");
    }
    if (err == OK)
        err = fill(p, &e, error);
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
    if (!xdp_is_built())
        return error_set(error, ERR_REFUSED, "fast path: this program was built without it");
    return xdp_path_load(xdp_object, xdp_object_size, view, facts, out, error);
}

void xdp_path_free(struct xdp_path *p)
{
    if (p == NULL)
        return;
    if (p->control != NULL)
        munmap(p->control, page_bytes(sizeof(struct xdp_line)));
    if (p->counters != NULL)
        munmap(p->counters, p->counters_bytes);
    if (p->zones != NULL)
        munmap(p->zones, p->zones_bytes);
    bpf_object__close(p->object);
    free(p);
}

size_t xdp_path_bytes(const struct xdp_path *path)
{
    return path->table_bytes;
}

void xdp_path_control(struct xdp_path *path, uint32_t bits)
{
    __atomic_store_n(path->control, bits, __ATOMIC_SEQ_CST);
}

void xdp_path_count(const struct xdp_path *path, struct xdp_counters *sum)
{
    for (int cpu = 0; cpu < path->cpus; cpu++) {
        const struct xdp_counters *c = &path->counters[cpu];
        for (unsigned i = 0; i < XDP_OUTCOMES; i++)
            sum->outcome[i] += __atomic_load_n(&c->outcome[i], __ATOMIC_RELAXED);
        sum->bytes_in += __atomic_load_n(&c->bytes_in, __ATOMIC_RELAXED);
        sum->bytes_out += __atomic_load_n(&c->bytes_out, __ATOMIC_RELAXED);
    }
}

void xdp_path_count_zones(const struct xdp_path *path, struct xdp_zone_counters *sums, size_t count)
{
    for (size_t i = 0; i < (size_t)path->cpus * path->zones_count; i++) {
        const uint64_t *from = (const uint64_t *)&path->zones[i];
        if (i % path->zones_count >= count)
            continue;
        uint64_t *to = (uint64_t *)&sums[i % path->zones_count];
        for (size_t j = 0; j < sizeof(*sums) / sizeof(*to); j++)
            to[j] += __atomic_load_n(&from[j], __ATOMIC_RELAXED);
    }
}

const char *xdp_outcome_name(enum xdp_outcome outcome)
{
    static const char *const names[XDP_OUTCOMES] = {
        [XDP_LISTED] = "listed",       [XDP_NODATA] = "nodata",
        [XDP_NXDOMAIN] = "nxdomain",   [XDP_NOT_DNS] = "not_dns",
        [XDP_ODD_FRAME] = "odd_frame", [XDP_NO_QUERY] = "no_query",
        [XDP_OPTIONS] = "options",     [XDP_TYPE] = "type",
        [XDP_NO_ZONE] = "no_zone",     [XDP_APEX] = "apex",
        [XDP_ZONE] = "zone",           [XDP_PARTIAL] = "partial",
        [XDP_NOT_READY] = "not_ready", [XDP_OVERLAY] = "overlay",
        [XDP_TOO_LONG] = "too_long",   [XDP_OFF] = "off",
        [XDP_FAULT] = "fault",
    };
    return names[outcome];
}

struct bpf_object *xdp_path_object(const struct xdp_path *path)
{
    return path->object;
}

/* ---- On an interface ---- */

struct xdp_hook {
    int link;
    bool native;
};

/* The link's descriptor, or -1. */
static int attach(unsigned interface, const struct xdp_path *path, uint32_t mode)
{
    struct bpf_link_create_opts options = { .sz = sizeof(options), .flags = mode };

    return bpf_link_create(path->program, (int)interface, BPF_XDP, &options);
}

enum err xdp_hook_attach(unsigned interface, const struct xdp_path *path, struct xdp_hook **out,
                         struct error *error)
{
    struct xdp_hook *hook = calloc(1, sizeof(*hook));

    if (hook == NULL)
        return error_set(error, ERR_MEMORY, "out of memory");
    hook->native = true;
    hook->link = attach(interface, path, XDP_FLAGS_DRV_MODE);
    if (hook->link < 0) {
        hook->native = false;
        hook->link = attach(interface, path, XDP_FLAGS_SKB_MODE);
    }
    if (hook->link < 0) {
        free(hook);
        return error_set(error, ERR_SYSTEM, "fast path: the interface refuses the program: %s",
                         strerror(errno));
    }
    *out = hook;
    return OK;
}

bool xdp_hook_is_native(const struct xdp_hook *hook)
{
    return hook->native;
}

enum err xdp_hook_exchange(struct xdp_hook *hook, const struct xdp_path *path, struct error *error)
{
    int result = bpf_link_update(hook->link, path->program, NULL);
    if (result != 0)
        return error_set(error, ERR_SYSTEM, "fast path: the interface refuses the new program: %s",
                         strerror(-result));
    return OK;
}

void xdp_hook_detach(struct xdp_hook *hook)
{
    if (hook == NULL)
        return;
    close(hook->link);
    free(hook);
}
