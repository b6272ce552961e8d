/* Whether a trie holds what its model says. */
#ifndef SUPPORT_TRIE_COMPARE_H
#define SUPPORT_TRIE_COMPARE_H

#include "support/trie_model.h"

/* Compares structure, look-ups, walks and searches at and around the model's edges (trie_model_edges);
 * returns what is wrong, or NULL. */
const char *trie_compare(const struct trie *t, size_t words_count, const struct trie_model *m,
                         const u128 *edges, unsigned n);

#endif
