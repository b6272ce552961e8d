#include "base/arena.h"

#include <string.h>

#include <sys/mman.h>

#define INDEXES ((size_t)1 << 31) /* callers use the top bit of an index as a flag */

/* Bytes. Most arenas stay small; larger ones get huge pages. */
enum { STEP = 64 << 10, HUGE_STEP = ARENA_CHUNK };

_Static_assert(STEP % 64 == 0 && HUGE_STEP % STEP == 0, "small steps fill a large one");

/* Address space of `size` bytes, aligned so that huge pages fit; MAP_FAILED if there is none. */
static void *reserve(size_t size)
{
    char *p = mmap(NULL, size + HUGE_STEP, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (p == MAP_FAILED)
        return p;
    size_t before = -(uintptr_t)p & (HUGE_STEP - 1);
    if (before != 0)
        munmap(p, before);
    munmap(p + before + size, HUGE_STEP - before);
    return p + before;
}

enum err arena_open(struct arena *a, size_t most, size_t unit, uint32_t first)
{
    size_t size = (most + HUGE_STEP - 1) & -(size_t)HUGE_STEP;
    char *base = reserve(size);

    if (base == MAP_FAILED)
        return ERR_MEMORY;
    a->base = base;
    a->unit = unit;
    a->most = size;
    a->end = first;
    return OK;
}

void arena_close(struct arena *a)
{
    if (a->base != NULL)
        munmap(a->base, a->most);
    vec_free(&a->fresh);
    vec_free(&a->made);
    vec_free(&a->retired);
}

/* ---- Blocks ---- */

static enum err grow(struct arena *a)
{
    size_t step = a->mapped < HUGE_STEP && a->memory == NULL ? STEP : HUGE_STEP;
    char *at = a->base + a->mapped;
    size_t words = (a->mapped + step) / a->unit / 64 + 1, have = VEC_COUNT(&a->fresh, uint64_t);

    if (a->mapped == a->most)
        return ERR_LIMIT;
    if (words > have && vec_add(&a->fresh, (words - have) * sizeof(uint64_t)) == NULL)
        return ERR_MEMORY;
    if (a->memory == NULL || !a->memory->map(a->memory->context, at, a->mapped / step)) {
        if (mprotect(at, step, PROT_READ | PROT_WRITE) != 0)
            return ERR_MEMORY;
        if (step == HUGE_STEP)
            madvise(at, step, MADV_HUGEPAGE);
    }
    a->mapped += step;
    return OK;
}

static void put_free(struct arena *a, struct arena_block b)
{
    memcpy(arena_at(a, b.index), &a->free[b.units], sizeof(b.index));
    a->free[b.units] = b.index;
}

/* Pops a free block from its list, or makes one after all others, where the unit after an odd size becomes a
 * free block of its own. */
static enum err pop_free(struct arena *a, unsigned units, uint32_t *index)
{
    if (a->free[units] != 0) {
        *index = a->free[units];
        memcpy(&a->free[units], arena_at(a, *index), sizeof(*index));
        return OK;
    }
    size_t even = units + units % 2;
    if (a->end + even > INDEXES)
        return ERR_LIMIT;
    if ((a->end + even) * a->unit > a->mapped) {
        enum err err = grow(a);
        if (err != OK)
            return err;
    }
    *index = (uint32_t)a->end;
    a->end += even;
    if (even != units)
        put_free(a, (struct arena_block){ *index + units, 1 });
    return OK;
}

enum err arena_add(struct arena *a, unsigned units, uint32_t *index)
{
    struct arena_block *made = vec_add(&a->made, sizeof(*made));

    if (made == NULL)
        return ERR_MEMORY;
    made->units = units;
    enum err err = pop_free(a, units, &made->index);
    if (err != OK) {
        a->made.used -= sizeof(*made);
        return err;
    }
    vec_flip(&a->fresh, made->index);
    memset(arena_at(a, made->index), 0, units * a->unit);
    a->used += units;
    *index = made->index;
    return OK;
}

static void free_block(struct arena *a, struct arena_block b)
{
    if (a->on_free != NULL)
        a->on_free(a->context, b.index);
    put_free(a, b);
    a->used -= b.units;
}

enum err arena_release(struct arena *a, uint32_t index, unsigned units)
{
    struct arena_block b = { index, units };

    if (arena_is_fresh(a, index)) {
        vec_flip(&a->fresh, index);
        free_block(a, b);
        return OK;
    }
    struct arena_retired *r = vec_add(&a->retired, sizeof(*r));
    if (r == NULL)
        return ERR_MEMORY;
    *r = (struct arena_retired){ b, a->generation + 1 };
    a->waiting += units;
    return OK;
}

/* ---- Transactions ---- */

/* Empties a list, and frees its pages if they are more than 1 MiB: most transactions are small. */
static void clear(struct vec *v)
{
    v->used = 0;
    if (v->size > 1 << 20)
        vec_free(v);
}

/* Empties the list of the transaction's blocks. One that it released and made again is in it twice, but fresh
 * only once. */
static void end_fresh(struct arena *a, bool keep)
{
    const struct arena_block *made = a->made.data;

    for (size_t i = 0; i < VEC_COUNT(&a->made, *made); i++) {
        if (!arena_is_fresh(a, made[i].index))
            continue;
        vec_flip(&a->fresh, made[i].index);
        if (!keep)
            free_block(a, made[i]);
    }
    clear(&a->made);
}

void arena_commit(struct arena *a, uint64_t generation)
{
    end_fresh(a, true);
    a->retired_earlier = VEC_COUNT(&a->retired, struct arena_retired);
    a->generation = generation;
}

void arena_abort(struct arena *a)
{
    end_fresh(a, false);
    for (size_t i = a->retired_earlier; i < VEC_COUNT(&a->retired, struct arena_retired); i++)
        a->waiting -= VEC_AT(&a->retired, struct arena_retired, i).block.units;
    a->retired.used = a->retired_earlier * sizeof(struct arena_retired);
}

void arena_reclaim(struct arena *a, uint64_t generation)
{
    struct arena_retired *r = a->retired.data;
    size_t n = 0;

    for (; n < a->retired_earlier && r[n].generation <= generation; n++) {
        a->waiting -= r[n].block.units;
        free_block(a, r[n].block);
    }
    if (n == 0)
        return;
    a->retired_earlier -= n;
    a->retired.used -= n * sizeof(*r);
    memmove(r, r + n, a->retired.used);
    if (a->retired.used == 0)
        clear(&a->retired);
}
