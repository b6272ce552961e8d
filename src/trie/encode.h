/*
 * Writing closed nodes into the arena, each in its smallest form. Internal to trie/.
 */
#ifndef TRIE_ENCODE_H
#define TRIE_ENCODE_H

#include "base/error.h"
#include "base/hash_index.h"
#include "trie/node.h"

struct encoder {
    struct vec words, pairs;
    struct hash_index pair_index;
    uint64_t last_pair;
    uint32_t last_pair_id;
    enum err failed; /* the first error; nothing is written after it */
};

/* Adds `count` zeroed words; NULL after an error. */
uint64_t *encode_add(struct encoder *e, size_t count, uint32_t *index);

/* Aligns so that words 0 to 4 of the next node, which are read together, are in one cache line. */
void encode_align(struct encoder *e);

/* Aligns so that the next `words` words are in one cache line, or begin one. */
void encode_line(struct encoder *e, unsigned words);

/* Writes a node in its smallest form and returns its entry; after an error, any entry. */
uint64_t encode_close(struct encoder *e, const struct level *l);

void encode_free(struct encoder *e);

/* encode_pair for another pair than last time. */
bool encode_intern_pair(struct encoder *e, uint64_t pair, uint32_t *id);

/* Gives the number of a pair. False if there are too many or memory is out: then nothing folds. */
static inline bool encode_pair(struct encoder *e, uint32_t in, uint32_t out, uint32_t *id)
{
    uint64_t pair = (uint64_t)out << 32 | in;

    if (pair != e->last_pair || e->pairs.used == 0)
        return encode_intern_pair(e, pair, id);
    *id = e->last_pair_id;
    return true;
}

#endif
