/*
 * The view: everything that a query needs, immutable, behind one RCU pointer. It joins the snapshot
 * (snapshot.h: address or name -> verdict), the zones compiled over it (zone.h), and one version of the
 * overlay (overlay/overlay.h).
 *
 * It has two publishers. A new snapshot means a new view, all of it (view_build). A new overlay means a new
 * *shell*, which shares snapshot and zones with the view it replaces (view_with_overlay). Of the shells over
 * one snapshot the last one owns what they share: of those before it only the shell is freed
 * (view_free_shell), of the last one everything (view_free). The view never owns the overlay's memory
 * (overlay_reclaim).
 */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include "base/hash_index.h"
#include "overlay/overlay.h"
#include "view/zone.h"

#define VIEW_LISTING_TTL 2100       /* of a listing in the overlay, where the zone has no data of its list */
#define VIEW_NO_LIST     UINT16_MAX /* instead of a list's number: the overlay does not concern the set */

/* What a view is compiled from, beside the snapshot. */
struct view_spec {
    const struct zone_spec *zones;
    size_t zones_count;
    const uint16_t *acls; /* sets of type acl that hold for clients of all zones */
    size_t acls_count;
    const uint16_t *set_lists; /* by set: the number of its list, below LISTS_MAX, or VIEW_NO_LIST; NULL: none
                                  has one */
    const uint16_t *never;     /* the set whose keys nobody may list (type never); NULL: none */
    const char *const *withheld; /* by set: NULL, or what answers say in place of its texts, which outlives
                                    the view; NULL: none is withheld */
};

struct view {
    struct snapshot *snapshot;
    struct zone *zones; /* those of the zone_specs first, then the subzones, by parent */
    size_t zones_count;
    struct hash_index zone_table;     /* zones by name */
    uint64_t depths[4];               /* bit n: some zone has n labels */
    const struct snapshot_acl **acls; /* those that hold for all zones */
    size_t acls_count;
    uint16_t *set_lists;   /* by set: the number of its list, or VIEW_NO_LIST */
    bool has_never;        /* some set says what may not be listed... */
    uint16_t never;        /* ...this one */
    const char **withheld; /* by set: what answers say in place of its texts, or NULL; NULL: all are said */
    struct overlay_view overlay; /* may be set until the view is published */
};

/* Compiles the zones over `snapshot`, with an empty overlay. On success the view owns `snapshot`; on failure
 * the caller still does. The view keeps nothing of the spec. Zone ids are the indexes of its zones. Not a hot
 * path. */
enum err view_build(struct snapshot *snapshot, const struct view_spec *spec, struct view **out,
                    struct error *error) must_use;

/* A new shell over the snapshot and the zones of `old`, with another overlay. Once it is published instead of
 * `old`, it owns what they share. ERR_MEMORY. Some 100 ns. */
enum err view_with_overlay(const struct view *old, const struct overlay_view *overlay,
                           struct view **out) must_use;

/* Frees a view that another shell has replaced, but nothing that they share; after a grace period. NULL:
 * nothing. */
void view_free_shell(struct view *view);

/* Frees the view, its zones and its snapshot; after a grace period. NULL: nothing. */
void view_free(struct view *view);

/* The lists that have a set without data, so that it is not known what is on them. */
struct list_mask view_unloaded(const struct view *view);

/* By list, how many entries its sets have. */
void view_count_entries(const struct view *view, uint64_t entries[LISTS_MAX]);

/* The zone with this name, in lower case, or with the longest name that it ends in; NULL: none. */
const struct zone *view_find_zone(const struct view *view, struct labels name) hot;

/* The number of the list that a source belongs to, or VIEW_NO_LIST. */
static inline unsigned view_list(const struct view *view, uint16_t source)
{
    return view->set_lists[view->snapshot->sources[source].set];
}

/* What answers say in place of the texts of `source`, or without one (NULL) of the overlay's listings on a
 * list; NULL: those. O(1), without a source O(sets). */
const char *view_withheld(const struct view *view, const struct snapshot_source *source, unsigned list);

/* Whether the verdict's key is protected: nobody may list it. */
static inline bool view_protects(const struct view *view, uint32_t verdict)
{
    return view->has_never && snapshot_verdict_has(view->snapshot, verdict, view->never);
}

/* Whether some address or name of `range` is protected. Walks what the snapshot has in the range; not a hot
 * path. True when memory is out. */
bool view_is_protected(const struct view *view, const struct range *range);

#endif
