/*
 * The view: everything that a query needs, immutable, behind one RCU pointer.
 *
 * It joins the snapshot (snapshot.h: address or name -> verdict) with the zones compiled over it: a zone is a
 * filter over shapes, with ready-made wire for every shape it answers. Meaning is settled here, when data is
 * compiled; a query only looks up. And it holds the version of the overlay (overlay/overlay.h) that counts.
 *
 * It has two publishers. A new snapshot means a new view, all of it (view_build); a new overlay means a new
 * *shell*, which shares snapshot and zones with the view it replaces (view_with_overlay). Of the shells over
 * one snapshot the last one owns what they share: of those before it only the shell is freed
 * (view_free_shell), of the last one everything (view_free). The overlay's memory is never the view's
 * (overlay_reclaim).
 */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include "base/hash.h"
#include "base/hash_index.h"
#include "overlay/overlay.h"
#include "view/snapshot.h"

#define VIEW_NEGATIVE_TTL 300        /* of negative answers, when the data has no $SOA */
#define VIEW_LISTING_TTL  2100       /* of a listing in the overlay, where the zone has no data of its list */
#define VIEW_NO_LIST      UINT16_MAX /* instead of a list's number: the overlay does not concern the set */

/* A zone as the operator names it. */
struct zone_spec {
    const char *name;  /* presentation form, as given */
    uint8_t wire[256]; /* uncompressed wire form, lower case, with the root label */
    uint16_t wire_len;
    uint16_t *sets; /* indexes into the catalog's sets, in order of the command line */
    size_t sets_count;
    uint16_t *acls; /* such indexes of its sets of type acl, in order too */
    size_t acls_count;
    const struct set_soa *soa; /* the operator's word on the apex records; NULL: as the data has them */
    const struct set_ns *ns;
    bool keyed;                 /* only customers with a key may ask; as misspelt no matter of the view */
    bool misspelt;              /* names that are no zone, but stand beside this one, are told so */
    const int64_t *valid_until; /* by set: when the zone turns SERVFAIL for its sake, 0 for never; NULL: as
                                   the data has it */
};

/* A zone's answer to a shape. The A records stand in the zone's wire pool, `count` of ZONE_A_SIZE bytes each,
 * the owner being a pointer to the question's name. No records: the zone does not list the shape.
 * ZONE_COMPOSED: it does, but with records of a generic set, which are put together when asked for. */
struct zone_answer {
    uint32_t wire; /* offset */
    uint16_t count;
};

#define ZONE_A_SIZE   16
#define ZONE_COMPOSED UINT16_MAX

struct zone {
    uint8_t *name; /* wire form, lower case, with the root label */
    uint16_t name_len;
    uint16_t id; /* index of its zone_spec: stable over reloads, so counters can use it */
    uint8_t labels;
    uint8_t apex_labels; /* of the zone that its records belong to: `parent`'s, or its own */
    bool ready;          /* all its sets have data; otherwise SERVFAIL */
    bool has4;           /* some source lists IPv4 addresses: those answer for mapped IPv6 addresses too */
    bool has_names;      /* some source lists names */
    bool has_addresses, has_dnset; /* what a key may be: some source lists addresses, domain names */
    int64_t valid_until;           /* SERVFAIL from then on; INT64_MAX = for ever */
    const struct zone *parent;     /* of a place below a zone that a combined set names; else NULL */
    struct zone *subzones;         /* such places below this zone */
    size_t subzones_count;
    struct vec answers; /* struct zone_answer, by shape */
    struct vec wire;    /* the pool of the answers' records */
    /* The apex records, from the type on: every record's owner is a pointer to the apex, which differs by
     * query. */
    uint8_t *soa; /* type, class, TTL, length, data */
    uint16_t soa_len;
    uint32_t soa_ttl, negative_ttl; /* negative: RFC 2308 section 3, min(TTL, minimum) */
    uint8_t *ns;                    /* `ns_count` such records, one after the other, each of its own length */
    uint16_t ns_count;
    struct vec glue; /* addresses of name servers within our own zones: whole records */
    uint16_t glue_count;
    uint64_t present[2][1024]; /* which IPv4 (0) and IPv6 (1) /16s hold a listed address */
    uint16_t *sets;            /* of the zone_spec, in order */
    uint16_t sets_count;
    uint16_t *sources; /* indexes in snapshot.sources, in answer order */
    uint16_t sources_count;
    struct list_mask lists;           /* that it answers from: the overlay's items on them are for it */
    const struct snapshot_acl **acls; /* of this zone alone */
    size_t acls_count;
};

