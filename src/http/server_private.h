/* The server, for the files of the engine. Each field belongs to the file named above it. */
#ifndef HTTP_SERVER_PRIVATE_H
#define HTTP_SERVER_PRIVATE_H

#include "answer/prefixes.h"
#include "answer/throttle.h"
#include "http/connections.h"
#include "http/server.h"
#include "http/suspend.h"

#include <unistd.h>

struct http_server {
    struct http_options options;
    struct http_program program;
    struct http_counters counters; /* atomic */

    /* server.c, and the housekeeper in it */
    pthread_t housekeeper;
    int wake_fd; /* an eventfd on which it waits */
    bool reload; /* it checks the files in its next round; atomic */
    bool ended;  /* it ends after this round; atomic */

    /* auth.c, client_addr.c */
    struct token_store tokens;
    struct throttle *gets, *posts; /* of a client without a token; NULL: any number */
    struct throttle *failures;     /* wrong tokens of a client */
    struct prefixes proxies;

    /* mhd_daemon.c */
    struct mhd_daemon *daemons;
    struct connections *connections[HTTP_LISTENERS_MAX]; /* of each listener */
    struct file_stamp certificate_stamp, key_stamp;
    int64_t client_logged_ms; /* when log_client logged... */
    unsigned client_lines;    /* ...and how often it was called since; both atomic */

    /* mhd_request.c, suspend.c */
    unsigned running; /* requests that are complete and not answered; atomic */
    struct suspensions suspensions;
};

/* ---- What the headers and the body of a request decide; false: it has answered ---- */

/* Checks all that needs no body: framing, route, who makes it, parameters. Fills in the request's route,
 * client and actor. */
bool request_head_check(struct http_request *request, const char *method) must_use;

/* Finds who makes the request, and whether they may use the route: tokens, the user at the other end of a
 * unix socket, look-ups without a token. Fills in the actor; client and route are known. */
bool auth_check(struct http_request *request) must_use;

/* Refuses what a page of another site has a browser send, unless the route only reads: by Sec-Fetch-Site or,
 * without it, by Origin, which must have the host of Host or, through a trusted proxy, of X-Forwarded-Host.
 * Client and route are known. */
bool origin_check(struct http_request *request) must_use;

/* Whether Host is an address or localhost: no name that somebody else's DNS answers with an address of this
 * machine, so that a browser takes this server for that site. Also true without Host, or on a unix socket. */
bool origin_has_local_host(const struct http_request *request);

/* Whether a Content-Type, with or without parameters, is of this type. */
bool body_is_type(const char *header, const char *type);

/* Checks what the headers say of the body. A POST that takes none may have an empty object, as some clients
 * send it. */
bool body_expect(struct http_request *request) must_use;

/* Appends a piece of the body, or discards it after a failure. False: the connection is to be closed. */
bool body_append(struct http_request *request, const char *data, size_t size) must_use;

/* Whether the body is too large even to be discarded. */
bool body_is_excessive(const struct http_request *request);

/* Makes `json` of the bytes. */
bool body_parse(struct http_request *request) must_use;

/* Starts a round of the housekeeper now. Any thread; does not block. */
static inline void server_wake_housekeeper(const struct http_server *server)
{
    /* Fails only when the counter is full, and then the housekeeper is awake. */
    (void)!write(server->wake_fd, &(uint64_t){ 1 }, sizeof(uint64_t));
}

#endif
