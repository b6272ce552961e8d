/*
 * The editable trie: path copying, for data that changes one prefix at a time while it is read.
 *
 * An edit copies the nodes on its path into free words of an arena and gives a new root; the rest is shared
 * with the earlier versions, which do not change. So any number of edits becomes visible at once, when the
 * caller publishes the new root, and a reader keeps the version that it has loaded. Layout, look-up, walking
 * and checking are those of lookup.h and trie.h. The root is split (two levels of 256), so that an edit
 * copies some 4 KiB; and a listed host is a skip, 4 words, instead of a fold, so that no references to pairs
 * need counting.
 *
 *     trie_edit_set(arena, &root, ...)          any number of times, on one or several tries of the arena
 *     trie_edit_commit(arena, &generation)      or trie_edit_abort: nothing has changed
 *     ... publish trie_arena_trie(arena, root), wait until no reader has an older version ...
 *     trie_edit_reclaim(arena, generation)      frees the words that only older versions used
 *
 * Threads: one thread at a time calls these functions. Readers only have struct trie, and may read while the
 * arena grows and changes: words that a version uses neither move nor change until they are reclaimed.
 */
#ifndef TRIE_EDIT_H
#define TRIE_EDIT_H

#include "base/error.h"
#include "trie/lookup.h"

#include <stddef.h>

struct trie_arena;

/* A new arena for at most `most` bytes (rounded up to 2 MiB, up to 32 GiB): so much address space is reserved
 * now; memory is mapped when it is needed, first 64 KiB and later 2 MiB at a time. NULL: out of memory. */
struct trie_arena *trie_arena_new(size_t most) must_use;

struct arena_memory; /* base/arena.h */

/* Likewise with memory from elsewhere; `memory` is used as long as the arena grows. NULL: the system's. */
struct trie_arena *trie_arena_new_in(size_t most, const struct arena_memory *memory) must_use;

/* Unmaps the arena with all tries in it; no reader is left. NULL: nothing. */
void trie_arena_free(struct trie_arena *a);

/* The version with root `root`, for readers. */
struct trie trie_arena_trie(const struct trie_arena *a, uint32_t root);

struct trie_usage {
    size_t used;    /* bytes of the committed versions since the last reclaim, and of the transaction */
    size_t waiting; /* of those: bytes that wait for trie_edit_reclaim */
    size_t mapped;  /* bytes that can be read; in words, they are the words_count of trie_check */
};

struct trie_usage trie_arena_usage(const struct trie_arena *a);

/* Adds a trie in which every key has value 0: 2 KiB. Errors as of trie_edit_set. */
enum err trie_edit_new(struct trie_arena *a, uint32_t *root) must_use;

/* Gives every key below the first `bits` bits (0 to 128) of `prefix` the value merge(context, its value).
 * `merge` is called at least once for each different value there, and at most once for each run of keys with
 * equal values in a node; it must not edit the arena.
 *
 * *root becomes the new version's; it is unchanged if no value changes, and after an error: ERR_LIMIT beyond
 * the arena's size, ERR_MEMORY. The transaction has then failed: it can only be aborted.
 *
 * O(nodes on the path + nodes in the range): some 1 us for a host, less in a large transaction, which does
 * not copy again what it has made itself. A prefix shorter than 8 bits may touch all 256 pages of a root. */
enum err trie_edit_set(struct trie_arena *a, uint32_t *root, struct trie_key prefix, unsigned bits,
                       uint32_t (*merge)(void *context, uint32_t old), void *context) must_use;

/* A merge for trie_edit_set that replaces what is there: `context` points at the new value, a uint32_t. */
uint32_t trie_edit_replace(void *context, uint32_t old);

/* Ends the transaction; *generation is its number, one more than the last one's. A transaction that has
 * failed is aborted, and its error returned. O(blocks that it made). */
enum err trie_edit_commit(struct trie_arena *a, uint64_t *generation) must_use;

/* Undoes the transaction; the caller goes on with the roots before it. */
void trie_edit_abort(struct trie_arena *a);

/* No reader has a version older than `generation` any more: frees what only those used. */
void trie_edit_reclaim(struct trie_arena *a, uint64_t generation);

#endif
