/*
 * Building a trie octet by octet: the second step of the builder (trie.h), which gives it the changes of one
 * root slot after the other. Internal to trie/.
 *
 * Only the nodes on the path to the last change are open, one per octet. An open node is its list of changes:
 * "from octet p on, this entry". A change at a new key closes the nodes deeper than the first octet in which
 * the key differs from the last one; a closed node is written in its smallest form and becomes an entry of
 * its parent.
 */
#ifndef TRIE_LEVELS_H
#define TRIE_LEVELS_H

#include "trie/encode.h"

enum { FIRST_LEVEL = 2, LEVELS = 16 }; /* a level has the number of the octet it decides on */

/* The listed hosts of the last /24, in no level yet: most likely they are all of it, and fold. */
struct level_hosts {
    unsigned count; /* 0 to TRIE_FOLD_MAX */
    uint32_t value;
    uint64_t prefix; /* the key's first 24 bits */
    uint64_t octets; /* the first in the low byte */
};

struct levels {
    struct encoder encoder;
    uint32_t root;
    unsigned root_next;       /* first root entry not written yet */
    unsigned open;            /* deepest open level; FIRST_LEVEL - 1 when none is */
    uint32_t value;           /* in force at the end of what was added */
    struct trie_key last;     /* key of the last change */
    struct level_hosts hosts; /* after it; if there are some, level 2 is the deepest open one */
    struct level level[LEVELS];
};

/* Begins a trie in which every key has value 0. ERR_MEMORY, or ERR_LIMIT beyond 2^32 words. */
enum err levels_begin(struct levels *b) must_use;

/* As trie_build_add and trie_build_range; keys come in ascending order. */
void levels_add(struct levels *b, struct trie_key key, uint32_t value);
void levels_range(struct levels *b, struct trie_key key, struct trie_key end, uint32_t value);

/* Closes what is open and writes the root's entries before `end`: further keys are in slot `end` or later. */
void levels_close(struct levels *b, unsigned end);

#endif
