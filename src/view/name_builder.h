/*
 * Builds a table of names (view/names.h) from names in canonical order. Scratch, one owner. Errors are
 * sticky: name_build_end returns the first one.
 *
 * A name is in reversed wire form: a length byte, then the labels from the top down, each after its own. The
 * names down to the last one are a stack of frames, with the verdict that holds below each.
 */
#ifndef VIEW_NAME_BUILDER_H
#define VIEW_NAME_BUILDER_H

#include "list/intern.h"
#include "view/names.h"

/* A name on the path. */
struct name_frame {
    uint32_t entry;
    uint8_t length;        /* of its name */
    uint32_t exact, below; /* verdicts */
};

struct name_builder {
    struct names *names;
    struct intern values; /* of names->values */
    struct {              /* the value that was interned last */
        uint32_t exact, below, index;
    } last;
    unsigned depth;
    struct name_frame path[WIRE_LABELS_MAX + 1];
    const uint8_t *name; /* what comes next, or the last one */
    enum err failed;
};

/* Begins with an empty table; `names` has a seed. */
void name_build_begin(struct name_builder *b, struct names *names);

/* Comes to `name`, which is after all names before, and stays valid until the end of the next call. Names
 * above it that were not added inherit everything. Returns what it inherits: the verdict below the name above
 * it. */
uint32_t name_build_at(struct name_builder *b, const uint8_t *name);

/* Adds that name with its verdicts, unless it would only have what it inherits. Of the root only the exact
 * one counts: nothing inherits from it. */
void name_build_add(struct name_builder *b, uint32_t exact, uint32_t below);

/* Completes the table and its index, and frees the scratch. ERR_MEMORY; ERR_LIMIT: 8 GiB of records. */
enum err name_build_end(struct name_builder *b) must_use;

#endif
