/* Views over sets that are written as text. */
#ifndef SUPPORT_TEXT_VIEW_H
#define SUPPORT_TEXT_VIEW_H

#include "view/view.h"

/* A zone's set; sets of one zone follow each other. An empty zone name: an acl for all zones, or a set of
 * type never. */
struct text_set {
    const char *zone, *type, *text;
};

/* Loads one set, whose lines must all be valid; set_free frees it. */
struct set_data *text_view_load_set(const struct text_set *s);

/* The view over some sets. `lists` has the list number of each; NULL: no set has a list. view_free frees it.
 */
struct view *text_view_build(const struct text_set *sets, const uint16_t *lists, size_t count);

#endif
