/* The table of calls. */
#ifndef HTTP_ROUTE_H
#define HTTP_ROUTE_H

#include "http/call.h"

struct route {
    enum method method;
    const char *path;              /* "/v1/delistings/{id}/x"; each {} matches one segment, not empty */
    enum role role;                /* the least; ROLE_NONE: nobody need say who he is */
    bool page;                     /* public listeners have it too */
    bool loopback;                 /* from loopback no token is needed */
    bool limited;                  /* without a token a client may call it so often only: look-ups */
    bool body;                     /* takes a JSON object; an empty body is an empty one */
    bool form;                     /* ...or the fields of a form: texts, and "true" for what is ticked */
    const char *const *parameters; /* of the query; ends in NULL; NULL: none */
    void (*handle)(struct call *call);
    const char *summary; /* a phrase, for the documentation and openapi.json */
};

/* Ends with a route without a path. */
extern const struct route http_routes[];

#endif
