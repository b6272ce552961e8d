/*
 * The trie on the host: building, batched look-up, walking, and questions about what lies below a prefix.
 *
 * Layout and single look-up: lookup.h. A trie is built once, from a stream of ascending changes, and never
 * edited (edit.h has the one that is). Several tries can share one arena.
 */
#ifndef TRIE_TRIE_H
#define TRIE_TRIE_H

#include "base/error.h"
#include "base/vec.h"
#include "trie/lookup.h"

#include <stddef.h>

/* ---- Building ---- */

/* Builds tries into one arena, one after the other. Owned by one thread. */
struct trie_builder;

/* A new builder, or NULL when memory is out. */
struct trie_builder *trie_builder_new(void) must_use;

/* Begins a trie in which every key has value 0. */
enum err trie_build_begin(struct trie_builder *b) must_use;

/* From `key` on, every key has `value`. Keys must come in ascending order (asserted in debug builds; of equal
 * ones the last counts). Errors are kept until trie_build_end. Some 10 ns. */
void trie_build_add(struct trie_builder *b, struct trie_key key, uint32_t value);

/* The same as adding `value` at `key` and then, at `end`, the value before: what a listed host is. */
void trie_build_range(struct trie_builder *b, struct trie_key key, struct trie_key end, uint32_t value);

/* Ends the trie; *root is what struct trie wants. ERR_MEMORY, or ERR_LIMIT past 2^32 words. */
enum err trie_build_end(struct trie_builder *b, uint32_t *root) must_use;

/* Ends the arena: moves it to *words (then the caller's), *pairs being what struct trie wants; frees `b`. */
enum err trie_builder_finish(struct trie_builder *b, struct vec *words, uint32_t *pairs) must_use;

/* Frees an unfinished builder (NULL: nothing). */
void trie_builder_free(struct trie_builder *b);

/* ---- Batched look-up ---- */

/* One look-up under way: a step is one dependent cache miss, and ends with the prefetch for the next. */
struct trie_probe {
    const struct trie *trie;
    struct trie_key key; /* what is left of it */
    uint64_t entry;
    uint32_t at;    /* word to be read next */
    uint32_t value; /* the result */
    uint8_t stage;
    uint8_t slot_half;
};

/* Starts looking up `key`; prefetches its root entry. */
void trie_probe_start(struct trie_probe *p, const struct trie *t, struct trie_key key);

/* Finishes `count` started probes, interleaved: their `value`s are valid afterwards. */
void trie_probe_finish(struct trie_probe *const *probes, unsigned count);

/* ---- Walking ---- */

struct trie_run {
    struct trie_key key;
    uint32_t value;
};

/* Appends the changes of value within root slot `slot` (keys whose first 16 bits are `slot`) to `runs`
 * (struct trie_run), beginning with the slot's first key, ascending, neighbours unequal: what trie_build_add
 * takes. ERR_MEMORY. Some 5 ns a change. */
enum err trie_walk_slot(const struct trie *t, unsigned slot, struct vec *runs) must_use;

/* The value of `key`, and *first .. *last (all bits of it that are not looked at set): the keys around it, of
 * those whose first 16 bits are the same, that have this value without a gap. No allocation; 1 us, up to some
 * 50 in IPv6. */
uint32_t trie_extent(const struct trie *t, struct trie_key key, struct trie_key *first,
                     struct trie_key *last);

/* ---- Below a prefix ---- */

/* Gives `take` the values of all keys below the first `bits` bits (0 to 128) of `prefix`, each at least once
 * and neighbours seldom twice, until it returns true; whether it has. Not for queries: O(nodes in the range).
 */
bool trie_visit(const struct trie *t, struct trie_key prefix, unsigned bits,
                bool (*take)(void *context, uint32_t value), void *context);

#define TRIE_ANY_BUDGET 64 /* entries that one question looks at */

/* Whether some key below the first `bits` bits of `prefix` (16 <= bits <= 128; the rest of it 0) has a value
 * that `accept` takes. Looks at TRIE_ANY_BUDGET entries at most and answers true when that is not enough. */
bool trie_any(const struct trie *t, struct trie_key prefix, unsigned bits,
              bool (*accept)(const void *context, uint32_t value), const void *context);

/* ---- Checking ---- */

/* Checks the structure of a trie in an arena of `words_count` words: indexes in bounds, ranks, bitmaps and
 * entries agreeing, kinds known, no path longer than a key. ERR_SYNTAX and a text about the first fault. */
enum err trie_check(const struct trie *t, size_t words_count, struct error *error) must_use;

#endif
