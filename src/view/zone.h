/*
 * A zone over a snapshot: a filter over shapes, with ready-made wire (codes, TTL) for every shape it answers,
 * and its apex records. Compiled once, immutable.
 */
#ifndef VIEW_ZONE_H
#define VIEW_ZONE_H

#include "base/error.h"
#include "base/vec.h"
#include "overlay/list_mask.h"
#include "view/snapshot.h"

#define ZONE_NEGATIVE_TTL 300 /* of negative answers, when the data has no $SOA */

/* A zone as the operator names it. */
struct zone_spec {
    const char *name;  /* presentation form, as given */
    uint8_t wire[256]; /* uncompressed wire form, lower case, with the root label */
    uint16_t wire_len;
    uint16_t *sets; /* indexes into the catalog's sets, in order of the command line */
    size_t sets_count;
    uint16_t *acls; /* likewise its sets of type acl */
    size_t acls_count;
    const struct set_soa *soa; /* the operator's apex records; NULL: those of the data */
    const struct set_ns *ns;
    bool reduced;  /* a stale set was left out: the zone has not ended, even if all others are retired */
    bool keyed;    /* only customers with a key may ask; the view does not use this, nor the next */
    bool misspelt; /* a name beside this zone that is no zone is answered as a misspelt one */
    const int64_t *valid_until; /* by set: when the set's age makes the zone SERVFAIL, 0: never; NULL: as the
                                   data has it */
    const char *const *retired; /* by set: NULL, or it counts for SOA and NS only, and a zone without any
                                   other set has this text at its apex; NULL: none is retired */
};

/* A zone's answer to a shape: `count` A records of ZONE_A_SIZE bytes each in the zone's wire pool, their
 * owner a pointer to the question's name. No records: the zone does not list the shape. ZONE_COMPOSED: it
 * does, but with records of a generic set or more than ZONE_READY_MAX codes; that is composed for each query.
 */
struct zone_answer {
    uint32_t wire; /* offset */
    uint16_t count;
};

#define ZONE_A_SIZE    16
#define ZONE_READY_MAX 64 /* codes: 1 KiB, about what fits into a UDP reply */
#define ZONE_COMPOSED  UINT16_MAX

struct zone {
    uint8_t *name; /* wire form, lower case, with the root label */
    uint16_t name_len;
    uint16_t id; /* index of its zone_spec: stable over reloads, so counters can use it */
    uint8_t labels;
    uint8_t apex_labels; /* of the zone that its records belong to: `parent`'s, or its own */
    bool innermost;      /* no other zone lies below it */
    bool ready;          /* its sets, access lists and never_list have data; otherwise SERVFAIL */
    bool has4;           /* some source lists IPv4 addresses: those answer for mapped IPv6 addresses too */
    bool has_names;      /* some source lists names */
    bool has_addresses, has_dnset; /* what a key may be: some source lists addresses, domain names */
    int64_t valid_until;           /* SERVFAIL from then on; INT64_MAX: never */
    const struct zone *parent; /* of a subzone, a place below a zone that a combined set names; else NULL */
    struct zone *subzones;     /* of this zone */
    size_t subzones_count;
    struct vec answers; /* struct zone_answer, by shape */
    struct vec wire;    /* the pool of the answers' records */
    /* The apex records, from the type on: their owner is a pointer to the apex, which differs by query. */
    uint8_t *soa;
    uint32_t soa_ttl, negative_ttl; /* negative: RFC 2308 section 3, min(TTL, minimum) */
    uint8_t *ns;                    /* `ns_count` records, one after the other, each of its own length */
    uint16_t ns_count;
    struct vec notices; /* likewise TXT records, if all its sets are retired: that it has ended */
    uint16_t notices_count;
    struct vec glue; /* addresses of name servers within our own zones: whole records */
    uint16_t glue_count;
    uint16_t *sets; /* of the zone_spec, in order */
    uint16_t sets_count;
    uint16_t *sources; /* indexes in snapshot.sources, in answer order */
    uint16_t sources_count;
    uint32_t ttl; /* of all that its sources list; 0: they differ, or have records of their own TTL */
    struct list_mask lists;           /* that it answers from: the overlay's items on them apply to it */
    const struct snapshot_acl **acls; /* of this zone alone */
    size_t acls_count;
    uint64_t present[2][1024]; /* IPv4 (0) and IPv6 (1): the /16s that hold a listed address */
};

/* Compiles `z`, whose name, id, parent, sources and lists are set, but not its glue. `never`: the set whose
 * keys nobody may list, or NULL. ERR_MEMORY; zone_free is due in any case. */
enum err zone_compile(struct zone *z, const struct snapshot *snapshot, const struct zone_spec *spec,
                      const uint16_t *never) must_use;

/* Adds to z->glue the A and AAAA records that `server`, one of the view's zones, has for `name`, that of a
 * name server of `z`; `lower` is the name in lower case. ERR_MEMORY. */
enum err zone_add_glue(struct zone *z, const struct snapshot *snapshot, const struct zone *server,
                       const uint8_t *name, struct labels lower) must_use;

void zone_free(struct zone *z);

/* Whether a set of the zone only keeps the zone alive: its list has ended. */
static inline bool zone_spec_retires(const struct zone_spec *spec, uint16_t set)
{
    return spec->retired != NULL && spec->retired[set] != NULL;
}

/* What the zone answers to a verdict; nothing if that is protected. */
static inline struct zone_answer zone_answer(const struct zone *z, const struct snapshot *s, uint32_t verdict)
{
    return VEC_AT(&z->answers, const struct zone_answer, snapshot_shape(s, verdict));
}

#endif
