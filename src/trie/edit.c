/*
 * Editing by path copying.
 *
 * An edit opens the nodes on its path into levels (node.h) on the stack, changes the octets of its range, and
 * closes them again bottom-up. A skip is opened one octet at a time: what is left of it becomes a skip for
 * the time being, which the next step opens, or which stays when the path leaves it here. Closing joins them.
 */
#include "trie/arena.h"
#include "trie/node.h"

#include <string.h>

struct trie_edit {
    struct trie_arena *arena;
    uint32_t (*merge)(void *context, uint32_t old);
    void *context;
};

/* ---- Entries ---- */

static uint64_t add_skip(struct trie_arena *a, uint64_t fallback, unsigned n, uint64_t octets,
                         uint64_t inside)
{
    uint32_t index = arena_add(a, TRIE_SKIP_WORDS);

    if (index == 0)
        return 0;
    uint64_t *skip = a->words + index;
    skip[0] = fallback | n;
    skip[1] = octets;
    skip[2] = inside;
    return (uint64_t)index << 32 | TRIE_SKIP;
}

/* Releases what the entry itself points at, not what lies below. */
static void release(struct trie_arena *a, uint64_t entry)
{
    const uint64_t *at = a->words + (entry >> 32);
    unsigned slots = 0, words = TRIE_SKIP_WORDS;

    if (is_leaf(entry))
        return;
    if ((entry & TRIE_TAG) == TRIE_NODE) {
        for (unsigned i = 1; i < TRIE_NODE_HEAD; i++)
            slots += trie_popcount(at[i]);
        slots = at[0] & TRIE_SAME ? 1 : slots;
        words = TRIE_NODE_HEAD + (at[0] & TRIE_HALF ? (slots + 1) / 2 : slots);
    }
    arena_release(a, (uint32_t)(entry >> 32), words);
}

static void open_node(const uint64_t *node, struct level *l)
{
    uint64_t head = node[0], fallback = head >> 32 << 32;
    unsigned slot = 0;

    level_put(l, 0, fallback);
    for (unsigned w = 0; w < 4; w++) {
        for (uint64_t bits = node[1 + w]; bits != 0; bits &= bits - 1) {
            unsigned p = w * 64 + (unsigned)__builtin_ctzll(bits);
            level_put(l, p, trie_node_get(node, head, slot));
            slot += (head & TRIE_SAME) == 0;
            if (!(head & TRIE_RUNS) && p < 255)
                level_put(l, p + 1, fallback);
        }
    }
}

static void open_skip(struct trie_arena *a, const uint64_t *skip, struct level *l)
{
    uint64_t fallback = skip[0] >> 32 << 32, inside = skip[2];
    unsigned n = skip[0] & 0xff, octet = (unsigned)(skip[1] >> 56);

    if (n > 1)
        inside = add_skip(a, fallback, n - 1, skip[1] << 8, inside);
    level_put(l, 0, fallback);
    level_put(l, octet, inside);
    if (octet < 255)
        level_put(l, octet + 1, fallback);
}

static void open_entry(struct trie_arena *a, uint64_t entry, struct level *l)
{
    const uint64_t *at = a->words + (entry >> 32);

    l->count = 0;
    if (is_leaf(entry))
        level_put(l, 0, entry);
    else if ((entry & TRIE_TAG) == TRIE_NODE)
        open_node(at, l);
    else
        open_skip(a, at, l);
}

/* The level of an opened skip will not be used: releases the skip that opening it has made. */
static void discard_skip(struct trie_arena *a, uint64_t entry, const struct level *l)
{
    if ((entry & TRIE_TAG) == TRIE_SKIP && (a->words[entry >> 32] & 0xff) > 1)
        release(a, l->entry[is_leaf(l->entry[0])]);
}

/* One octet goes on with an entry of its own, all others have the leaf `most`. */
static uint64_t close_skip(struct trie_arena *a, const struct level *l, uint64_t most)
{
    unsigned i = l->entry[0] == most;
    uint64_t octet = (uint64_t)l->from[i] << 56, inside = l->entry[i];
    const uint64_t *skip = a->words + (inside >> 32);

    if ((inside & TRIE_TAG) != TRIE_SKIP || skip[0] >> 32 << 32 != most || (skip[0] & 0xff) == TRIE_SKIP_MAX)
        return add_skip(a, most, 1, octet, inside);
    uint64_t joined = add_skip(a, most, (skip[0] & 0xff) + 1, skip[1] >> 8 | octet, skip[2]);
    release(a, inside);
    return joined;
}

