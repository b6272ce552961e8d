/*
 * Domain names -> verdict, for all sets at once. Each name has an *exact* verdict, for itself, and a *below*
 * verdict, for every name below it that is not in the table. A name without one of its own inherits the below
 * verdict of the name above it, when the table is built.
 *
 * The table is the label tree in canonical order (RFC 4034 section 6.1, here with the length before each
 * label): a name stands directly before everything below it, and its ancestors are in the table too. An index
 * by (parent, label) leads down from the top, one probe a label, to the first label that is missing.
 */
#ifndef VIEW_NAMES_H
#define VIEW_NAMES_H

#include "base/error.h"
#include "base/vec.h"
#include "dns/name.h"

#include <stdbool.h>
#include <stdint.h>

#define NAMES_ROOT      0u /* entry of the empty name */
#define NAMES_LABEL_PAD 8  /* bytes that can be read after any label, of the table or of a question */
#define NAMES_BUDGET    64 /* entries that names_any_below inspects */

struct name_entry {
    uint32_t parent; /* entry */
    uint32_t label;  /* offset in labels of a length byte and the label, lower case */
    uint32_t value;  /* index in values */
};

struct names {
    struct vec entries;  /* struct name_entry; empty when there are no names at all */
    struct vec labels;   /* NAMES_LABEL_PAD bytes at its end are unused */
    struct vec values;   /* uint64_t: exact verdict | below verdict << 32 */
    struct vec slots;    /* the index, uint32_t: entry | tag << entry_bits; 0 is free: the root has no slot */
    unsigned entry_bits; /* the bits of a slot above these hold as much of the hash as fits */
    uint64_t seed;
};

struct name_match {
    uint32_t verdict;
    uint32_t entry; /* of the name itself, or NAMES_ROOT if it is not in the table */
};

/* Looks up a name in lower case. NAMES_LABEL_PAD bytes after its last label are readable. At most one probe a
 * label of the deepest entry. Any thread. */
struct name_match names_lookup(const struct names *n, struct labels name) hot;

/* Whether `accept` is true for a verdict of some name below `entry`. Inspects at most NAMES_BUDGET entries,
 * and answers true when that is not enough. */
bool names_any_below(const struct names *n, uint32_t entry, bool (*accept)(void *context, uint32_t verdict),
                     void *context);

/* Whether entry `i` is below `entry`; all entries between the two are. */
static inline bool names_is_below(const struct names *n, size_t i, uint32_t entry)
{
    return i < VEC_COUNT(&n->entries, struct name_entry) &&
           VEC_AT(&n->entries, const struct name_entry, i).parent >= entry;
}

/* Makes `slots` from the entries. ERR_MEMORY; ERR_LIMIT: 2^31 entries. */
enum err names_index(struct names *n) must_use;

void names_free(struct names *n);

static inline uint64_t names_value(const struct names *n, uint32_t entry)
{
    return VEC_AT(&n->values, const uint64_t, VEC_AT(&n->entries, const struct name_entry, entry).value);
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

#endif
