/* A model of the overlay: the items that are there, in an array that is read by linear scan. */
#ifndef SUPPORT_OVERLAY_MODEL_H
#define SUPPORT_OVERLAY_MODEL_H

#include "overlay/overlay.h"
#include "support/u128.h"

enum { OVERLAY_MODEL_ITEMS = 72, OVERLAY_MODEL_NAMES = 62, OVERLAY_MODEL_LISTS = 2 };

struct overlay_model_item {
    struct range range;
    char text[16]; /* of a name */
    uint64_t number;
    int64_t until;
    unsigned lists; /* bits of list 0 and the last one */
    enum overlay_kind kind;
};

struct overlay_model {
    unsigned count;
    struct overlay_model_item item[OVERLAY_MODEL_ITEMS];
};

/* Name number `i` < OVERLAY_MODEL_NAMES: one to five labels a or b before x: a.x, b.x, a.a.x, b.a.x... */
void overlay_model_name(unsigned i, char text[16]);

/* The items in force for `name` if the family is RANGE_NAME, else for `key`. Writes their indexes, newest
 * first, and returns how many. */
unsigned overlay_model_lookup(const struct overlay_model *m, enum range_family family, u128 key,
                              const char *name, int64_t now, unsigned *found);

/* Whether one more item has room everywhere in its range. */
bool overlay_model_has_room(const struct overlay_model *m, const struct overlay_model_item *item,
                            int64_t now);

/* What the found items say of the model's list 0 or 1, by the definitions in overlay/overlay.h. */
enum overlay_effect overlay_model_effect(const struct overlay_model *m, const unsigned *found, unsigned n,
                                         unsigned list);

/* The number of the model's list in the overlay: the first one, or the last. */
unsigned overlay_model_list(unsigned list);

/* The mask of the model's lists, given as bits. */
struct list_mask overlay_model_mask(unsigned lists);

/* The text of the item with this number: of length 0 to 2, or NULL. */
const uint8_t *overlay_model_text(uint64_t number, uint8_t text[8]);

#endif
