/*
 * The snapshot: address or name -> verdict, for all sets at once. This header is about the finished thing and
 * its look-ups; snapshot_build.h makes it.
 *
 * Words. A *member* says: this source lists the key with this code. A *group* is the ordered members that one
 * source has for a key, a *shape* the ordered groups that hold for it; a *verdict* is a shape with the raw
 * texts of its members. All are interned, small integers; verdict 0 is "listed nowhere". Groups stand in the
 * order of their sets, and members in the order in which their set first names their values. What many keys
 * have in common is stored once: the many values that one list may have for a network are one group, however
 * many shapes other lists make within it.
 *
 * Immutable: any number of threads may read it. It is freed whole.
 */
#ifndef VIEW_SNAPSHOT_H
#define VIEW_SNAPSHOT_H

#include "base/vec.h"
#include "list/set.h"
#include "trie/ip.h"
#include "trie/lookup.h"
#include "view/names.h"

#include <stdbool.h>
#include <stdint.h>

enum member_kind {
    MEMBER_LISTED, /* an A record, and a TXT record if the source has a base template */
    MEMBER_TEXT,   /* likewise, with a text of its own */
    MEMBER_RECORD, /* one record of a generic set */
};

struct member {
    uint32_t code;   /* the A record, host byte order; MEMBER_RECORD: offset in snapshot.records */
    uint16_t source; /* index in snapshot.sources */
    uint8_t labels;  /* labels matched, when it was listed by name; else 0 */
    uint8_t kind;    /* enum member_kind */
};

/* A shape: its groups are snapshot.shape_groups[first .. first + count). A group: likewise its members in
 * snapshot.members. */
struct number_list {
    uint32_t first;
    uint32_t count : 31;
    uint32_t several_texts : 1; /* more than one of them has a text */
};

/* If one group has texts, `texts` is those; if several have, it is the index in snapshot.text_lists of as
 * many as there are groups, in their order, 0 for one without. The texts of a group: that of the one member
 * that has one; if several have, the index in snapshot.text_lists of as many, in the order of the members. A
 * text is an offset into snapshot.texts, as set_value.text. */
struct verdict {
    uint32_t shape;
    uint32_t texts;
};

/* What the snapshot knows of one set. */
struct snapshot_set {
    bool loaded;
    bool protected; /* of type never: nobody may list its keys */
    struct set_soa soa;
    struct set_ns ns;
    int64_t timestamp, valid_until, mtime;
    uint64_t lines, entries, bad, bytes; /* of its last good load */
    /* Addresses of IPv4, and /64s of IPv6, in which it lists something; what two of its sections or entries
     * list may count twice (view/covered.h counts exactly). */
    uint64_t coverage4, coverage6;
};

/* What lists things: a set, or a section of a combined one. In the order of the sets. */
struct snapshot_source {
    uint16_t set;
    bool combined;          /* a section: it counts at `subzones`, see set_data.subzones */
    bool generic;           /* its entries are records */
    bool has[2], has_names; /* lists some IPv4 (0), IPv6 (1) address; some name */
    uint32_t ttl;
    uint32_t variables[10], template; /* texts in snapshot.texts */
    uint32_t subzones, subzones_size; /* bytes in snapshot.places */
    uint64_t present[2][1024];        /* IPv4 (0) and IPv6 (1): the /16s in which it lists something */
};

/* An access list: client -> rule. */
struct snapshot_acl {
    uint16_t set;
    struct trie trie[2];             /* IPv4, IPv6: index in rules; 0 is no rule */
    struct vec rules;                /* struct acl_rule */
    struct snapshot_source template; /* variables, base template and TTL of its records; the rest unused */
};

struct acl_rule {
    enum acl_action action; /* 0: every key is listed with `code` and `text` */
    uint32_t code, text;
};

struct snapshot {
    struct vec words;         /* the arena: all tries and their pairs */
    struct trie trie4, trie6; /* address -> verdict, in 20 to 60 ns */
    struct names names;
    struct vec verdicts;                     /* struct verdict */
    struct vec shapes, shape_groups, groups; /* struct number_list, uint32_t, struct number_list */
    struct vec members, text_lists, texts;   /* struct member, uint32_t, bytes */
    struct vec records;                      /* pool of set_data.records, each found by its offset */
    struct vec places;                       /* pool of the sections' subzones */
    struct snapshot_set *sets;
    size_t sets_count;
    struct snapshot_source *sources;
    size_t sources_count;
    struct snapshot_acl *acls;
    size_t acls_count;
    void *mapping; /* where parts of it are borrowed from, see snapshot_adopt; NULL: none is */
    size_t mapping_bytes;
    struct set_data *texts_of; /* for snapshot_unbuild: who gave the first texts, or NULL... */
    size_t texts_given;        /* ...and how many bytes they are */
};

