/*
 * The trie on the host: building, batched look-up, walking, and visiting what is below a prefix.
 *
 * Layout and single look-up: lookup.h. A trie is built once, from a stream of ascending changes, and then
 * immutable (the editable one: edit.h). Several tries can share one arena.
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

/* A new builder, or NULL when out of memory. */
struct trie_builder *trie_builder_new(void) must_use;

/* Begins a trie in which every key has value 0. ERR_MEMORY, or ERR_LIMIT beyond 2^32 words. */
enum err trie_build_begin(struct trie_builder *b) must_use;

/* From `key` on, every key has `value`. Keys come in ascending order (asserted in debug builds; the last of
 * equal ones counts). Errors are kept until trie_build_end. Some 10 ns. */
void trie_build_add(struct trie_builder *b, struct trie_key key, uint32_t value);

/* Like adding `value` at `key` and then, at `end`, the value before: for listed hosts, of which each is one
 * change. */
void trie_build_range(struct trie_builder *b, struct trie_key key, struct trie_key end, uint32_t value);

/* Adds a run of IPv4, which may be that of one host alone (trie_walk_hosts). */
void trie_build_run4(struct trie_builder *b, struct trie_key key, uint32_t value);

/* Ends the trie; *root is for struct trie. Errors as of trie_build_begin. */
enum err trie_build_end(struct trie_builder *b, uint32_t *root) must_use;

/* Ends the arena: moves it to *words, which the caller then owns; *pairs is for struct trie. Frees `b`, also
 * on failure. Errors as of trie_build_begin. */
enum err trie_builder_finish(struct trie_builder *b, struct vec *words, uint32_t *pairs) must_use;

/* Frees an unfinished builder (NULL: nothing). */
void trie_builder_free(struct trie_builder *b);

/* ---- Batched look-up ---- */

/* One look-up under way. A step is one dependent cache miss and ends with the prefetch for the next. */
struct trie_probe {
    const struct trie *trie;
    struct trie_key key; /* the rest of it */
    uint64_t entry;
    uint32_t at;       /* next word to read; in a hosts node, the line, or the host found */
    uint32_t value;    /* the result */
    uint8_t stage;     /* enum probe_stage */
    uint8_t slot_half; /* half of the word at `at` that is the entry, in a node of kind HALF; 2: all of it */
};

/* Starts looking up `key`: prefetches its root entry. Any thread that may read the arena, also below. */
static inline void trie_probe_start(struct trie_probe *p, const struct trie *t, struct trie_key key)
{
    p->trie = t;
    p->at = trie_root_at(t, (unsigned)(key.hi >> 48));
    p->key = trie_key_shift(key, TRIE_ROOT_BITS);
    __builtin_prefetch(t->words + p->at);
}

/* Finishes `count` started probes, interleaved; afterwards their `value` is valid. */
hot void trie_probe_finish(struct trie_probe *const *probes, unsigned count);

/* ---- Walking ---- */

struct trie_run {
    struct trie_key key;
    uint32_t value;
};

/* Appends the changes of value within root slot `slot` (keys whose first 16 bits are `slot`) to `runs`
 * (struct trie_run): from the slot's first key on, ascending, neighbours unequal, as trie_build_add takes
 * them. ERR_MEMORY. Some 5 ns a change. */
enum err trie_walk_slot(const struct trie *t, unsigned slot, struct vec *runs) must_use;

/* A bit of a run's key.hi that no key of IPv4 has: the run is that of one host. */
#define TRIE_ALONE (TRIE_HOST_STEP / 2)

/* As trie_walk_slot, of an IPv4 trie, but a host among other keys may be one run: its key.hi has TRIE_ALONE,
 * and after the host the value before it goes on. The last address there is has no such run. Some 2 ns a
 * host. */
enum err trie_walk_hosts(const struct trie *t, unsigned slot, struct vec *runs) must_use;

/* The value of `key`, and the keys *first..*last around it that have this value without a gap, among those
 * with the same first 16 bits. No allocation; 1 us, up to some 50 us in IPv6. */
uint32_t trie_extent(const struct trie *t, struct trie_key key, struct trie_key *first,
                     struct trie_key *last);

/* ---- Below a prefix ---- */

/* Calls `accept` with the values of all keys below the first `bits` bits (0 to 128) of `prefix`, each at
 * least once, in any order, until it returns true; whether it has. Not for queries: O(nodes in the range). */
bool trie_visit(const struct trie *t, struct trie_key prefix, unsigned bits,
                bool (*accept)(void *context, uint32_t value), void *context);

#define TRIE_ANY_BUDGET 64 /* entries that trie_any inspects at most: bounded work for one query */

/* Whether `accept` returns true for the value of some key below the first `bits` bits of `prefix` (16 <= bits
 * <= 128; the rest of it 0). True as well when TRIE_ANY_BUDGET entries do not decide it. */
bool trie_any(const struct trie *t, struct trie_key prefix, unsigned bits,
              bool (*accept)(void *context, uint32_t value), void *context);

/* ---- Checking ---- */

/* Checks the structure of a trie in an arena of `words_count` words: indexes are in bounds, ranks, bitmaps
 * and entries agree, kinds are known, no path is longer than a key. ERR_SYNTAX: `error` names the first
 * fault. */
enum err trie_check(const struct trie *t, size_t words_count, struct error *error) must_use;

#endif
