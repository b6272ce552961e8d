#include "daemon/sockets.h"

#include "base/log.h"
#include "config/alloc.h"
#include "net/socket.h"
#include "serve/systemd.h"

#include <errno.h>
#include <fcntl.h>

#include <sys/resource.h>

#define OTHER_FILES 256 /* descriptors for everything but TCP connections: ample */

/* Opens one socket for each worker on address number `i`; fds[] has `stride` sockets for each worker. */
static enum err open_address(const struct sockets *s, size_t i, int type, int *fds, size_t stride,
                             struct error *error)
{
    int *opened = alloc_array(s->workers, sizeof(int));
    enum err err = socket_open(&s->addresses.address[i], type, opened, s->workers, error);
    for (size_t w = 0; err == OK && w < s->workers; w++)
        fds[w * stride + i] = opened[w];
    free(opened);
    return err;
}

/* Gives every worker its own descriptor of the socket `fd`, as its socket number `at`. */
static enum err share(const struct sockets *s, int fd, int *fds, size_t stride, size_t at,
                      struct error *error)
{
    fds[at] = fd;
    for (size_t w = 1; w < s->workers; w++) {
        fds[w * stride + at] = fcntl(fd, F_DUPFD_CLOEXEC, 0);
        if (fds[w * stride + at] < 0)
            return error_set(error, ERR_SYSTEM, "cannot duplicate a socket of systemd: %s", strerror(errno));
    }
    return OK;
}

/* Raises the limit of open files, as every TCP connection is one. */
static void raise_limit(const struct config *config, size_t workers)
{
    struct rlimit limit;
    rlim_t wanted = workers * (rlim_t)config->tcp.connections + OTHER_FILES;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    if (limit.rlim_max < wanted)
        log_notice("the limit of open files is %llu; the TCP connections of all workers would need %llu",
                   (unsigned long long)limit.rlim_max, (unsigned long long)wanted);
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/* Appends the sockets of systemd to those of -b. */
static enum err add_inherited(struct sockets *s, const int *types, struct error *error)
{
    size_t udp = s->addresses.count, tcp = s->addresses.count;
    enum err err = OK;
    for (size_t i = 0; i < s->inherited && err == OK; i++) {
        int fd = SYSTEMD_FIRST_FD + (int)i;
        err = types[i] == SOCK_STREAM ? share(s, fd, s->tcp, s->tcp_count, tcp++, error)
                                      : share(s, fd, s->udp, s->udp_count, udp++, error);
    }
    return err;
}

enum err sockets_open(const struct config *config, size_t workers, struct sockets *out, struct error *error)
{
    static const int kinds[] = { SOCK_DGRAM, SOCK_STREAM };
    struct sockets s = { .inherited = systemd_sockets(), .workers = workers };
    enum err err = OK;
    int *types = alloc_array(s.inherited, sizeof(int));

    for (size_t i = 0; i < config->listen.count && err == OK; i++)
        err = listen_address_resolve(config->listen.address[i], config->family, &s.addresses, error);
    if (err == OK && s.addresses.count + s.inherited == 0)
        err = error_set(error, ERR_SYNTAX, "no address to listen on; add -b ADDR[/PORT], see dnsbld -h");
    s.udp_count = s.tcp_count = s.addresses.count;
    for (size_t i = 0; i < s.inherited && err == OK; i++) {
        err = socket_adopt(SYSTEMD_FIRST_FD + (int)i, &types[i], error);
        *(types[i] == SOCK_STREAM ? &s.tcp_count : &s.udp_count) += 1;
    }
    s.udp = alloc_array(workers * s.udp_count, sizeof(int));
    s.tcp = alloc_array(workers * s.tcp_count, sizeof(int));
    for (size_t k = 0; k < ARRAY_SIZE(kinds); k++)
        for (size_t i = 0; i < s.addresses.count && err == OK; i++)
            err = socket_probe(&s.addresses.address[i], kinds[k], error);
    raise_limit(config, workers);
    for (size_t i = 0; i < s.addresses.count && err == OK; i++) {
        err = open_address(&s, i, SOCK_DGRAM, s.udp, s.udp_count, error);
        if (err == OK)
            err = open_address(&s, i, SOCK_STREAM, s.tcp, s.tcp_count, error);
    }
    if (err == OK)
        err = add_inherited(&s, types, error);
    free(types);
    if (err != OK) {
        sockets_free(&s);
        return err;
    }
    *out = s;
    return OK;
}

struct worker_sockets sockets_of(const struct sockets *sockets, size_t worker)
{
    const struct sockets *s = sockets;
    return (struct worker_sockets){ .udp = s->udp + worker * s->udp_count,
                                    .tcp = s->tcp + worker * s->tcp_count,
                                    .udp_count = s->udp_count,
                                    .tcp_count = s->tcp_count };
}

void sockets_log(const struct sockets *sockets)
{
    for (size_t i = 0; i < sockets->addresses.count; i++) {
        char text[SOCKET_ADDRESS_TEXT];
        socket_address_format(&sockets->addresses.address[i], text);
        log_info("listening on %s (UDP and TCP), %zu workers", text, sockets->workers);
    }
    if (sockets->inherited > 0)
        log_info("listening on %zu sockets of systemd, %zu workers", sockets->inherited, sockets->workers);
}

void sockets_free(struct sockets *sockets)
{
    free(sockets->udp);
    free(sockets->tcp);
    *sockets = (struct sockets){ .workers = 0 };
}