/* NULL: nothing. */
void snapshot_free(struct snapshot *snapshot);

/* A copy of data. */
struct snapshot_copy {
    const void *of;
    void *copy;
};

/* Has the snapshot read its tries and names where `copies` are, in a mapping that it takes over, and frees
 * what it has of these itself. Only before the snapshot is published. */
void snapshot_adopt(struct snapshot *snapshot, void *mapping, size_t bytes,
                    const struct snapshot_copy *copies, size_t count);

/* Bytes of memory that the snapshot holds, mappings included. */
size_t snapshot_bytes(const struct snapshot *snapshot);

/* Moves the parts that queries read at random into huge pages. Readers may go on meanwhile. Some 0.4 s a GiB.
 */
void snapshot_use_huge_pages(const struct snapshot *snapshot);

/* The number of a set's first source; its others follow it. If it has none, that of the next set. O(log
 * sources).
 */
size_t snapshot_first_source(const struct snapshot *snapshot, size_t set);

/* The number of a verdict's shape. */
static inline uint32_t snapshot_shape(const struct snapshot *snapshot, uint32_t verdict)
{
    return VEC_AT(&snapshot->verdicts, const struct verdict, verdict).shape;
}

/* A text, a length byte and that many; 0, which is none: NULL. */
static inline const uint8_t *snapshot_text(const struct snapshot *snapshot, uint32_t text)
{
    return text != 0 ? &VEC_AT(&snapshot->texts, const uint8_t, text) : NULL;
}

/* The record of a MEMBER_RECORD in wire form, from its type on. */
static inline const uint8_t *snapshot_record(const struct snapshot *snapshot, const struct member *member)
{
    return &VEC_AT(&snapshot->records, const uint8_t, member->code);
}

/* Whether a source of set number `set` has a member in a shape, in a verdict. O(log groups). */
bool snapshot_shape_has(const struct snapshot *snapshot, uint32_t shape, uint16_t set);

static inline bool snapshot_verdict_has(const struct snapshot *snapshot, uint32_t verdict, uint16_t set)
{
    return snapshot_shape_has(snapshot, snapshot_shape(snapshot, verdict), set);
}

/* The members of a group in a verdict, to be read from first to last, as verdict_text counts along. */
struct verdict_members {
    const struct member *member;
    uint32_t count;        /* 0: the source does not list the key */
    const uint32_t *texts; /* of the members that have one, from the next on */
    uint32_t single;       /* where `texts` points when there is just one */
    uint32_t next;         /* the group after this one in the verdict */
};

/* The groups of a shape; returns how many. */
static inline uint32_t snapshot_groups(const struct snapshot *snapshot, uint32_t shape,
                                       const uint32_t **groups)
{
    const struct number_list *list = &VEC_AT(&snapshot->shapes, const struct number_list, shape);

    *groups = (const uint32_t *)snapshot->shape_groups.data + list->first;
    return list->count;
}

/* The first member of a group; there is one. */
static inline const struct member *snapshot_members(const struct snapshot *snapshot, uint32_t group)
{
    const struct number_list *list = &VEC_AT(&snapshot->groups, const struct number_list, group);

    return (const struct member *)snapshot->members.data + list->first;
}

/* Opens the members of group number `i` of a verdict, in its order. */
void snapshot_members_open(struct verdict_members *m, const struct snapshot *snapshot, uint32_t verdict,
                           uint32_t i);

/* Opens those of a source. O(log groups); 5 ns if they are in the group after the one that `m` had of the
 * same verdict before (m->next; at first 0). */
void snapshot_members_of(struct verdict_members *m, const struct snapshot *snapshot, uint32_t verdict,
                         uint16_t source);

/* The text of member `i`, offset in snapshot.texts, 0 = none; to be called once for each member in order. */
static inline uint32_t verdict_text(struct verdict_members *m, uint32_t i)
{
    return m->member[i].kind == MEMBER_TEXT ? *m->texts++ : 0;
}

/* The rule that an access list has for a client, or NULL. A trie look-up: longest prefix. */
static inline const struct acl_rule *snapshot_acl_rule(const struct snapshot_acl *acl, bool ipv6,
                                                       struct trie_key client)
{
    uint32_t rule = trie_lookup(&acl->trie[ipv6], client);
    return rule != 0 ? &VEC_AT(&acl->rules, const struct acl_rule, rule) : NULL;
}

#endif
