/* The table of calls. */
#ifndef HTTP_ROUTE_H
#define HTTP_ROUTE_H

#include "http/call.h"

enum method { METHOD_GET = 1, METHOD_POST = 2, METHOD_PATCH = 4, METHOD_DELETE = 8 };

struct route {
    enum method method;
    const char *path;              /* "/v1/delistings/{id}/x"; the one {} matches a segment, not empty */
    enum role role;                /* the least; ROLE_NONE: nobody need say who he is */
    bool page;                     /* public listeners have it too */
    bool loopback;                 /* from loopback no token is needed */
    bool limited;                  /* without a token a client may call it so often only: look-ups */
    bool body;                     /* takes a JSON object; an empty body is an empty one */
    bool form;                     /* ...or the fields of a form: texts, and "true" for what is ticked */
    enum overlay_kind kind;        /* of the items that it is about, if it is */
    const char *const *parameters; /* of the query; ends in NULL; NULL: none */
    void (*handle)(struct call *call);
};

/* Ends with a route without a path. */
extern const struct route http_routes[];

#endif
