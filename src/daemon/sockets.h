/*
 * The sockets that the server answers on: one of UDP and one of TCP for every worker on each -b address, and
 * those that systemd opened for it (socket activation), which the workers share. Main thread, at start, while
 * it is still root.
 */
#ifndef DAEMON_SOCKETS_H
#define DAEMON_SOCKETS_H

#include "config/config.h"
#include "serve/worker.h"

struct sockets {
    struct listen_address_list addresses; /* of -b */
    size_t inherited;                     /* from systemd, of both kinds */
    size_t workers;
    size_t udp_count, tcp_count; /* of one worker */
    int *udp, *tcp;              /* by worker */
};

/* Opens the sockets of `workers` workers. On failure `error` names the address. */
enum err sockets_open(const struct config *config, size_t workers, struct sockets *out,
                      struct error *error) must_use;

/* The sockets of worker number `worker`. */
struct worker_sockets sockets_of(const struct sockets *sockets, size_t worker);

/* Logs what is listened on. */
void sockets_log(const struct sockets *sockets);

/* Frees the lists; the sockets stay with the workers. */
void sockets_free(struct sockets *sockets);

#endif