static uint64_t close_level(struct trie_arena *a, const struct level *l)
{
    if (l->count == 1)
        return l->entry[0];
    struct level_summary s = node_summarise(l);
    if (s.covered == 255)
        return close_skip(a, l, s.most);
    struct node_form form = node_choose(l, &s);
    uint32_t index = arena_add(a, form.words);
    if (index == 0)
        return 0;
    node_write(a->words + index, l, &form);
    return (uint64_t)index << 32 | TRIE_NODE;
}

/* ---- Editing ---- */

/* The entry that takes the place of `entry` when the keys below it that begin with the first `bits` bits of
 * `key` are merged; `entry` itself if no value changes. The recursion is as deep as a key is long. */
static uint64_t edit_entry(const struct trie_edit *e, uint64_t entry, struct trie_key key, unsigned bits)
{
    unsigned span = bits < 8 ? 256u >> bits : 1, first = (unsigned)(key.hi >> 56) & ~(span - 1);
    struct level before, after;
    bool changed = false;

    if (bits == 0 && is_leaf(entry))
        return trie_leaf(e->merge(e->context, (uint32_t)(entry >> 32)));
    after.count = 0; /* and no initializer, which would clear all of it */
    open_entry(e->arena, entry, &before);
    if (e->arena->failed != OK)
        return entry; /* the level may lack a skip */
    for (unsigned i = 0; i < before.count; i++) {
        unsigned from = before.from[i], end = level_end(&before, i);
        uint64_t old = before.entry[i];
        if (from < first || from >= first + span)
            level_put(&after, from, old);
        if (end <= first || from >= first + span)
            continue;
        uint64_t new = edit_entry(e, old, trie_key_shift(key, 8), bits < 8 ? 0 : bits - 8);
        level_put(&after, from < first ? first : from, new);
        if (end > first + span)
            level_put(&after, first + span, old);
        changed |= new != old;
    }
    if (!changed) {
        discard_skip(e->arena, entry, &before);
        return entry;
    }
    uint64_t closed = close_level(e->arena, &after);
    release(e->arena, entry);
    return closed;
}

/* A page, or a root, that the transaction may write: itself if it is fresh, or else a copy in its place. */
static uint32_t own_page(struct trie_arena *a, uint32_t index)
{
    if (index != ARENA_ZEROS && arena_is_fresh(a, index))
        return index;
    uint32_t copy = arena_add(a, TRIE_PAGE);
    if (copy == 0 || index == ARENA_ZEROS)
        return copy;
    memcpy(a->words + copy, a->words + index, TRIE_PAGE * sizeof(uint64_t));
    arena_release(a, index, TRIE_PAGE);
    return copy;
}

static void put_slot(struct trie_arena *a, uint32_t *root, unsigned slot, uint64_t entry)
{
    uint32_t page = own_page(a, (uint32_t)a->words[*root + (slot >> 8)]);

    *root = own_page(a, *root);
    if (a->failed != OK)
        return;
    a->words[page + (slot & 0xff)] = entry;
    if (entry == 0 && memcmp(a->words + page, a->words + ARENA_ZEROS, TRIE_PAGE * sizeof(uint64_t)) == 0) {
        arena_release(a, page, TRIE_PAGE);
        page = ARENA_ZEROS;
    }
    a->words[*root + (slot >> 8)] = page;
}

enum err trie_edit_new(struct trie_arena *a, uint32_t *root)
{
    uint32_t index = arena_add(a, TRIE_PAGE);
    if (index != 0)
        *root = index;
    return a->failed;
}

enum err trie_edit_set(struct trie_arena *a, uint32_t *root, struct trie_key prefix, unsigned bits,
                       uint32_t (*merge)(void *context, uint32_t old), void *context)
{
    struct trie_edit e = { a, merge, context };
    unsigned span = bits < TRIE_ROOT_BITS ? (unsigned)TRIE_ROOT_SIZE >> bits : 1;
    unsigned first = (unsigned)(prefix.hi >> 48) & ~(span - 1);
    struct trie t = trie_arena_trie(a, *root);

    for (unsigned slot = first; slot < first + span && a->failed == OK; slot++) {
        uint64_t old = t.words[trie_root_at(&t, slot)];
        uint64_t new = edit_entry(&e, old, trie_key_shift(prefix, TRIE_ROOT_BITS),
                                  bits < TRIE_ROOT_BITS ? 0 : bits - TRIE_ROOT_BITS);
        if (new != old)
            put_slot(a, &t.root, slot, new);
    }
    if (a->failed == OK)
        *root = t.root;
    return a->failed;
}

uint32_t trie_edit_paint(void *context, uint32_t old)
{
    (void)old;
    return *(const uint32_t *)context;
}
