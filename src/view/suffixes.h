/*
 * The public suffixes of more than one label, such as co.uk: names under which anybody may register, so that
 * a list that names all below one is broken (view/guard.h). From Mozilla's list, as Debian's package
 * publicsuffix installs it; top-level domains need no list.
 */
#ifndef VIEW_SUFFIXES_H
#define VIEW_SUFFIXES_H

#include "base/vec.h"
#include "view/names.h"

#define SUFFIXES_FILE "/usr/share/publicsuffix/public_suffix_list.dat"

/* Adds to `suffixes` (empty) those in the ICANN part of the file: for each a length byte and the wire form,
 * and at the end NAMES_LABEL_PAD bytes. Rules with `*` and `!` are left out. Without the file, or when memory
 * is out, there are fewer or none. Reads 250 KB, for some 100 KB; any thread. */
void suffixes_read(const char *path, struct vec *suffixes);

/* Moves *at, at first 0, past one of them, and gives its wire form, followed by NAMES_LABEL_PAD readable
 * bytes; NULL at the end. */
static inline const uint8_t *suffixes_next(const struct vec *suffixes, size_t *at)
{
    if (*at + NAMES_LABEL_PAD >= suffixes->used)
        return NULL;
    const uint8_t *suffix = &VEC_AT(suffixes, const uint8_t, *at);
    *at += 1u + suffix[0];
    return suffix + 1;
}

#endif
