/*
 * A request: what handlers may read of it, and what each file of the engine keeps of it.
 *
 * Its life, in one of libmicrohttpd's threads, the connection's:
 *
 *   request line read   mhd_request_new
 *   headers read        request_head_check: framing, path, token, limits, parameters. After a failure the
 *                       answer is ready and the body is only discarded
 *   body arrives        body_append, piece by piece
 *   request complete    body_parse, then the route's handler
 *   suspended           the connection waits; http_resume (any thread) ends that, and `then` goes on
 *   answered            libmicrohttpd sends the answer, then mhd_request_end
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "http/client_addr.h"
#include "http/response.h"
#include "http/route.h"
#include "http/suspend.h"

/* Its body. */
struct request_body {
    json_t *json; /* an object; NULL: the route takes no body */
    char *bytes;  /* as sent, `used` of them */
    size_t used, size, max;
    uint64_t received; /* also those that were discarded */
    bool form;         /* a form's fields, not JSON */
};

enum request_stage { STAGE_HEADERS, STAGE_BODY, STAGE_RUNNING, STAGE_SUSPENDED };

struct http_request {
    /* For handlers. */
    char id[STORE_ID];  /* also the answer's X-Request-Id */
    int64_t now;        /* Unix seconds, of its arrival */
    const char *method; /* as sent, one of the known ones; NULL: not known yet */
    char *target;       /* path and query as sent */
    const struct route *route;
    const char *part;   /* what {} of the route's path matched, decoded; NULL: the path has none */
    bool page;          /* came in by a public listener */
    struct actor actor; /* ROLE_NONE: no token; its ranges are valid as long as the request */
    struct request_client client;
    struct request_body body;

    /* mhd_request.c */
    struct http_server *server;
    const struct mhd_daemon *daemon;
    struct MHD_Connection *mhd;
    struct http_connection *connection;
    enum request_stage stage;
    struct call *call;     /* NULL: no handler was called */
    char *path;            /* a copy of target, split into segments */
    struct tokens *tokens; /* hold the actor's ranges */
    unsigned references;   /* the connection's, and that of what it is suspended for; atomic */

    struct request_response response;
    /* Where http_fail stores a refusal instead of answering: one item's of a batch; NULL: it answers. */
    struct refusal *caught;
    struct request_suspension suspension;
};

/* A header of the request, or a decoded parameter of its query; NULL: there is none. Valid as long as the
 * request. */
const char *http_header(const struct http_request *request, const char *name);
const char *http_parameter(const struct http_request *request, const char *name);

/* Counts the request against the limit of its client. False: that is reached, and it has answered. For the
 * handler of a route that `admits`; of others it is done before the body is read. */
bool http_admit(struct http_request *request) must_use;

/* Counts what one request does several times as so many GETs of limited routes: once for each call. False:
 * the client has none left for *seconds, at least 1. */
bool http_admit_get(struct http_request *request, unsigned *seconds) must_use;

/* One reference less; the last one frees the request, with the program's call. Any thread. */
void request_release(struct http_request *request);

#endif
