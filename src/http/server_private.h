/* The server, for the files of the engine. Each field belongs to the file named above it. */
#ifndef HTTP_SERVER_PRIVATE_H
#define HTTP_SERVER_PRIVATE_H

#include "answer/prefixes.h"
#include "http/connections.h"
#include "http/server.h"
#include "http/suspend.h"
#include "http/throttle.h"

#include <unistd.h>

struct http_server {
    struct http_options options;
    struct http_program program;
    struct http_counters counters; /* atomic */

    /* server.c, and the housekeeper in it */
    pthread_t housekeeper;
    int wake_fd; /* an eventfd on which it waits */
    bool reload; /* it is to check the files now */
    bool ended;  /* it is in its last round */

    /* auth.c, client_addr.c */
    struct token_store tokens;
    struct throttle *lookups;  /* of a client without a token; NULL: any number */
    struct throttle *failures; /* wrong tokens of a client */
    struct prefixes proxies;

    /* mhd_daemon.c */
    struct mhd_daemon *daemons;
    struct connections *connections;
    struct file_stamp certificate_stamp, key_stamp;
    int64_t client_logged_ms; /* when log_client logged... */
    unsigned client_lines;    /* ...and how often it was called since; both atomic */

    /* mhd_request.c, suspend.c */
    unsigned running; /* requests that are complete and not answered; atomic */
    struct suspensions suspensions;
};

/* Has the housekeeper go round now. Any thread; does not block. */
static inline void server_wake_housekeeper(const struct http_server *server)
{
    /* Fails only when the counter is full, and then the housekeeper is awake. */
    (void)!write(server->wake_fd, &(uint64_t){ 1 }, sizeof(uint64_t));
}

#endif
