#include "xdp/overlay_memory.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "overlay/overlay_pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

_Static_assert(XDP_CHUNK_LINES * sizeof(struct xdp_line) == ARENA_CHUNK, "a chunk is one array");
_Static_assert(sizeof(((struct xdp_overlay_state *)0)->listed) ==
                   sizeof(((struct overlay_pools *)0)->listed[RANGE_NAME]),
               "a bit for each place");

struct overlay_chunks {
    struct xdp_overlay *overlay;
    size_t first, count; /* number of its first chunk; how many it has at most */
};

struct xdp_overlay {
    struct arena_memory memory[OVERLAY_PARTS];
    struct overlay_chunks parts[OVERLAY_PARTS];
    const struct xdp_line **chunks; /* where they are mapped; NULL: not yet */
    size_t chunks_count;
    struct xdp_rights *rights;
    bool in_kernel, warned;
    int map, state_map, first; /* of arrays, of the state, the first chunk; -1 */
    struct xdp_overlay_state *state;
};

/* ---- Chunks ---- */

static const struct xdp_map_spec chunk_spec = { .entries = XDP_CHUNK_LINES,
                                                .value_bytes = sizeof(struct xdp_line) };

/* Maps a chunk's memory over reserved address space; fd -1: the system's. */
static bool map_at(void *at, int fd)
{
    int flags = fd >= 0 ? MAP_SHARED | MAP_FIXED : MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    return mmap(at, ARENA_CHUNK, PROT_READ | PROT_WRITE, flags, fd, 0) != MAP_FAILED;
}

static bool add_kernel_chunk(struct xdp_overlay *o, void *at, uint32_t number)
{
    int fd = number == 0 ? o->first : -1;
    struct error error;
    enum err err = number == 0 ? OK : xdp_rights_map(o->rights, &chunk_spec, &fd, &error);

    if (err == OK && (!map_at(at, fd) || bpf_map_update_elem(o->map, &number, &fd, BPF_ANY) != 0))
        err = error_set(&error, ERR_SYSTEM, "%s", strerror(errno));
    if (fd >= 0 && fd != o->first)
        close(fd);
    if (err != OK && !o->warned)
        log_error("fast path: no more memory for items: %s; the sockets answer for them", error.text);
    o->warned |= err != OK;
    return err == OK;
}

static bool add_chunk(void *context, void *at, size_t chunk)
{
    const struct overlay_chunks *p = context;
    struct xdp_overlay *o = p->overlay;
    size_t number = p->first + chunk;

    if (chunk >= p->count || !(o->in_kernel ? add_kernel_chunk(o, at, (uint32_t)number) : map_at(at, -1)))
        return false;
    o->chunks[number] = at;
    return true;
}

/* ---- Opening ---- */

static enum err open_maps(struct xdp_overlay *o, struct error *error)
{
    struct xdp_map_spec state = { .entries = 1, .value_bytes = sizeof(*o->state) };
    struct xdp_map_spec chunks = { .kind = XDP_KIND_ARRAYS,
                                   .entries = (uint32_t)o->chunks_count + 1 }; /* the last is to wait by */
    enum err err = xdp_rights_map(o->rights, &chunk_spec, &o->first, error);

    if (err != OK)
        return err;
    chunks.inner = o->first;
    err = xdp_rights_map(o->rights, &chunks, &o->map, error);
    return err == OK ? xdp_rights_map(o->rights, &state, &o->state_map, error) : err;
}

static enum err open_all(struct xdp_overlay *o, size_t most_bytes, struct error *error)
{
    for (unsigned i = 0; i < OVERLAY_PARTS; i++) {
        size_t count = (overlay_part_bytes(most_bytes, i) + ARENA_CHUNK - 1) / ARENA_CHUNK;
        o->parts[i] = (struct overlay_chunks){ o, o->chunks_count, count };
        o->memory[i] = (struct arena_memory){ add_chunk, &o->parts[i] };
        o->chunks_count += count;
    }
    if (o->chunks_count > UINT32_MAX / XDP_CHUNK_LINES)
        return error_set(error, ERR_LIMIT, "too much memory for items");
    o->chunks = calloc(o->chunks_count, sizeof(*o->chunks));
    if (o->chunks == NULL)
        return error_set(error, ERR_MEMORY, "out of memory");
    enum err err = o->in_kernel ? open_maps(o, error) : OK;
    if (err != OK)
        return err;
    void *state = mmap(NULL, sizeof(*o->state), PROT_READ | PROT_WRITE,
                       o->in_kernel ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, o->state_map, 0);
    if (state == MAP_FAILED)
        return error_set(error, ERR_SYSTEM, "no memory for items: %s", strerror(errno));
    o->state = state;
    xdp_overlay_set_clock(o);
    return OK;
}

static enum err open_new(size_t most_bytes, const struct xdp_overlay *as, struct xdp_overlay **out,
                         struct error *error)
{
    struct xdp_overlay *o = malloc(sizeof(*o));

    if (o == NULL)
        return error_set(error, ERR_MEMORY, "out of memory");
    *o = *as;
    enum err err = open_all(o, most_bytes, error);
    if (err == OK)
        *out = o;
    else
        xdp_overlay_free(o);
    return err;
}

