/*
 * Writing closed nodes into the arena, each in its smallest form. Internal to trie/.
 */
#ifndef TRIE_ENCODE_H
#define TRIE_ENCODE_H

#include "base/error.h"
#include "base/vec.h"
#include "trie/node.h"

struct encoder {
    struct vec words, pairs;
    struct vec pair_slots; /* open addressing: pair number + 1 */
    uint64_t last_pair;
    uint32_t last_pair_id;
    enum err failed; /* the first error; nothing is written after it */
};

/* Adds `count` words that read as zeros; NULL after an error. */
uint64_t *encode_add(struct encoder *e, size_t count, uint32_t *index);

/* Words 0 to 4 of a node are read together: makes them stand in one cache line. */
void encode_align(struct encoder *e);

/* Writes a node and returns the entry for it. */
uint64_t encode_close(struct encoder *e, const struct level *l);

void encode_free(struct encoder *e);

bool encode_find_pair(struct encoder *e, uint64_t pair, uint32_t *id);

/* The number of a pair; false when there are too many to fold. */
static inline bool encoder_pair(struct encoder *e, uint32_t in, uint32_t out, uint32_t *id)
{
    uint64_t pair = (uint64_t)out << 32 | in;

    if (pair != e->last_pair || e->pairs.used == 0)
        return encode_find_pair(e, pair, id);
    *id = e->last_pair_id;
    return true;
}

#endif
