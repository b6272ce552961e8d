/* The route of a request, by its path. Pure; any thread. */
#ifndef HTTP_PATH_H
#define HTTP_PATH_H

#include "base/error.h"
#include "http/route.h"

#define PATH_SEGMENTS 8 /* at most; no route has more */

/* A path's segments, percent-decoded one by one: an encoded slash does not separate. */
struct path {
    char *segment[PATH_SEGMENTS];
    size_t count;
};

/* Splits the target of a request line, in place, and drops its query. ERR_SYNTAX: escapes that are not valid,
 * or control characters; ERR_REFUSED: a path that no route has. */
enum err path_split(char *target, struct path *out) must_use;

/* Finds the route of the method in the tables (the last is NULL); one without {} goes before one with. NULL:
 * there is none. *part: what {} matched, or NULL. *methods: all that the path has; 0: there is no such path.
 * `page`: only public routes. */
const struct route *path_find_route(const struct route *const *tables, bool page, enum method method,
                                    const struct path *path, const char **part, unsigned *methods);

#endif