enum err xdp_overlay_new(size_t most_bytes, struct xdp_rights *rights, struct xdp_overlay **out,
                         struct error *error)
{
    const struct xdp_overlay as = {
        .in_kernel = true, .rights = rights, .map = -1, .state_map = -1, .first = -1
    };
    return open_new(most_bytes, &as, out, error);
}

enum err xdp_overlay_new_aside(size_t most_bytes, struct xdp_overlay **out, struct error *error)
{
    const struct xdp_overlay as = { .map = -1, .state_map = -1, .first = -1 };
    return open_new(most_bytes, &as, out, error);
}

void xdp_overlay_free(struct xdp_overlay *o)
{
    if (o == NULL)
        return;
    if (o->state != NULL)
        munmap(o->state, sizeof(*o->state));
    for (unsigned i = 0; i < 3; i++) {
        int fd = (const int[]){ o->map, o->state_map, o->first }[i];
        if (fd >= 0)
            close(fd);
    }
    free(o->chunks);
    free(o);
}

const struct arena_memory *xdp_overlay_memory(const struct xdp_overlay *o)
{
    return o->memory;
}

struct xdp_overlay_maps xdp_overlay_maps(const struct xdp_overlay *o)
{
    struct xdp_overlay_maps m = { .chunks = o->map,
                                  .state = o->state_map,
                                  .chunks_count = (uint32_t)o->chunks_count,
                                  .state_memory = o->state,
                                  .chunks_memory = o->chunks };

    for (unsigned i = 0; i < OVERLAY_PARTS; i++)
        m.lines[i] = (uint32_t)o->parts[i].first * XDP_CHUNK_LINES;
    return m;
}

/* ---- Publishing ---- */

static uint32_t flags_of(const struct overlay_view *v)
{
    uint32_t flags = 0;

    _Static_assert(XDP_OVERLAY_HAS == 1, "the lowest bits");
    if (overlay_is_empty(v))
        return 0;
    for (unsigned f = 0; f < ARRAY_SIZE(v->has); f++)
        flags |= (uint32_t)v->has[f] << f;
    return flags | (v->has_subdomains ? XDP_OVERLAY_SUBDOMAINS : 0u) | (v->lists ? XDP_OVERLAY_LISTS : 0u);
}

void xdp_overlay_publish(struct xdp_overlay *o, const struct overlay_view *v)
{
    struct xdp_overlay_state *s = o->state;
    uint64_t number = (s->head >> 32) + 1;
    struct xdp_overlay_version *version = &s->version[number & 1];
    uint32_t flags = flags_of(v);

    if (flags != 0) {
        memcpy(s->key, v->key, sizeof(s->key));
        s->lists = (uintptr_t)v->pools->lists;
        for (unsigned f = 0; f < ARRAY_SIZE(version->root); f++)
            version->root[f] = v->trie[f].root;
        version->subdomains_most = v->subdomains_most;
    }
    if (v->lists && v->has[RANGE_NAME])
        for (unsigned i = 0; i < ARRAY_SIZE(s->listed); i++)
            __atomic_store_n(&s->listed[i],
                             __atomic_load_n(&v->pools->listed[RANGE_NAME][i], __ATOMIC_RELAXED),
                             __ATOMIC_RELAXED);
    __atomic_store_n(&s->head, number << 32 | flags, __ATOMIC_SEQ_CST);
}

void xdp_overlay_wait(const struct xdp_overlay *o)
{
    uint32_t number = (uint32_t)o->chunks_count;

    /* Updating a map of maps returns once no program runs that may have read what was there before (Linux
     * 4.20, commit 1ae80cf31938). Nobody reads this entry. */
    if (o->in_kernel && bpf_map_update_elem(o->map, &number, &o->first, BPF_ANY) != 0)
        log_error("fast path: no grace period: %s", strerror(errno));
}

/* ---- The time ---- */

enum { NS = 1000000000, CLOSE_NS = 50000, TRIES = 10 };

static int64_t monotonic_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * NS + t.tv_nsec;
}

void xdp_overlay_set_clock(struct xdp_overlay *o)
{
    struct xdp_overlay_state *s = o->state;
    int64_t before, after, real, least = s->least, was;

    for (unsigned i = 0; i < TRIES; i++) { /* until nothing has come between the two looks */
        struct timespec t;
        before = monotonic_ns();
        clock_gettime(CLOCK_REALTIME, &t);
        after = monotonic_ns();
        real = clock_clamp(t.tv_sec + clock_offset()) * NS + t.tv_nsec;
        if (after - before < CLOSE_NS)
            break;
    }
    was = (before + s->clock_ns) / NS;
    was = was > least ? was : least;
    if (s->clock_ns != 0 && real / NS < was)
        least = was - real / NS <= CLOCK_WAIT ? was : 0;
    __atomic_store_n(&s->least, least, __ATOMIC_RELAXED);
    __atomic_store_n(&s->clock_ns, real - before, __ATOMIC_RELAXED);
}
