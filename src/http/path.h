/* From the path of a request to its route. Pure; any thread. */
#ifndef HTTP_PATH_H
#define HTTP_PATH_H

#include "base/error.h"
#include "http/route.h"

#define PATH_SEGMENTS 8

/* A path's segments, percent-decoded one by one, so that a slash that was encoded is none. */
struct path {
    char *segment[PATH_SEGMENTS];
    size_t count;
};

/* Splits what stands in the request line, in place; what is behind `?` is dropped. ERR_SYNTAX: bad escapes or
 * control characters; ERR_REFUSED: a path that no route has. */
enum err path_split(char *target, struct path *out) must_use;

/* The route of the method, or NULL; one without {} goes before one with. *part: what stands for {}, or NULL.
 * *methods: all that the path has (0: there is no such path). `page`: only public routes. */
const struct route *path_find_route(const struct route *table, bool page, enum method method,
                                    const struct path *path, const char **part, unsigned *methods);

#endif
