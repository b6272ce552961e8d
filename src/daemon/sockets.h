/*
 * The sockets of the workers: a UDP and a TCP socket for every worker on each listen address (-b), and those
 * that systemd passes (socket activation), which all workers share. Main thread, at start, still as root.
 */
#ifndef DAEMON_SOCKETS_H
#define DAEMON_SOCKETS_H

#include "daemon/descriptors.h"
#include "net/socket.h"
#include "net/steering.h"
#include "serve/worker.h"

struct sockets {
    struct listen_address_list addresses; /* to listen on */
    struct listen_address_list udp;       /* the same, and the addresses of systemd's UDP sockets */
    size_t inherited;                     /* from systemd, UDP and TCP */
    size_t workers;
    struct steering steering; /* of their own UDP sockets */
    bool steers;
    struct sockets_kind {
        size_t count; /* of one worker */
        int *fds;     /* of worker 0, worker 1, ... */
    } kinds[2];       /* UDP, TCP */
};

/* Opens the sockets of `workers` workers, after dividing the descriptors (*shares), and steers packets to
 * them as configured. On failure `error` names the address. */
enum err sockets_open(const struct config *config, size_t workers, struct descriptor_shares *shares,
                      struct sockets *out, struct error *error) must_use;

/* The sockets of worker number `worker`; valid until sockets_free. */
struct worker_sockets sockets_of(const struct sockets *sockets, size_t worker);

/* Writes the address by which people know the server, `addr/port`: the first of -b, else systemd's first. */
void sockets_name(const struct sockets *sockets, char name[SOCKET_ADDRESS_TEXT]);

/* Logs the addresses, and which packets are steered. */
void sockets_log(const struct sockets *sockets);

/* Frees the lists; the sockets stay with the workers. */
void sockets_free(struct sockets *sockets);

#endif
