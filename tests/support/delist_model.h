/*
 * A model of delist/: items in an array that is read by linear scan, over 32 IPv4 addresses, 8 IPv6
 * addresses, 7 names and the 4 lists of delist_fixture.h.
 */
#ifndef SUPPORT_DELIST_MODEL_H
#define SUPPORT_DELIST_MODEL_H

#include "support/delist_fixture.h"

enum {
    DELIST_MODEL_LISTS = 4,
    DELIST_MODEL_IP4 = 32,
    DELIST_MODEL_IP6 = 8,
    DELIST_MODEL_NAMES = 7,
    DELIST_MODEL_ITEMS = 1000,
    DELIST_MODEL_BATCHES = 100
};

/* What the model does wrongly, so that the comparison must fail. */
enum delist_fault {
    DELIST_NO_FAULT,
    DELIST_FAULT_LOST_END,
    DELIST_FAULT_LATE_EXPIRY,
    DELIST_FAULT_OLDEST_WINS
};

extern const char *const delist_model_lists[DELIST_MODEL_LISTS];

/* The state of a delisting on one list, by what loads have shown. */
enum delist_model_fate { FATE_NEW, FATE_HELD, FATE_GONE, FATE_FULFILLED, FATE_RELISTED };

struct delist_model_item {
    struct item item; /* as it was created: id, number, range, kind */
    enum range_family family;
    unsigned first, last; /* addresses; a name's index in `first` */
    unsigned lists;       /* bits in the order of delist_model_lists */
    int64_t until, gone_since[DELIST_MODEL_LISTS];
    enum delist_model_fate fate[DELIST_MODEL_LISTS];
    bool sticky, ended;
    enum item_state over; /* how it ended, once it has on all lists; else ITEM_ACTIVE */
    int batch;            /* -1: none */
};

struct delist_model {
    struct delist_fixture delist;
    struct delist_model_item items[DELIST_MODEL_ITEMS];
    unsigned count;
    char batch[DELIST_MODEL_BATCHES][STORE_ID];
    unsigned batches;
    bool suspended;
    uint32_t listed[DELIST_MODEL_LISTS]; /* of the snapshot: bits of IPv4 addresses */
    unsigned listed_names;               /* on the second list */
    struct view *view;
    enum delist_fault fault;
    char wrong[512];
};

/* Records what is wrong; returns false. */
bool delist_model_fail(struct delist_model *m, const char *format, ...) printf_like(2, 3);

/* The lists on which a load has not ended the item, as bits. */
unsigned delist_model_left(const struct delist_model_item *i);

bool delist_model_is_active(const struct delist_model *m, const struct delist_model_item *i);

/* Whether the item's range has this key. */
bool delist_model_covers(const struct delist_model_item *i, enum range_family family, unsigned key);

/* Writes key number `key` of a family. */
void delist_model_key_text(enum range_family family, unsigned key, char text[64]);

/* Whether what was published says of every key and list what the model says. */
bool delist_model_equals(struct delist_model *m);

/* Whether one more item has room everywhere in its range. */
bool delist_model_has_room(const struct delist_model *m, const struct delist_model_item *item);

/* Whether the snapshot lists something in the item's range. */
bool delist_model_is_listed(const struct delist_model *m, const struct delist_model_item *i, unsigned list);

/* Applies what the present snapshot means for one delisting on one list, by the definitions in delist/feed.h.
 */
void delist_model_load(struct delist_model *m, struct delist_model_item *i, unsigned list);

/* Whether the store has each item in the state that the model has. */
bool delist_model_states_equal(struct delist_model *m);

#endif
