/*
 * Resolving the overlaps of one set's address entries: a sweep over them in key order gives a stream of
 * changes.
 *
 * The sweep holds the entries that cover the current key: of each level one a value, so that there are at
 * most as many as the levels have values there (SET_MAX_VALUES). At each key where one begins or ends it
 * gives the *state* from there on: 0 for nothing, else the set's values there (sweepline_values). Overlap
 * rules: list/set.h, enum set_overlap.
 */
#ifndef VIEW_SWEEPLINE_H
#define VIEW_SWEEPLINE_H

#include "base/error.h"
#include "list/intern.h"
#include "list/set.h"
#include "trie/trie.h"

struct sweepline_item {
    trie_number first, last;
    uint32_t value;
    uint8_t level; /* the deepest level that covers a key decides */
};

struct sweepline {
    const struct set_data *set;
    bool ipv6;
    size_t next, count;                                   /* entries */
    const uint32_t *host, *host_end, *hosts;              /* IPv4: the next host, their end, the first */
    const struct host_value *host_value, *host_value_end; /* the run that `host` is in, their end */
    struct vec active; /* struct sweepline_item, by level and value: those that cover the current key */
    struct vec list;   /* uint32_t: the state at hand */
    struct vec lists;  /* uint32_t, of states of several values: a count and as many value numbers each */
    struct intern list_index;
    bool unended; /* what was written last has no end, as the next entry begins there */
    bool failed;  /* memory ran out */
};

/* Begins to sweep the IPv4 or IPv6 entries of `set`; sweepline_end is due. */
void sweepline_begin(struct sweepline *s, const struct set_data *set, bool ipv6);

/* Writes the next changes, at most `most` >= 2, to `out`: a key and the state from there on, or, of IPv4 with
 * TRIE_ALONE, that of one address (trie.h). Returns how many; 0 at the end. Some 3 ns a change where nothing
 * overlaps. */
size_t sweepline_fill(struct sweepline *s, struct trie_run *out, size_t most);

/* The value numbers of a state, in the order in which the set first names them; returns how many. *values is
 * valid until the thread's next call of a sweepline function. */
unsigned sweepline_values(const struct sweepline *s, uint32_t state, const uint32_t **values);

void sweepline_end(struct sweepline *s);

#endif
