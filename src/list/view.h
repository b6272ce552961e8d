/*
 * The view: everything that a query needs, immutable, behind one RCU pointer.
 *
 * It joins the base (base.h: address or name -> verdict) with the zones compiled over it: a zone is a filter
 * over shapes, with ready-made wire for every shape it answers. Meaning is settled here, when data is
 * compiled; a query only looks up.
 */
#ifndef LIST_VIEW_H
#define LIST_VIEW_H

#include "list/base.h"

/* A zone as the operator names it. */
struct zone_spec {
    const char *name; /* presentation form, as given */
    uint8_t wire[256]; /* uncompressed wire form, lower case, with the root label */
    uint16_t wire_len;
    uint16_t *sets; /* indexes into the catalog's sets, in order of the command line */
    size_t sets_count;
};

struct view; /* fields: see below, for answer/ only */

/* Compiles `zones` over `base`. On success the view owns `base`; on failure the caller still does. The specs
 * are not referred to afterwards. Zone ids are the indexes of the specs. Not a hot path. */
enum err view_build(struct base *base, const struct zone_spec *zones, size_t zones_count, struct view **out,
                    struct error *error) must_use;

/* Frees the view and its base; after a grace period. NULL: nothing. */
void view_free(struct view *view);

/* The view's base, as long as the view lives. */
const struct base *view_base(const struct view *view);

#endif
