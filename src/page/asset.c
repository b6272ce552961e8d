#include "page/asset.h"

#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

/* ---- What is in a file ---- */

/* Bytes in which the root element begins: comments and a document type may precede it. */
#define SVG_HEAD 1024

static const struct {
    const char *type;
    size_t at; /* where its mark stands */
    const char *mark;
} images[] = {
    { "image/png", 0, "\x89PNG\r\n\x1a\n" },
    { "image/jpeg", 0, "\xff\xd8\xff" },
    { "image/webp", 8, "WEBP" }, /* after RIFF and the size (RFC 9649) */
};

static bool is_svg(const struct asset *a)
{
    static const char mark[] = "\xef\xbb\xbf", blanks[] = " \t\r\n";
    size_t at = a->size > 3 && memcmp(a->bytes, mark, 3) == 0 ? 3 : 0;
    while (at < a->size && memchr(blanks, a->bytes[at], sizeof(blanks) - 1) != NULL)
        at++;
    return at < a->size && a->bytes[at] == '<' &&
           memmem(a->bytes, a->size < SVG_HEAD ? a->size : SVG_HEAD, "<svg", 4) != NULL;
}

/* The type of an image; NULL: it is none that browsers show. */
static const char *image_type(const struct asset *a)
{
    for (size_t i = 0; i < ARRAY_SIZE(images); i++) {
        size_t length = strlen(images[i].mark);
        if (a->size >= images[i].at + length && memcmp(a->bytes + images[i].at, images[i].mark, length) == 0)
            return images[i].type;
    }
    return is_svg(a) ? "image/svg+xml" : NULL;
}

/* ---- Reading ---- */

/* Reads all of a file, of at most `most` bytes. */
static enum err read_all(FILE *from, size_t most, struct asset *a, const char **why)
{
    a->bytes = malloc(most + 1);
    if (a->bytes == NULL) {
        *why = "out of memory";
        return ERR_MEMORY;
    }
    a->size = fread(a->bytes, 1, most + 1, from);
    if (!ferror(from))
        return OK;
    *why = strerror(errno);
    return ERR_SYSTEM;
}

/* Finds the type; what is wrong with the contents; NULL: nothing. */
static const char *check(enum asset_kind kind, struct asset *a)
{
    size_t characters;
    if (a->size == 0)
        return "the file is empty";
    if (kind == ASSET_LOGO) {
        a->type = image_type(a);
        return a->type != NULL ? NULL : "not a PNG, JPEG, WebP or SVG image";
    }
    a->type = "text/css; charset=utf-8";
    if (!utf8_length(a->bytes, a->size, &characters) || memchr(a->bytes, '\0', a->size) != NULL)
        return "not a text in UTF-8";
    return NULL;
}

enum err asset_read(const char *path, enum asset_kind kind, struct asset *out, struct error *error)
{
    size_t most = kind == ASSET_LOGO ? ASSET_LOGO_BYTES : ASSET_STYLE_BYTES;
    struct asset a = { .type = NULL };
    const char *why = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO would wait for a writer */
    FILE *from = fd >= 0 ? fdopen(fd, "r") : NULL;
    if (from == NULL) {
        enum err failure = error_set(error, ERR_SYSTEM, "%s: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return failure;
    }
    enum err err = read_all(from, most, &a, &why);
    fclose(from);
    if (err == OK && a.size > most) {
        asset_free(&a);
        return error_set(error, ERR_LIMIT, "%s: longer than %zu bytes", path, most);
    }
    if (err == OK && (why = check(kind, &a)) != NULL)
        err = ERR_SYNTAX;
    if (err != OK) {
        asset_free(&a);
        return error_set(error, err, "%s: %s", path, why);
    }
    *out = a;
    return OK;
}

void asset_free(struct asset *asset)
{
    free(asset->bytes);
    *asset = (struct asset){ .type = NULL };
}
