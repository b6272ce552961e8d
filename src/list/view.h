/*
 * The view: everything that a query needs, immutable, behind one RCU pointer.
 *
 * It joins the base (base.h: address or name -> verdict) with the zones compiled over it: a zone is a filter
 * over shapes, with ready-made wire for every shape it answers. Meaning is settled here, when data is
 * compiled; a query only looks up.
 */
#ifndef LIST_VIEW_H
#define LIST_VIEW_H

#include "base/hash.h"
#include "base/table.h"
#include "list/base.h"

#define VIEW_NEGATIVE_TTL 300 /* of negative answers, when the data has no $SOA */

/* A zone as the operator names it. */
struct zone_spec {
    const char *name;  /* presentation form, as given */
    uint8_t wire[256]; /* uncompressed wire form, lower case, with the root label */
    uint16_t wire_len;
    uint16_t *sets; /* indexes into the catalog's sets, in order of the command line */
    size_t sets_count;
};

/* A zone's answer to a shape. The A records stand in the zone's wire pool, `count` of ZONE_A_SIZE bytes each,
 * the owner being a pointer to the question's name. No records: the zone does not list the shape. */
struct zone_answer {
    uint32_t wire; /* offset */
    uint16_t count;
};

#define ZONE_A_SIZE 16

struct zone {
    const uint8_t *name; /* wire form, lower case, with the root label */
    uint16_t name_len;
    uint16_t id; /* index of its zone_spec: stable over reloads, so counters can use it */
    uint8_t labels;
    bool ready;          /* all its sets have data; otherwise SERVFAIL */
    bool has4;           /* some set lists IPv4 addresses: those answer for mapped IPv6 addresses too */
    bool has_names;      /* some set holds names */
    int64_t valid_until; /* SERVFAIL from then on; INT64_MAX = for ever */
    struct vec answers;  /* struct zone_answer, by shape */
    struct vec wire;     /* the pool of the answers' records */
    /* The apex records, from the type on: every record's owner is a pointer to the apex, which differs by
     * query. */
    uint8_t *soa; /* type, class, TTL, length, data */
    uint16_t soa_len;
    uint32_t soa_ttl, negative_ttl; /* negative: RFC 2308 section 3, min(TTL, minimum) */
    uint8_t *ns;                    /* `ns_count` such records, one after the other, each of its own length */
    uint16_t ns_count;
    uint64_t present[2][1024]; /* which IPv4 (0) and IPv6 (1) /16s hold a listed address */
    uint16_t *sets;            /* in answer order */
    uint16_t sets_count;
};

struct view {
    struct base *base;
    struct zone *zones;
    size_t zones_count;
    uint8_t *names;          /* pool of zone names */
    struct table zone_table; /* by zone_hash of the name */
    uint64_t depths[2];      /* bit n: some zone has n labels */
};

/* Compiles `zones` over `base`. On success the view owns `base`; on failure the caller still does. The specs
 * are not referred to afterwards. Zone ids are the indexes of the specs. Not a hot path. */
enum err view_build(struct base *base, const struct zone_spec *zones, size_t zones_count, struct view **out,
                    struct error *error) must_use;

/* Frees the view and its base; after a grace period. NULL: nothing. */
void view_free(struct view *view);

/* The view's base, as long as the view lives. */
const struct base *view_base(const struct view *view);

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

/* What the zone answers to a verdict. */
static inline struct zone_answer zone_answer(const struct zone *z, const struct base *b, uint32_t verdict)
{
    uint32_t shape = ((const struct verdict *)b->verdicts.data)[verdict].shape;
    return ((const struct zone_answer *)z->answers.data)[shape];
}

#endif
