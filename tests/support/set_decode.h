/* Bytes decoded into the lines of a set. Octets and labels come from small palettes, so that lines overlap.
 */
#ifndef SUPPORT_SET_DECODE_H
#define SUPPORT_SET_DECODE_H

#include "support/input.h"
#include "support/set_model.h"

/* A name of 1 to 33 labels, mostly of few. */
struct label_path set_decode_name(struct input *in);

/* Replaces the lines of a set, whose kind is given. */
void set_decode(struct input *in, struct set_model *s);

#endif
