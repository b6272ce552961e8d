/*
 * A route: what a method and a path lead to, and what a request needs for it.
 *
 * From the tables of routes come routing, 404 and 405, 400 for unknown parameters, and who may call what.
 */
#ifndef HTTP_ROUTE_H
#define HTTP_ROUTE_H

#include "store/types.h"

/* A request as the program's handlers see it. The program defines it (struct http_program); http only passes
 * it on. */
struct call;

enum method { METHOD_GET = 1, METHOD_POST = 2, METHOD_PATCH = 4, METHOD_DELETE = 8 };

struct route {
    enum method method;     /* GET is HEAD, too */
    const char *path;       /* "/v1/delistings/{id}/x"; {} matches one segment that is not empty */
    enum role role;         /* the least; ROLE_NONE: no token needed */
    bool page;              /* public listeners have the route, too */
    bool loopback;          /* from loopback no token is needed */
    bool limited;           /* without a token, GETs and POSTs each by themselves (http_options) */
    bool admits;            /* its handler applies the limit (http_admit), and sees what is refused */
    bool body;              /* takes a JSON object; an empty body is an empty object */
    bool form;              /* not JSON but the fields of an HTML form: all are texts */
    int argument;           /* for the handler */
    const char *parameters; /* that the query may have, as "a, b"; NULL: none */
    /* Answers the request, or suspends it (suspend.h). One of the server's threads. */
    void (*handle)(struct call *call);
};

/* A table of routes ends with one without a path. */

#endif
