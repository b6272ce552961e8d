/*
 * A model of snapshot and overlay together: for every question all lines of all sets (set_model.h) and all
 * items are read one by one, by the definitions in overlay/overlay.h and answer/. Times are small numbers of
 * seconds.
 */
#ifndef SUPPORT_JOIN_MODEL_H
#define SUPPORT_JOIN_MODEL_H

#include "overlay/overlay.h"
#include "support/set_model.h"

enum {
    JOIN_ITEMS = 60,
    JOIN_NAME_ITEMS = 12,
    JOIN_LISTS = 4,
    JOIN_ZONES = 2,
    JOIN_LISTINGS = MEMBERS_MAX + JOIN_LISTS,
    JOIN_TTL_STEP = 700
};

struct join_item {
    uint64_t number;
    int64_t until;
    unsigned lists; /* bit n: list n */
    enum overlay_kind kind;
    enum range_family family;
    u128 first, last; /* of addresses: left-aligned; all bits after those of the last address are set */
    struct label_path name;
    bool subdomains, present;
    uint32_t code;
    const char *text; /* NULL: none */
};

struct join_zone {
    unsigned count;
    unsigned set[SETS_MAX]; /* in the zone's order */
    bool has4;              /* as zone.has4 */
};

struct join_model {
    struct sets_model snapshot;
    unsigned list[SETS_MAX]; /* of each set; JOIN_LISTS: none */
    int never;               /* the set that protects; -1: none */
    struct join_zone zone[JOIN_ZONES];
    unsigned items;
    struct join_item item[JOIN_ITEMS];
};

/* What is looked up: an address or a name. */
struct join_key {
    enum range_family family;
    u128 address;
    struct label_path name;
};

struct join_listing {
    uint32_t code, ttl;
    bool has_text;
    char text[400]; /* expanded */
};

/* What a zone says of a key. */
struct join_answer {
    unsigned count;
    struct join_listing listing[2 * JOIN_LISTINGS];
    int64_t until; /* when the first item in it ends */
};

/* The TTL of a set, which is given to it when it is built. */
uint32_t join_model_ttl(unsigned set);

/* Writes the first `labels` labels of a name, counted from the top; returns the length. */
int join_model_print_name(char *p, const struct label_path *n, unsigned labels);

/* What a zone says of an address or name, at `now`; -1: without the overlay. */
void join_model_ask(const struct join_model *w, unsigned zone, const struct join_key *k, int64_t now,
                    struct join_answer *a);

#endif
