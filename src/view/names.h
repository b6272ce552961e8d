/*
 * Domain names -> verdict, for all sets at once. Each name has an *exact* verdict, for itself, and a *below*
 * verdict, for every name below it that is not in the table. A name without one of its own inherits the below
 * verdict of the name above it, when the table is built.
 *
 * The table is the label tree in canonical order (RFC 4034 section 6.1, here with the length before each
 * label): a name stands directly before everything below it, and its ancestors are in the table too. An index
 * by hash leads down from the top, one probe a label, to the first name that is missing or has none below it:
 * mostly one cache line of the index and one of the records. view/name_record.h has the layout.
 */
#ifndef VIEW_NAMES_H
#define VIEW_NAMES_H

#include "base/error.h"
#include "base/vec.h"
#include "dns/name.h"
#include "view/name_record.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define NAMES_ROOT      0u /* entry of the empty name */
#define NAMES_LABEL_PAD 8  /* bytes that can be read after any label of a question, and after the records */
#define NAMES_BUDGET    64 /* entries that names_any_below inspects */

struct names {
    struct vec
        records;       /* empty when there are no names at all; NAMES_LABEL_PAD bytes at its end are unused */
    struct vec values; /* uint64_t: exact verdict | below verdict << 32 */
    struct vec slots;  /* the index, uint32_t, in lines of NAME_LINE_SLOTS */
    uint32_t count;    /* of names, without the root */
    uint32_t slot_lines;
    unsigned entry_bits; /* of a slot, 4 to 32; those above hold as much of the hash as fits */
    uint64_t seed;
};

struct name_match {
    uint32_t verdict;
    uint32_t entry; /* of the name itself, or NAMES_ROOT if it is not in the table */
};

/* A look-up under way, of labels from the last one on: those before number `left` remain, and `hash` is that
 * of the next one below `entry`. */
struct name_probe {
    uint64_t hash;
    uint32_t entry;
    unsigned left;
};

/* A look-up in two parts, so that the first cache misses of a batch's look-ups overlap: looks up the last
 * label, which mostly is in the cache, and fetches what the second part reads first. As names_lookup. */
struct name_probe names_probe_start(const struct names *n, struct labels name) hot;
struct name_match names_probe_finish(const struct names *n, struct labels name, struct name_probe probe) hot;

/* Looks up a name in lower case. NAMES_LABEL_PAD bytes after its last label are readable. At most one probe a
 * label of the deepest entry. Any thread. */
struct name_match names_lookup(const struct names *n, struct labels name) hot;

/* Whether `accept` is true for a verdict of some name below `entry`. Inspects at most NAMES_BUDGET entries,
 * and answers true when that is not enough. */
bool names_any_below(const struct names *n, uint32_t entry, bool (*accept)(void *context, uint32_t verdict),
                     void *context);

/* Makes the index from the records. ERR_MEMORY; ERR_LIMIT: 2^32 units of records. */
enum err names_index(struct names *n) must_use;

void names_free(struct names *n);

/* ---- Entries ---- */

static inline const uint8_t *names_record(const struct names *n, uint32_t entry)
{
    return (const uint8_t *)n->records.data + (size_t)entry * NAME_UNIT;
}

/* The eight bytes after the label: value and end. */
static inline uint64_t name_tail(const uint8_t *record)
{
    uint64_t tail;
    memcpy(&tail, record + NAME_HEAD + (record[1] & NAME_LABEL), sizeof(tail));
    return tail;
}

/* The units of a record. */
static inline uint32_t name_units(const uint8_t *record)
{
    unsigned bytes = NAME_HEAD + (record[1] & NAME_LABEL) + name_value_bytes(record[1]) +
                     (record[0] & NAME_INNER ? NAME_END : 0);
    return (bytes + NAME_UNIT - 1) / NAME_UNIT;
}

/* The labels of a name. */
static inline unsigned names_depth(const struct names *n, uint32_t entry)
{
    return *names_record(n, entry) & NAME_DEPTH;
}

/* The entry after `entry` in canonical order, or where it would be. Of an empty table NAMES_ROOT. */
static inline uint32_t names_next(const struct names *n, uint32_t entry)
{
    return n->records.used != 0 ? entry + name_units(names_record(n, entry)) : NAMES_ROOT;
}

/* The entry after the last name below `entry`, or where it would be: names_next, if there are none. Of an
 * empty table NAMES_ROOT. All names below `entry` are in between:
 *
 *     for (uint32_t e = names_next(n, entry), end = names_end(n, entry); e < end; e = names_next(n, e))
 */
static inline uint32_t names_end(const struct names *n, uint32_t entry)
{
    const uint8_t *r = names_record(n, entry);
    return n->records.used != 0 && *r & NAME_INNER ? name_end_of(r[1], name_tail(r)) : names_next(n, entry);
}

static inline bool names_has_below(const struct names *n, uint32_t entry)
{
    return names_next(n, entry) < names_end(n, entry);
}

/* The bits of a slot that are an entry. */
static inline uint32_t names_entry_mask(const struct names *n)
{
    return (uint32_t)((UINT64_C(1) << n->entry_bits) - 1);
}

static inline uint64_t names_value(const struct names *n, uint32_t entry)
{
    const uint8_t *r = names_record(n, entry);
    return VEC_AT(&n->values, const uint64_t, name_value_of(r[1], name_tail(r)));
}

/* The verdicts of an entry. */
static inline uint32_t names_exact(const struct names *n, uint32_t entry)
{
    return (uint32_t)names_value(n, entry);
}

static inline uint32_t names_below(const struct names *n, uint32_t entry)
{
    return (uint32_t)(names_value(n, entry) >> 32);
}

/* ---- All names, one after the other ---- */

struct name_walk {
    const struct names *names;
    uint32_t next;                        /* entry */
    unsigned depth;                       /* of the name at hand */
    uint32_t path[WIRE_LABELS_MAX + 1];   /* by depth: the entries down to it, from the root on */
    uint8_t lengths[WIRE_LABELS_MAX + 1]; /* by depth: of their names */
    uint8_t name[WIRE_NAME_MAX];          /* the labels from the top down, each after its length byte */
};

/* Begins a walk: after the next call of names_walk it is at the root. */
void names_walk_begin(struct name_walk *w, const struct names *n);

/* Goes on to the next entry; false after the last one. */
bool names_walk(struct name_walk *w);

static inline uint32_t names_walk_entry(const struct name_walk *w)
{
    return w->path[w->depth];
}

#endif
