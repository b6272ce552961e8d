/* Whether a version of the overlay holds what its model says. Each function returns what is wrong, or NULL.
 */
#ifndef SUPPORT_OVERLAY_COMPARE_H
#define SUPPORT_OVERLAY_COMPARE_H

#include "overlay/overlay_writer.h"
#include "support/overlay_model.h"

struct modelled_version {
    struct overlay_view view;
    uint64_t generation;
    struct overlay_model model;
};

/* Checks that values lead to items; unless `sound`, the tries' structure first, as a planted fault may have
 * damaged it. */
const char *overlay_compare_structure(struct overlay *o, const struct modelled_version *v, bool sound);

/* Looks up everything that is there, and the keys and names around it. */
const char *overlay_compare(const struct modelled_version *v, int64_t now);

#endif
