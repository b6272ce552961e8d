/*
 * The budget of descriptors: what each service may open, so that none takes what another needs. Connections
 * are what clients can make; whatever they do, reloads, the store, the log and the control socket have
 * theirs. Main thread, at start.
 */
#ifndef DAEMON_DESCRIPTORS_H
#define DAEMON_DESCRIPTORS_H

#include "config/config.h"

/* What the services want. */
struct descriptor_needs {
    size_t own;     /* what the server has open always */
    size_t reserve; /* what it opens for a while */
    struct descriptor_service {
        size_t count;       /* workers, or listeners */
        size_t connections; /* of each */
    } tcp, http;
};

/* Connections of each worker, and of each HTTP listener. */
struct descriptor_shares {
    uint32_t tcp, http;
};

/* Divides `limit` descriptors. If they do not suffice for all connections, each service gets some, in
 * proportion to what it wants. ERR_LIMIT: not even a few each; `error` says how many are needed. Pure. */
enum err descriptors_divide(size_t limit, const struct descriptor_needs *needs, struct descriptor_shares *out,
                            struct error *error) must_use;

/* Raises the limit of open files to what `workers` workers with `sockets` sockets each, and the rest of the
 * configuration, need, as far as the hard limit permits, and divides it. The log says when connections must
 * be fewer than configured. ERR_LIMIT as above. */
enum err descriptors_reserve(const struct config *config, size_t workers, size_t sockets,
                             struct descriptor_shares *out, struct error *error) must_use;

#endif
