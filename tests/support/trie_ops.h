/*
 * Bytes decoded into operations on a trie, which is compared with its model (trie_model.h).
 *
 * The editable trie is run through transactions of edits, commits, aborts and reclaims. Some old versions are
 * kept. A version is compared when it is the oldest and about to be dropped: after everything that later
 * transactions did to the nodes that they share. At the end all values are set to 0, and no memory may be
 * left in use.
 */
#ifndef SUPPORT_TRIE_OPS_H
#define SUPPORT_TRIE_OPS_H

#include <stddef.h>
#include <stdint.h>

/* Builds a trie at once. A fault (0: none) says which word of it is damaged. Returns what is wrong, or NULL.
 */
const char *trie_ops_run_build(const uint8_t *bytes, size_t size, uint64_t fault);

enum trie_fault { TRIE_NO_FAULT, TRIE_FAULT_EARLY_RECLAIM, TRIE_FAULT_LOST_EDIT };

/* Edits a trie, with an enum trie_fault. Returns what is wrong, or NULL. */
const char *trie_ops_run_edits(const uint8_t *bytes, size_t size, uint64_t fault);

#endif
