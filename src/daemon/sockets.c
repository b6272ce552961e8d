#include "daemon/sockets.h"

#include "base/log.h"
#include "config/alloc.h"
#include "net/socket.h"
#include "serve/systemd.h"

#include <errno.h>
#include <fcntl.h>

#include <sys/socket.h>

static const int types[] = { SOCK_DGRAM, SOCK_STREAM }; /* of sockets.kinds */

/* Opens one socket of a kind for each worker on address number `i`. Without steering they serve as well. */
static enum err open_address(struct sockets *s, size_t kind, size_t i, struct error *error)
{
    int *opened = alloc_array(s->workers, sizeof(int));
    enum err err = socket_open(&s->addresses.address[i], types[kind], opened, s->workers, error);
    for (size_t w = 0; err == OK && w < s->workers; w++)
        s->kinds[kind].fds[w * s->kinds[kind].count + i] = opened[w];
    if (err == OK && s->steers && types[kind] == SOCK_DGRAM && !steering_attach(&s->steering, opened[0])) {
        log_notice("queries are not steered to the workers by CPU: %s", strerror(errno));
        s->steers = false;
    }
    free(opened);
    return err;
}

/* Gives every worker its own descriptor of the socket `fd` of systemd, as its socket number `at`. */
static enum err share(const struct sockets *s, const struct sockets_kind *kind, int fd, size_t at,
                      struct error *error)
{
    for (size_t w = 0; w < s->workers; w++) {
        int *own = &kind->fds[w * kind->count + at];
        *own = w == 0 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 0);
        if (*own < 0)
            return error_set(error, ERR_SYSTEM, "cannot duplicate a socket of systemd: %s", strerror(errno));
    }
    return OK;
}

enum err sockets_open(const struct config *config, size_t workers, struct descriptor_shares *shares,
                      struct sockets *out, struct error *error)
{
    struct sockets s = { .inherited = systemd_sockets(), .workers = workers };
    enum err err = OK;
    int *adopted = alloc_array(s.inherited, sizeof(int)); /* the types of inherited sockets... */
    struct socket_address *bound = alloc_array(s.inherited, sizeof(*bound)); /* ...and their addresses */

    for (size_t i = 0; i < config->listen.count && err == OK; i++)
        err = listen_address_resolve(config->listen.address[i], config->family, &s.addresses, error);
    if (err == OK && s.addresses.count + s.inherited == 0)
        err = error_set(error, ERR_SYNTAX, "no address to listen on; add -b ADDR[/PORT], see dnsbld -h");
    for (size_t i = 0; i < s.inherited && err == OK; i++)
        err = socket_adopt(SYSTEMD_FIRST_FD + (int)i, &adopted[i], &bound[i], error);
    listen_address_split(&s.addresses, bound, s.inherited);
    s.udp = s.addresses;
    for (size_t i = 0; i < s.inherited && err == OK; i++)
        if (adopted[i] == SOCK_DGRAM && s.udp.count < LISTEN_ADDRESS_MAX) /* the others have the sockets */
            s.udp.address[s.udp.count++] = bound[i];
    for (size_t k = 0; k < ARRAY_SIZE(types); k++)
        for (size_t i = 0; i < s.addresses.count && err == OK; i++)
            err = socket_probe(&s.addresses.address[i], types[k], error);
    s.steers = steering_find((enum steering_mode)config->steering, workers, &s.steering);
    if (err == OK)
        err = descriptors_reserve(config, workers, ARRAY_SIZE(types) * s.addresses.count + s.inherited,
                                  shares, error);
    for (size_t k = 0; k < ARRAY_SIZE(types); k++) {
        struct sockets_kind *kind = &s.kinds[k];
        size_t next = kind->count = s.addresses.count;
        for (size_t i = 0; i < s.inherited; i++)
            kind->count += adopted[i] == types[k];
        kind->fds = alloc_array(workers * kind->count, sizeof(int));
        for (size_t i = 0; i < s.addresses.count && err == OK; i++)
            err = open_address(&s, k, i, error);
        for (size_t i = 0; i < s.inherited && err == OK; i++)
            if (adopted[i] == types[k])
                err = share(&s, kind, SYSTEMD_FIRST_FD + (int)i, next++, error);
    }
    free(adopted);
    free(bound);
    if (err == OK)
        *out = s;
    else
        sockets_free(&s);
    return err;
}

struct worker_sockets sockets_of(const struct sockets *sockets, size_t worker)
{
    const struct sockets_kind *udp = &sockets->kinds[0], *tcp = &sockets->kinds[1];
    return (struct worker_sockets){ .udp = udp->fds + worker * udp->count,
                                    .tcp = tcp->fds + worker * tcp->count,
                                    .udp_count = udp->count,
                                    .udp_own = sockets->addresses.count,
                                    .tcp_count = tcp->count };
}

void sockets_name(const struct sockets *sockets, char name[SOCKET_ADDRESS_TEXT])
{
    struct socket_address first = sockets->addresses.address[0];
    if (sockets->addresses.count == 0) /* socket_adopt() has checked that it has an address */
        (void)!socket_get_address(SYSTEMD_FIRST_FD, &first);
    socket_address_format(&first, name);
}

void sockets_log(const struct sockets *sockets)
{
    for (size_t i = 0; i < sockets->addresses.count; i++) {
        char text[SOCKET_ADDRESS_TEXT];
        socket_address_format(&sockets->addresses.address[i], text);
        log_info("listening on %s (UDP and TCP), %zu workers", text, sockets->workers);
    }
    if (sockets->steers && sockets->addresses.count > 0 && sockets->steering.all)
        log_info("UDP queries are answered by the worker on the CPU that receives them");
    else if (sockets->steers && sockets->addresses.count > 0)
        log_info(
            "UDP queries of interfaces with a receive queue for each worker, %zu, are answered by the worker "
            "on the CPU that receives them",
            sockets->steering.interfaces_count);
    if (sockets->inherited > 0)
        log_info("listening on %zu sockets of systemd, %zu workers", sockets->inherited, sockets->workers);
}

void sockets_free(struct sockets *sockets)
{
    free(sockets->kinds[0].fds);
    free(sockets->kinds[1].fds);
    *sockets = (struct sockets){ .workers = 0 };
}
