#include "trie/arena.h"

#include <stdlib.h>

static const size_t UNIT_BYTES = TRIE_ARENA_UNIT * sizeof(uint64_t);

struct trie_arena *trie_arena_new(size_t most)
{
    return trie_arena_new_in(most, NULL);
}

struct trie_arena *trie_arena_new_in(size_t most, const struct arena_memory *memory)
{
    const size_t limit = sizeof(uint64_t) << 32; /* what word indexes reach */
    struct trie_arena *a = calloc(1, sizeof(*a));

    if (a == NULL)
        return NULL;
    a->blocks.memory = memory;
    if (arena_open(&a->blocks, most < limit ? most : limit, UNIT_BYTES,
                   (TRIE_ZEROS + TRIE_PAGE) / TRIE_ARENA_UNIT) != OK) {
        free(a);
        return NULL;
    }
    a->words = (uint64_t *)(void *)a->blocks.base;
    return a;
}

void trie_arena_free(struct trie_arena *a)
{
    if (a == NULL)
        return;
    arena_close(&a->blocks);
    free(a);
}

struct trie trie_arena_trie(const struct trie_arena *a, uint32_t root)
{
    return (struct trie){ .words = a->words, .root = root, .split = true };
}

struct trie_usage trie_arena_usage(const struct trie_arena *a)
{
    return (struct trie_usage){ .used = a->blocks.used * UNIT_BYTES,
                                .waiting = a->blocks.waiting * UNIT_BYTES,
                                .mapped = a->blocks.mapped };
}

/* ---- Blocks ---- */

static unsigned units_of(unsigned words)
{
    return words <= TRIE_ARENA_UNIT ? 1 : (words + 7) / 8 * 2;
}

uint32_t trie_arena_add(struct trie_arena *a, unsigned words)
{
    uint32_t index;

    if (a->failed == OK)
        a->failed = arena_add(&a->blocks, units_of(words), &index);
    return a->failed == OK ? index * TRIE_ARENA_UNIT : 0;
}

void trie_arena_release(struct trie_arena *a, uint32_t index, unsigned words)
{
    enum err err = arena_release(&a->blocks, index / TRIE_ARENA_UNIT, units_of(words));

    if (a->failed == OK)
        a->failed = err; /* the block stays in use, as it is after the abort that must follow */
}

/* ---- Transactions ---- */

enum err trie_edit_commit(struct trie_arena *a, uint64_t *generation)
{
    enum err failed = a->failed;

    if (failed != OK) {
        trie_edit_abort(a);
        return failed;
    }
    *generation = a->blocks.generation + 1;
    arena_commit(&a->blocks, *generation);
    return OK;
}

void trie_edit_abort(struct trie_arena *a)
{
    arena_abort(&a->blocks);
    a->failed = OK;
}

void trie_edit_reclaim(struct trie_arena *a, uint64_t generation)
{
    arena_reclaim(&a->blocks, generation);
}