/* What a view is compiled from, beside the snapshot. */
struct view_spec {
    const struct zone_spec *zones;
    size_t zones_count;
    const uint16_t *acls; /* sets of type acl that hold for clients of all zones */
    size_t acls_count;
    const uint16_t *set_lists; /* by set: the number of its list, below LISTS_MAX, or VIEW_NO_LIST; NULL: none
                                  has one */
    const uint16_t *never;     /* the set whose keys nobody may list (type never); NULL: none */
};

struct view {
    struct snapshot *snapshot;
    struct zone *zones; /* those of the zone_specs first, then the subzones, by parent */
    size_t zones_count;
    struct hash_index zone_table;     /* by zone_hash of the name */
    uint64_t depths[4];               /* bit n: some zone has n labels */
    const struct snapshot_acl **acls; /* those that hold for all zones */
    size_t acls_count;
    uint16_t *set_lists; /* by set: the number of its list, or VIEW_NO_LIST */
    bool has_never;      /* some set says what may not be listed... */
    uint16_t never;      /* ...this one */
    struct overlay_view overlay;
};

/* Compiles the zones over `snapshot`, with an empty overlay. On success the view owns `snapshot`; on failure
 * the caller still does. The spec is not referred to afterwards. Zone ids are the indexes of its zones. Not a
 * hot path. */
enum err view_build(struct snapshot *snapshot, const struct view_spec *spec, struct view **out,
                    struct error *error) must_use;

/* Gives a view that was built and is not published yet the version of the overlay that counts. */
void view_set_overlay(struct view *view, const struct overlay_view *overlay);

/* A new shell over the snapshot and the zones of `old`, with another overlay. Once it is published instead of
 * `old`, it owns what they share. ERR_MEMORY. Some 100 ns. */
enum err view_with_overlay(const struct view *old, const struct overlay_view *overlay,
                           struct view **out) must_use;

/* Frees a view that another shell has replaced, but nothing that they share; after a grace period. NULL:
 * nothing. */
void view_free_shell(struct view *view);

/* Frees the view, its zones and its snapshot; after a grace period. NULL: nothing. */
void view_free(struct view *view);

/* The lists of which some set has no data, so that what is on them is not known. */
struct list_mask view_unloaded(const struct view *view);

/* The view's snapshot, as long as the view lives. */
const struct snapshot *view_base(const struct view *view);

/* The hash under which a zone's name stands in zone_table. Names come from the operator: no seed needed. */
static inline uint64_t zone_hash(const uint8_t *wire, size_t length)
{
    uint64_t h = length;
    for (size_t i = 0; i + 8 < length; i += 8) {
        uint64_t w;
        memcpy(&w, wire + i, 8);
        h = hash_fold(h ^ w, UINT64_C(0xa0761d6478bd642f));
    }
    uint64_t w = 0;
    memcpy(&w, wire + (length < 8 ? 0 : length - 8), length < 8 ? length : 8);
    return hash_u64(h ^ w);
}

/* The zone whose name, in lower-case wire form, is this one or the longest that it ends in; NULL if there is
 * none. Label number i of `labels` stands at wire[offsets[i]], the root label at wire[offsets[labels]]. */
const struct zone *view_find_zone(const struct view *view, const uint8_t *wire, size_t length,
                                  const uint8_t *offsets, unsigned labels);

/* The number of the list that a source belongs to, or VIEW_NO_LIST. */
static inline unsigned view_list(const struct view *view, uint16_t source)
{
    return view->set_lists[view->snapshot->sources[source].set];
}

/* Whether nobody may list a key with this verdict. */
static inline bool view_protects(const struct view *view, uint32_t verdict)
{
    return view->has_never && snapshot_verdict_has(view->snapshot, verdict, view->never);
}

/* Whether some address or name of `range` is protected by view_spec.never. Walks what the snapshot has in the
 * range; not a hot path. True when memory is out. */
bool view_is_protected(const struct view *view, const struct range *range);

/* What the zone answers to a verdict; nothing if that is protected. */
static inline struct zone_answer zone_answer(const struct zone *z, const struct snapshot *b, uint32_t verdict)
{
    uint32_t shape = ((const struct verdict *)b->verdicts.data)[verdict].shape;
    return ((const struct zone_answer *)z->answers.data)[shape];
}

#endif
