/*
 * A model of a snapshot: the lines of each set, read one by one for every question, by the definitions in
 * list/set.h. Keys are numbers, left-aligned in both families. Names are paths of label numbers, top label
 * first.
 */
#ifndef SUPPORT_SET_MODEL_H
#define SUPPORT_SET_MODEL_H

#include "support/u128.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SETS_MAX = 4,
    LINES_MAX_SET = 48,
    LABELS_MAX_NAME = 33,
    MEMBERS_MAX = SETS_MAX * LINES_MAX_SET,
    EDGES_MAX = 1 + 8 * LINES_MAX_SET
};

enum set_model_kind { IP4SET, IP4TRIE, IP6TRIE, DNSET };

/* The labels that names are made of. */
enum { SET_MODEL_LABELS = 10 };
extern const char *const set_model_labels[SET_MODEL_LABELS];

struct label_path {
    unsigned labels;
    uint8_t label[LABELS_MAX_NAME]; /* indexes of set_model_labels */
};

struct set_line {
    bool excluded;
    uint32_t code;
    const char *text;       /* "": none */
    u128 first, last;       /* of address lines */
    unsigned length;        /* of a prefix */
    struct label_path name; /* of dnset lines */
    bool exact, below;
};

struct set_model {
    enum set_model_kind kind;
    bool loaded;
    unsigned count;
    struct set_line line[LINES_MAX_SET];
};

/* A snapshot. */
struct sets_model {
    unsigned count;
    struct set_model set[SETS_MAX];
};

/* One member of the shape that holds for a key. */
struct set_member {
    unsigned set, labels;
    uint32_t code;
    char text[32];
};

struct set_members {
    unsigned count;
    struct set_member member[MEMBERS_MAX];
};

/* Adds a member unless it is there. */
void set_model_add_member(struct set_members *a, unsigned set, uint32_t code, unsigned labels,
                          const char *text);

/* Adds what a set says of an address. */
void set_model_address(const struct sets_model *m, unsigned set, bool ipv6, u128 key, struct set_members *a);

/* Whether a name is `top` or below it. */
bool set_model_is_within(const struct label_path *n, const struct label_path *top);

/* Adds what a set says of a name; with `all_below`, of the names below it that have no line of their own. */
void set_model_name(const struct sets_model *m, unsigned set, const struct label_path *n, bool all_below,
                    struct set_members *a);

/* Writes the keys at which what a set says may change, ascending: 0, the starts of lines, the keys after
 * their ends, and in an ip4set the edges of whole units of octets within a line. `edges` has room for
 * EDGES_MAX. Returns how many. */
unsigned set_model_edges(const struct set_model *s, bool ipv6, u128 *edges);

/* Whether two shapes have the same members. Sorts both. */
bool set_model_members_equal(struct set_members *a, struct set_members *b);

#endif
