/*
 * Domain names -> verdict, for all sets at once: each name has an *exact* verdict, for itself, and a *below*
 * verdict, for every name below it that is not there itself; what a name does not say it inherits from the
 * name above it when the table is compiled.
 *
 * The table is the label tree in canonical order (RFC 4034 section 6.1, here with the length before each
 * label): a name stands directly before everything below it, and every name's ancestors are there. An index
 * by (parent, label) leads down from the top, one probe a label, and stops at the first label that is not
 * there.
 */
#ifndef VIEW_NAMES_H
#define VIEW_NAMES_H

#include "base/attr.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

#define NAMES_ROOT      0u /* entry of the empty name */
#define NAMES_LABEL_PAD 8  /* bytes that can be read behind any label, of the table or of a question */
#define NAMES_BUDGET    64 /* entries that names_any_below looks at */

struct name_entry {
    uint32_t parent; /* entry */
    uint32_t label;  /* offset in labels of a length byte and the label, lower case */
    uint32_t value;  /* index in values */
};

struct names {
    struct vec entries;  /* struct name_entry; empty when there are no names at all */
    struct vec labels;   /* NAMES_LABEL_PAD bytes at its end are unused */
    struct vec values;   /* uint64_t: exact verdict | below verdict << 32 */
    struct vec slots;    /* uint32_t: entry | tag << entry_bits; 0 is free, as the root needs no slot */
    unsigned entry_bits; /* the bits of a slot above it hold as much of the hash as fits */
    uint64_t seed;
};

struct name_match {
    uint32_t verdict;
    uint32_t entry; /* of the name itself, or NAMES_ROOT if it is not in the table */
};

/* Looks up a name given as lower-case wire labels: label number i, 0 being the leftmost, has its length byte
 * at wire[offsets[i]]. NAMES_LABEL_PAD bytes behind the last label are readable. At most as many probes as
 * the deepest entry has labels. Any thread. */
struct name_match names_lookup(const struct names *n, const uint8_t *wire, const uint8_t *offsets,
                               unsigned labels);

/* Whether some name below `entry` has a verdict that `accept` takes. Looks at NAMES_BUDGET entries at most
 * and answers true when that is not enough. */
bool names_any_below(const struct names *n, uint32_t entry,
                     bool (*accept)(const void *context, uint32_t verdict), const void *context);

/* Makes `slots` from the entries. 0 when memory is out. */
int names_index(struct names *n) must_use;

void names_free(struct names *n);

static inline uint32_t names_exact(const struct names *n, uint32_t entry)
{
    return (uint32_t)((const uint64_t *)
                          n->values.data)[((const struct name_entry *)n->entries.data)[entry].value];
}

static inline uint32_t names_below(const struct names *n, uint32_t entry)
{
    return (uint32_t)(((const uint64_t *)
                           n->values.data)[((const struct name_entry *)n->entries.data)[entry].value] >>
                      32);
}

#endif
