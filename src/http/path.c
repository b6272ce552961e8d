#include "http/path.h"

#include <string.h>

/* Whether the template matches; how many of its segments are {}. */
static bool matches(const char *template, const struct path *path, unsigned *parts, const char **part)
{
    const char *at = template;
    size_t n = 0;

    *parts = 0;
    for (; *at == '/'; n++) {
        size_t length = strcspn(++at, "/");
        if (n == path->count)
            return false;
        const char *segment = path->segment[n];
        if (*at == '{') {
            if (*segment == '\0' || *parts == CALL_PARTS)
                return false;
            part[(*parts)++] = segment;
        } else if (strlen(segment) != length || memcmp(segment, at, length) != 0) {
            return false;
        }
        at += length;
    }
    return n == path->count;
}

const struct route *route_find(const struct route *table, bool page, enum method method,
                               const struct path *path, const char *part[CALL_PARTS], unsigned *methods)
{
    const struct route *best = NULL;
    unsigned best_parts = CALL_PARTS + 1;

    *methods = 0;
    for (const struct route *r = table; r->path != NULL; r++) {
        const char *found[CALL_PARTS] = { NULL };
        unsigned parts;
        if ((page && !r->page) || !matches(r->path, path, &parts, found))
            continue;
        *methods |= (unsigned)r->method;
        if (r->method != method || parts >= best_parts)
            continue;
        best = r;
        best_parts = parts;
        memcpy(part, found, sizeof(found));
    }
    return best;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes a segment in place. Bytes of control characters are refused, so that none gets into texts. */
static bool decode(char *segment)
{
    char *to = segment;

    for (const char *from = segment; *from != '\0'; from++) {
        int c = (unsigned char)*from;
        if (c == '%') {
            int high = hex_digit(from[1]), low = high < 0 ? -1 : hex_digit(from[2]);
            if (low < 0)
                return false;
            c = high << 4 | low;
            from += 2;
        }
        if (c < ' ' || c == 0x7f)
            return false;
        *to++ = (char)c;
    }
    *to = '\0';
    return true;
}

/* What stands in front of the path when a client writes the whole URL (RFC 9112 section 3.2.2). */
static char *skip_origin(char *target)
{
    static const char *const schemes[] = { "http://", "https://" };

    for (unsigned i = 0; i < ARRAY_SIZE(schemes); i++) {
        size_t length = strlen(schemes[i]);
        if (strncasecmp(target, schemes[i], length) == 0)
            return target + length + strcspn(target + length, "/?");
    }
    return target;
}

enum err path_split(char *target, struct path *out)
{
    char *at = skip_origin(target);

    out->count = 0;
    at[strcspn(at, "?#")] = '\0';
    if (*at != '/')
        return *at == '\0' ? ERR_SYNTAX : ERR_REFUSED;
    while (at != NULL) {
        *at++ = '\0';
        if (out->count == PATH_SEGMENTS)
            return ERR_REFUSED;
        out->segment[out->count++] = at;
        at = strchr(at, '/');
    }
    for (size_t i = 0; i < out->count; i++) {
        if (!decode(out->segment[i]))
            return ERR_SYNTAX;
    }
    return OK;
}
