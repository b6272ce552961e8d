#include "http/path.h"

#include "http/percent.h"

#include <string.h>

/* Whether the template matches; *part: the segment that {} matched, or NULL. */
static bool matches(const char *template, const struct path *path, const char **part)
{
    const char *at = template;
    size_t n = 0;
    *part = NULL;
    for (; *at == '/'; n++) {
        size_t length = strcspn(++at, "/");
        if (n == path->count)
            return false;
        const char *segment = path->segment[n];
        if (*at == '{' && *segment != '\0')
            *part = segment;
        else if (strlen(segment) != length || memcmp(segment, at, length) != 0)
            return false;
        at += length;
    }
    return n == path->count;
}

const struct route *path_find_route(const struct route *const *tables, bool page, enum method method,
                                    const struct path *path, const char **part, unsigned *methods)
{
    const struct route *best = NULL;
    const char *found;
    *part = NULL;
    *methods = 0;
    for (; *tables != NULL; tables++) {
        for (const struct route *r = *tables; r->path != NULL; r++) {
            if ((page && !r->page) || !matches(r->path, path, &found))
                continue;
            *methods |= (unsigned)r->method;
            if (r->method == method && (best == NULL || found == NULL)) {
                best = r;
                *part = found;
            }
        }
    }
    return best;
}

/* Refuses control characters, so that none gets into texts. */
static bool decode(char *segment)
{
    if (!percent_decode(segment, false))
        return false;
    for (; *segment != '\0'; segment++)
        if ((unsigned char)*segment < ' ' || *segment == 0x7f)
            return false;
    return true;
}

/* Skips scheme and host, which a client may put before the path (RFC 9112 section 3.2.2). */
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
    for (size_t i = 0; i < out->count; i++)
        if (!decode(out->segment[i]))
            return ERR_SYNTAX;
    return OK;
}
