/* Files of the operator that the page serves, his logo and his style sheet: read at the start, kept in
 * memory. */
#ifndef PAGE_ASSET_H
#define PAGE_ASSET_H

#include "base/error.h"

#include <stddef.h>

enum asset_kind {
    ASSET_LOGO,  /* PNG, JPEG, WebP or SVG, by its first bytes */
    ASSET_STYLE, /* CSS */
};

#define ASSET_LOGO_BYTES  131072 /* at most */
#define ASSET_STYLE_BYTES 65536

struct asset {
    const char *type; /* of its contents (RFC 9110 section 8.3); static */
    char *bytes;      /* NULL: there is no such file */
    size_t size;
};

/* Reads a file into *out, which asset_free frees; on failure `error` begins with the path. Any thread. */
enum err asset_read(const char *path, enum asset_kind kind, struct asset *out, struct error *error) must_use;

/* Twice does no harm. */
void asset_free(struct asset *asset);

#endif
