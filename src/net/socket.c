#include "net/socket.h"

#include <errno.h>
#include <string.h>

#include <sys/socket.h>
#include <unistd.h>

#define RECEIVE_BUFFER (4 << 20) /* bytes; bridges the moments in which a worker does not run */

static bool set(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}

/* Returns a bound socket, or -1 and errno. */
static int open_udp(const struct address *address, bool shared)
{
    int fd = socket(address->sa.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    bool v6 = address->sa.sa_family == AF_INET6;
    bool ok =
        (!v6 || set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)) && (!shared || set(fd, SOL_SOCKET, SO_REUSEPORT, 1));
    if (ok && address_is_wildcard(address))
        ok = v6 ? set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) : set(fd, IPPROTO_IP, IP_PKTINFO, 1);
    if (!set(fd, SOL_SOCKET, SO_RCVBUFFORCE,
             RECEIVE_BUFFER)) /* needs root; the other is capped by rmem_max */
        set(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
    if (ok && bind(fd, &address->sa, address->length) == 0)
        return fd;
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
}

static enum err cannot_listen(const struct address *address, struct error *error)
{
    int reason = errno;
    char text[ADDRESS_TEXT];
    address_format(address, text);
    if (reason == EADDRINUSE)
        return error_set(error, ERR_SYSTEM, "-b %s: address already in use: another server answers there",
                         text);
    return error_set(error, ERR_SYSTEM, "-b %s: cannot listen: %s", text, strerror(reason));
}

enum err socket_probe_udp(const struct address *address, struct error *error)
{
    int fd = open_udp(address, false);
    if (fd < 0)
        return cannot_listen(address, error);
    close(fd);
    return OK;
}

enum err socket_open_udp(const struct address *address, int *fds, size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        fds[i] = open_udp(address, true);
        if (fds[i] < 0) {
            enum err err = cannot_listen(address, error);
            while (i-- > 0)
                close(fds[i]);
            return err;
        }
    }
    return OK;
}
