/*
 * Editing by path copying.
 *
 * An edit copies the nodes on its path into levels (node.h) on the stack, with the octets of its range
 * changed, and closes them bottom-up. A skip is a level for each of its octets; where the path leaves it,
 * what is left of it becomes a skip of its own. Closing joins skips again.
 */
#include "trie/arena.h"
#include "trie/child.h"
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
    uint32_t index = trie_arena_add(a, TRIE_SKIP_WORDS);

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

    if (trie_is_leaf(entry))
        return;
    if ((entry & TRIE_TAG) == TRIE_NODE) {
        for (unsigned i = 1; i < TRIE_NODE_HEAD; i++)
            slots += trie_popcount(at[i]);
        slots = at[0] & TRIE_SAME ? 1 : slots;
        words = TRIE_NODE_HEAD + (at[0] & TRIE_HALF ? (slots + 1) / 2 : slots);
    }
    trie_arena_release(a, (uint32_t)(entry >> 32), words);
}

/* The entry of what is left of a skip whose first octets are skipped. */
static uint64_t add_rest(struct trie_arena *a, struct subtree s)
{
    const uint64_t *skip = a->words + (s.entry >> 32);
    return add_skip(a, skip[0] >> 32 << 32, (unsigned)(skip[0] & 0xff) - s.skipped, skip[1] << 8 * s.skipped,
                    skip[2]);
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
    uint32_t index = trie_arena_add(a, form.words);
    if (index == 0)
        return 0;
    node_write(a->words + index, l, &form);
    return (uint64_t)index << 32 | TRIE_NODE;
}

/* ---- Editing ---- */

/* The entry that takes the place of `s` when those of its keys that begin with the first `bits` bits of `key`
 * are merged; s.entry if no value changes. The recursion is as deep as a key is long. */
static uint64_t edit_subtree(const struct trie_edit *e, struct subtree s, struct trie_key key, unsigned bits)
{
    unsigned span = bits < 8 ? 256u >> bits : 1, first = (unsigned)(key.hi >> 56) & ~(span - 1);
    struct trie t = { .words = e->arena->words, .split = true };
    struct level after;
    bool changed = false;

    if (bits == 0 && trie_is_leaf(s.entry))
        return trie_leaf(e->merge(e->context, (uint32_t)(s.entry >> 32)));
    after.count = 0; /* and no initializer, which would clear all of it */
    for (struct children c = children_of(&t, s, 0); children_next(&c);) {
        uint64_t old = c.child.entry;
        if (c.from < first || c.from >= first + span)
            level_add(&after, c.from, old);
        if (c.end <= first || c.from >= first + span)
            continue;
        uint64_t new = edit_subtree(e, c.child, trie_key_shift(key, 8), bits < 8 ? 0 : bits - 8);
        level_add(&after, c.from < first ? first : c.from, new);
        if (c.end > first + span)
            level_add(&after, first + span, old);
        changed |= new != old;
    }
    if (!changed)
        return s.entry;
    for (unsigned i = 0; (s.entry & TRIE_TAG) == TRIE_SKIP && i < after.count; i++)
        if (after.entry[i] == s.entry) /* what is left of the skip does not change */
            after.entry[i] =
                add_rest(e->arena, (struct subtree){ .entry = s.entry, .skipped = s.skipped + 1 });
    uint64_t closed = close_level(e->arena, &after);
    if (s.skipped == 0)
        release(e->arena, s.entry);
    return closed;
}

/* A page, or a root, that the transaction may write: itself if it is fresh, or else a copy in its place. */
static uint32_t own_page(struct trie_arena *a, uint32_t index)
{
    if (index != TRIE_ZEROS && trie_arena_is_fresh(a, index))
        return index;
    uint32_t copy = trie_arena_add(a, TRIE_PAGE);
    if (copy == 0 || index == TRIE_ZEROS)
        return copy;
    memcpy(a->words + copy, a->words + index, TRIE_PAGE * sizeof(uint64_t));
    trie_arena_release(a, index, TRIE_PAGE);
    return copy;
}

static void put_slot(struct trie_arena *a, uint32_t *root, unsigned slot, uint64_t entry)
{
    uint32_t page = own_page(a, (uint32_t)a->words[*root + (slot >> 8)]);

    *root = own_page(a, *root);
    if (a->failed != OK)
        return;
    a->words[page + (slot & 0xff)] = entry;
    if (entry == 0 && memcmp(a->words + page, a->words + TRIE_ZEROS, TRIE_PAGE * sizeof(uint64_t)) == 0) {
        trie_arena_release(a, page, TRIE_PAGE);
        page = TRIE_ZEROS;
    }
    a->words[*root + (slot >> 8)] = page;
}

enum err trie_edit_new(struct trie_arena *a, uint32_t *root)
{
    uint32_t index = trie_arena_add(a, TRIE_PAGE);
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
        uint64_t new =
            edit_subtree(&e, (struct subtree){ .entry = old }, trie_key_shift(prefix, TRIE_ROOT_BITS),
                         bits < TRIE_ROOT_BITS ? 0 : bits - TRIE_ROOT_BITS);
        if (new != old)
            put_slot(a, &t.root, slot, new);
    }
    if (a->failed == OK)
        *root = t.root;
    return a->failed;
}

uint32_t trie_edit_replace(void *context, uint32_t old)
{
    (void)old;
    return *(const uint32_t *)context;
}
