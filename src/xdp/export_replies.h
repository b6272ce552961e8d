/*
 * The replies of an export (export.h): a zone's ready-made answers, with what they are from, and where
 * listings of the overlay are put.
 */
#ifndef XDP_EXPORT_REPLIES_H
#define XDP_EXPORT_REPLIES_H

#include "xdp/export.h"

/* Notes the places of the zone's sources, and where a listing of the overlay on each list is put: behind what
 * the list's first source has, or behind all. *at: the word offset of the latter among e->listings.
 * ERR_MEMORY. */
enum err xdp_export_listings(struct xdp_export *e, const struct view *v, const struct zone *z,
                             uint32_t *at) must_use;

/* Adds the zone's answers, after xdp_export_listings of the zone, to e->answers: a reply as its word offset
 * among e->replies + XDP_WRITTEN + 1, to be moved once those have their place. ERR_MEMORY. */
enum err xdp_export_answers(struct xdp_export *e, const struct view *v, const struct zone *z) must_use;

#endif
