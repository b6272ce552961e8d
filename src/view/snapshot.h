/*
 * The snapshot: address or name -> verdict, for all sets at once, compiled from files and never edited.
 *
 * Words. A *member* says: this set lists the key with this code. A *shape* is the ordered members that hold
 * for a key; a *verdict* is a shape plus the members' raw texts. Both are interned, small integers; verdict 0
 * is "listed nowhere". Members stand in the order of their sets, and of the set's lines within a set.
 *
 * Building is one streaming merge: the walk of an old snapshot without the sets that changed, and the entries
 * of the changed sets, each settled by its own overlap rules, go in key order into the trie builder. The
 * initial load is the same merge over nothing. Scratch is unmapped before snapshot_build returns.
 *
 * A snapshot is immutable once built: any number of threads may read it. It frees whole.
 */
#ifndef VIEW_SNAPSHOT_H
#define VIEW_SNAPSHOT_H

#include "base/error.h"
#include "base/vec.h"
#include "list/set.h"
#include "trie/lookup.h"
#include "view/names.h"

#include <stdbool.h>
#include <stdint.h>

enum member_kind {
    MEMBER_LISTED, /* an A record, and a TXT record if the source has a base template */
    MEMBER_TEXT,   /* the same with a text of its own */
    MEMBER_RECORD, /* one record of a generic set */
};

struct member {
    uint32_t code;   /* the A record, host byte order; MEMBER_RECORD: offset in snapshot.records */
    uint16_t source; /* index in snapshot.sources */
    uint8_t labels;  /* labels matched, when it was listed by name; else 0 */
    uint8_t kind;    /* enum member_kind */
};

struct shape {
    uint32_t first, count; /* its members: snapshot.members[first .. first + count) */
};

/* A verdict's texts: with one member that has a text, `texts` is the text itself; with more, the index in
 * snapshot.text_lists of as many texts, in member order. A text is an offset into snapshot.texts, as
 * set_value.text.
 */
struct verdict {
    uint32_t shape;
    uint32_t texts;
};

/* What the snapshot knows of one set. */
struct snapshot_set {
    bool loaded;
    bool never; /* of type never: names what nobody may list */
    struct set_soa soa;
    struct set_ns ns;
    int64_t timestamp, valid_until, mtime;
    uint64_t lines, entries, bad, bytes; /* of its last good load */
    uint64_t left_out;  /* entries past the 255 that may hold for one address (view/sweepline.h) */
    uint64_t coverage4; /* IPv4 addresses it lists; those that two of its sections list count twice */
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

/* An acl: client -> rule. */
struct snapshot_acl {
    uint16_t set;
    struct trie trie[2];             /* IPv4, IPv6: index in rules; 0 is no rule */
    struct vec rules;                /* struct acl_rule */
    struct snapshot_source template; /* variables and base template of its TXT records; the rest unused */
};

struct acl_rule {
    enum acl_action action; /* 0: every key is listed with `code` and `text` */
    uint32_t code, text;
};

struct snapshot {
    struct vec words; /* the arena: all tries and their pairs */
    struct trie trie4, trie6;
    struct names names;
    struct vec verdicts, shapes, members, text_lists, texts;
    struct vec records; /* pool of set_data.records, each found by its offset */
    struct vec places;  /* pool of the sections' subzones */
    struct snapshot_set *sets;
    size_t sets_count;
    struct snapshot_source *sources;
    size_t sources_count;
    struct snapshot_acl *acls;
    size_t acls_count;
};

/* Builds a new snapshot of `sets_count` sets. `changed[i]`: the set's new data, or NULL to take over what
 * `old` has of it (`old` may be NULL: nothing; it has as many sets). `old` must stay readable meanwhile;
 * nothing of it is shared. On failure *out is untouched. Some 40 ns an entry. */
enum err snapshot_build(const struct snapshot *old, struct set_data *const *changed, size_t sets_count,
                        struct snapshot **out, struct error *error) must_use;
void snapshot_free(struct snapshot *snapshot);

/* Whether a source of set number `set` has a member in `verdict`. */
bool snapshot_verdict_has(const struct snapshot *snapshot, uint32_t verdict, uint16_t set);

/* Puts the parts that queries read at random into huge pages. Readers may go on meanwhile; some 0.4 s a GiB.
 */
void snapshot_settle(const struct snapshot *snapshot);

/* Bytes of memory that the snapshot holds. */
size_t snapshot_bytes(const struct snapshot *snapshot);

/* A verdict's members, to be read from the first to the last: verdict_text counts along. */
struct verdict_members {
    const struct member *member;
    uint32_t count;
    const uint32_t *texts; /* of the members that have one, from the next on */
    uint32_t single;       /* where `texts` points when there is just one */
};

void snapshot_members_open(struct verdict_members *m, const struct snapshot *snapshot, uint32_t verdict);

/* The text of member `i`, offset in snapshot.texts, 0 = none; to be called once for each member in order. */
static inline uint32_t verdict_text(struct verdict_members *m, uint32_t i)
{
    return m->member[i].kind == MEMBER_TEXT ? *m->texts++ : 0;
}

/* The verdict of an address (host byte order) or IPv6 address. 20 to 60 ns. */
static inline uint32_t snapshot_lookup4(const struct snapshot *snapshot, uint32_t address)
{
    return trie_lookup(&snapshot->trie4, (struct trie_key){ (uint64_t)address << 32, 0 });
}

static inline uint32_t snapshot_lookup6(const struct snapshot *snapshot, uint64_t hi, uint64_t lo)
{
    return trie_lookup(&snapshot->trie6, (struct trie_key){ hi, lo });
}

#endif
