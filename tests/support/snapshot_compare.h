/* Whether a snapshot holds what its model says, and what one built from scratch holds. Each function returns
 * what is wrong, or NULL. */
#ifndef SUPPORT_SNAPSHOT_COMPARE_H
#define SUPPORT_SNAPSHOT_COMPARE_H

#include "support/set_model.h"
#include "view/snapshot_build.h"

/* Builds a snapshot of all sets at once, and compares tries and names. */
const char *snapshot_compare_fresh(const struct snapshot *b, struct set_data *const *data, size_t count);

/* Compares at all edges and around them, and all names with their parents and children. */
const char *snapshot_compare(const struct snapshot *b, const struct sets_model *m);

#endif
