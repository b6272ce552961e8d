/* Bytes decoded into operations that create items. */
#ifndef SUPPORT_DELIST_DECODE_H
#define SUPPORT_DELIST_DECODE_H

#include "support/delist_model.h"
#include "support/input.h"

/* An operator, or an admin. */
struct actor delist_decode_actor(bool admin);

/* Creates up to four items, as a batch or as a group of operations. Returns whether the results are those of
 * the model, which then has the items, too. */
bool delist_decode_create(struct delist_model *m, struct input *in);

#endif
