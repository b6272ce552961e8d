/*
 * The editable trie: path copying, for data that changes one prefix at a time while it is being read.
 *
 * An edit copies the nodes on its path into free words of an arena and gives a new root; all else is shared
 * with the versions before, which stay as they were. So any number of edits becomes visible at once, when the
 * caller publishes the new root, and a reader goes on with the version that it has loaded. Layout, look-up,
 * walking and checking are those of lookup.h and trie.h; the root is split (two levels of 256), so that an
 * edit copies some 4 KiB, and a listed host is a skip instead of a fold, so that there are no pairs to count
 * references to: 4 words.
 *
 *     trie_edit_set(arena, &root, ...)            as often as wanted, on one trie of the arena or several
 *     trie_edit_commit(arena, &generation)        they are final; or trie_edit_abort: they never happened
 *     ... publish trie_arena_trie(arena, root), wait until no reader has an older version ...
 *     trie_edit_reclaim(arena, generation)        the words that only older versions used are free again
 *
 * Threads: one thread at a time calls what is declared here. Readers only have struct trie, and may read
 * while the arena grows and changes: words that a version uses neither move nor change until they are
 * reclaimed.
 */
#ifndef TRIE_EDIT_H
#define TRIE_EDIT_H

#include "base/error.h"
#include "trie/lookup.h"

#include <stddef.h>

struct trie_arena;

/* A new arena for at most `most` bytes (rounded up to 2 MiB, up to 32 GiB): so much address space is reserved
 * now, and memory is taken as it fills, first 64 KiB and later 2 MiB at a time. NULL when there is none. */
struct trie_arena *trie_arena_new(size_t most) must_use;

/* Unmaps the arena with all tries in it. No reader is left. NULL: nothing. */
void trie_arena_free(struct trie_arena *a);

/* What readers need for the version that has root `root`. */
struct trie trie_arena_trie(const struct trie_arena *a, uint32_t root);

struct trie_usage {
    size_t
        used; /* bytes of all committed versions since the last reclaim, and of the transaction under way */
    size_t waiting; /* those of them that wait for trie_edit_reclaim */
    size_t mapped;  /* bytes taken from the system; trie_check wants that many words */
};

struct trie_usage trie_arena_usage(const struct trie_arena *a);

/* Adds a trie in which every key has value 0; 2 KiB. Errors as of trie_edit_set. */
enum err trie_edit_new(struct trie_arena *a, uint32_t *root) must_use;

/* Gives every key below the first `bits` bits (0 to 128) of `prefix` the value merge(context, its value).
 * `merge` is called at least once for each different value there, and at most once for each run of keys with
 * equal values in a node; it must not edit the arena.
 *
 * *root becomes the new version's; it is unchanged when no value has changed, and after an error: ERR_LIMIT
 * past the arena's size, ERR_MEMORY. The transaction has then failed, and can only be aborted.
 *
 * O(nodes on the path + nodes in the range): some 1 us for a host, less in a batch, where what the
 * transaction has made itself is not copied again. A prefix shorter than 8 bits may touch all 256 pages of a
 * root. */
enum err trie_edit_set(struct trie_arena *a, uint32_t *root, struct trie_key prefix, unsigned bits,
                       uint32_t (*merge)(void *context, uint32_t old), void *context) must_use;

/* A merge for trie_edit_set that paints over what is there: `context` points at the new value, a uint32_t. */
uint32_t trie_edit_paint(void *context, uint32_t old);

/* Ends the transaction. Afterwards *generation is its number: one more than the last one's. A transaction
 * that has failed is aborted, and its error returned. O(words that it made). */
enum err trie_edit_commit(struct trie_arena *a, uint64_t *generation) must_use;

/* Takes the transaction back; the caller goes on with the roots from before it. */
void trie_edit_abort(struct trie_arena *a);

/* No reader has a version older than `generation` any more: frees what only those used. */
void trie_edit_reclaim(struct trie_arena *a, uint64_t generation);

#endif
