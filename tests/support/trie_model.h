/*
 * A model of the trie: prefixes painted one over the other, in a list that is read by linear scan.
 *
 * Octets come from a small palette, so that prefixes nest, touch and fill nodes.
 */
#ifndef SUPPORT_TRIE_MODEL_H
#define SUPPORT_TRIE_MODEL_H

#include "support/input.h"
#include "support/u128.h"
#include "trie/trie.h"

/* Changes the values of a range of keys: to (old & keep) ^ value. */
struct trie_paint {
    u128 first, last;
    uint32_t value, keep;
};

enum { TRIE_MODEL_PAINTS = 600, TRIE_MODEL_EDGES = 2 * TRIE_MODEL_PAINTS + 1 };

struct trie_model {
    unsigned bits; /* of a key: 32 or 128 */
    unsigned count;
    struct trie_paint paint[TRIE_MODEL_PAINTS];
};

/* One operation: a prefix and a value. It may begin as the prefix before it, so that small inputs reach deep.
 */
struct trie_paint trie_model_decode_paint(struct input *in, const struct trie_model *m);

/* Replaces the model by the operations that `bytes` say. */
void trie_model_decode(struct trie_model *m, const uint8_t *bytes, size_t size);

/* The new value of a key in the range. */
uint32_t trie_model_paint(const struct trie_paint *p, uint32_t old);

/* The value of a key. */
uint32_t trie_model_lookup(const struct trie_model *m, u128 key);

/* Writes the keys at which values may change, ascending: 0, the starts, and the keys after the ends. `edges`
 * has room for TRIE_MODEL_EDGES. Returns how many. */
unsigned trie_model_edges(const struct trie_model *m, u128 *edges);

struct trie_built {
    struct vec words;
    struct trie trie;
};

/* The trie of a model with its edges; vec_free(&words) frees it. */
struct trie_built trie_model_build(const u128 *edges, unsigned n, const struct trie_model *m);

#endif
