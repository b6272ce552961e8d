/* The name merge: the names of all sources, in canonical order, into one label tree. */
#ifndef VIEW_MERGE_NAMES_H
#define VIEW_MERGE_NAMES_H

#include "view/compile.h"

/* Makes snapshot->names, and fills in has_names of the changed sources. ERR_MEMORY. */
enum err merge_names(struct compile *c, struct snapshot *snapshot) must_use;

#endif
