/* Compiling one zone over a snapshot: its answers by shape, its apex records, its facts. */
#ifndef VIEW_ZONE_H
#define VIEW_ZONE_H

#include "view/view.h"

/* Fills in `z`, one of the view's, whose id, name, parent, sources and lists are set. ERR_MEMORY: zone_free
 * is still due. */
enum err zone_compile(struct zone *z, const struct view *view, const struct zone_spec *spec) must_use;

/* Finds the addresses of the zone's name servers in the zones of a finished view. ERR_MEMORY. */
enum err zone_find_glue(struct zone *z, const struct view *view) must_use;

void zone_free(struct zone *z);

#endif
