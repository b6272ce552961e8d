#include "trie/arena.h"

#include <stdlib.h>
#include <string.h>

#include <sys/mman.h>

enum { STEP = 2 << 20 }; /* bytes: what the arena grows by, a huge page */

struct block {
    uint32_t index;
    uint32_t class;
};

struct retired {
    struct block block;
    uint64_t generation; /* the first that does not use it */
};

static uint32_t class_of(unsigned words)
{
    return words <= 4 ? 0 : (words + 7) / 8;
}

static unsigned class_words(uint32_t class)
{
    return class == 0 ? 4 : class * 8;
}

/* Address space of `size` bytes, aligned to STEP, so that huge pages fit; MAP_FAILED if there is none. */
static void *reserve(size_t size)
{
    char *p = mmap(NULL, size + STEP, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (p == MAP_FAILED)
        return p;
    size_t before = -(uintptr_t)p & (STEP - 1);
    if (before != 0)
        munmap(p, before);
    munmap(p + before + size, STEP - before);
    if (size > STEP) /* a small trie need not have a huge page */
        madvise(p + before + STEP, size - STEP, MADV_HUGEPAGE);
    return p + before;
}

struct trie_arena *trie_arena_new(size_t most)
{
    struct trie_arena *a = calloc(1, sizeof(*a));
    size_t limit = sizeof(uint64_t) << 32, size = most < limit ? (most + STEP - 1) & -(size_t)STEP : limit;

    if (a == NULL)
        return NULL;
    a->words = reserve(size);
    if (a->words == MAP_FAILED) {
        free(a);
        return NULL;
    }
    a->most = size / sizeof(uint64_t);
    a->end = ARENA_ZEROS + TRIE_PAGE; /* mapped with the first block behind it */
    return a;
}

void trie_arena_free(struct trie_arena *a)
{
    if (a == NULL)
        return;
    munmap(a->words, a->most * sizeof(uint64_t));
    vec_free(&a->fresh);
    vec_free(&a->born);
    vec_free(&a->retired);
    free(a);
}

struct trie trie_arena_trie(const struct trie_arena *a, uint32_t root)
{
    return (struct trie){ .words = a->words, .root = root, .split = true };
}

struct trie_usage trie_arena_usage(const struct trie_arena *a)
{
    return (struct trie_usage){ .used = a->used * sizeof(uint64_t),
                                .waiting = a->waiting * sizeof(uint64_t),
                                .mapped = a->mapped * sizeof(uint64_t) };
}

/* ---- Blocks ---- */

static bool fail(struct trie_arena *a, enum err err)
{
    if (a->failed == OK)
        a->failed = err;
    return false;
}

static bool grow(struct trie_arena *a)
{
    if (a->mapped == a->most)
        return fail(a, ERR_LIMIT);
    if (mprotect(a->words + a->mapped, STEP, PROT_READ | PROT_WRITE) != 0)
        return fail(a, ERR_MEMORY);
    if (vec_add(&a->fresh, STEP / sizeof(uint64_t) / 4 / 8) == NULL)
        return fail(a, ERR_MEMORY);
    a->mapped += STEP / sizeof(uint64_t);
    return true;
}

static void put_free(struct trie_arena *a, struct block b)
{
    a->words[b.index] = a->free[b.class];
    a->free[b.class] = b.index;
}

/* A free block, from its list or from behind all others; index 0 after an error. A block never changes its
 * class: those of 4 words come in twos, so that the next one is aligned to 8. */
static struct block take_block(struct trie_arena *a, uint32_t class)
{
    unsigned words = class_words(class == 0 ? 1 : class);
    struct block b = { .index = a->free[class], .class = class };

    if (b.index != 0) {
        a->free[class] = (uint32_t)a->words[b.index];
        return b;
    }
    if (a->end + words > a->mapped && !grow(a))
        return b;
    b.index = (uint32_t)a->end;
    a->end += words;
    if (class == 0)
        put_free(a, (struct block){ b.index + 4, class });
    return b;
}

static void flip_fresh(struct trie_arena *a, uint32_t index)
{
    ((uint64_t *)a->fresh.data)[index / 256] ^= UINT64_C(1) << index / 4 % 64;
}

uint32_t arena_add(struct trie_arena *a, unsigned words)
{
    if (a->failed != OK)
        return 0;
    struct block b = take_block(a, class_of(words));
    if (b.index == 0)
        return 0;
    struct block *noted = vec_add(&a->born, sizeof(*noted));
    if (noted == NULL) {
        put_free(a, b);
        fail(a, ERR_MEMORY);
        return 0;
    }
    *noted = b;
    flip_fresh(a, b.index);
    a->used += class_words(b.class);
    memset(a->words + b.index, 0, words * sizeof(uint64_t));
    return b.index;
}

static void free_block(struct trie_arena *a, struct block b)
{
    put_free(a, b);
    a->used -= class_words(b.class);
}

void arena_release(struct trie_arena *a, uint32_t index, unsigned words)
{
    struct block b = { index, class_of(words) };

    if (arena_is_fresh(a, index)) {
        flip_fresh(a, index);
        free_block(a, b);
        return;
    }
    struct retired *r = vec_add(&a->retired, sizeof(*r));
    if (r == NULL) {
        fail(a, ERR_MEMORY); /* the block stays in use, as it is after the abort that must follow */
        return;
    }
    *r = (struct retired){ b, a->generation + 1 };
    a->waiting += class_words(b.class);
}

/* ---- Transactions ---- */

/* Empties a list, and gives its pages back when they are many. */
static void clear(struct vec *v)
{
    v->used = 0;
    if (v->size > 1 << 20)
        vec_free(v);
}

enum err trie_edit_commit(struct trie_arena *a, uint64_t *generation)
{
    enum err failed = a->failed;
    const struct block *born = a->born.data;

    if (failed != OK) {
        trie_edit_abort(a);
        return failed;
    }
    for (size_t i = 0; i < VEC_COUNT(&a->born, *born); i++)
        if (arena_is_fresh(a, born[i].index))
            flip_fresh(a, born[i].index);
    clear(&a->born);
    a->retired_earlier = VEC_COUNT(&a->retired, struct retired);
    *generation = ++a->generation;
    return OK;
}

void trie_edit_abort(struct trie_arena *a)
{
    const struct block *born = a->born.data;
    const struct retired *r = a->retired.data;

    for (size_t i = 0; i < VEC_COUNT(&a->born, *born); i++) {
        if (arena_is_fresh(a, born[i].index)) { /* one that was born twice is freed once */
            flip_fresh(a, born[i].index);
            free_block(a, born[i]);
        }
    }
    clear(&a->born);
    for (size_t i = a->retired_earlier; i < VEC_COUNT(&a->retired, *r); i++)
        a->waiting -= class_words(r[i].block.class);
    a->retired.used = a->retired_earlier * sizeof(*r);
    a->failed = OK;
}

void trie_edit_reclaim(struct trie_arena *a, uint64_t generation)
{
    struct retired *r = a->retired.data;
    size_t n = 0;

    for (; n < a->retired_earlier && r[n].generation <= generation; n++) {
        free_block(a, r[n].block);
        a->waiting -= class_words(r[n].block.class);
    }
    if (n == 0)
        return;
    a->retired_earlier -= n;
    a->retired.used -= n * sizeof(*r);
    memmove(r, r + n, a->retired.used);
    if (a->retired.used == 0)
        clear(&a->retired);
}
