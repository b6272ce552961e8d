#include "net/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#define RECEIVE_BUFFER (4 << 20) /* bytes; holds what arrives while a worker is not scheduled */
#define BACKLOG        1024      /* connections not yet accepted; the system caps it at somaxconn */

bool socket_address_is_wildcard(const struct socket_address *address)
{
    return address->sa.sa_family == AF_INET ? address->v4.sin_addr.s_addr == htonl(INADDR_ANY)
                                            : IN6_IS_ADDR_UNSPECIFIED(&address->v6.sin6_addr);
}

void socket_address_format(const struct socket_address *address, char text[SOCKET_ADDRESS_TEXT])
{
    char host[INET6_ADDRSTRLEN] = "?";
    bool v4 = address->sa.sa_family == AF_INET;
    inet_ntop(address->sa.sa_family, v4 ? (const void *)&address->v4.sin_addr : &address->v6.sin6_addr, host,
              sizeof(host));
    snprintf(text, SOCKET_ADDRESS_TEXT, "%s/%u", host,
             ntohs(v4 ? address->v4.sin_port : address->v6.sin6_port));
}

static bool set(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}

static bool prepare_udp(int fd, const struct socket_address *address)
{
    bool v6 = address->sa.sa_family == AF_INET6;
    /* SO_RCVBUFFORCE needs root; the system caps SO_RCVBUF at rmem_max. */
    if (!set(fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER))
        set(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
    /* Forged ICMP messages about the path MTU must not fragment replies
     * (draft-ietf-dnsop-avoid-fragmentation). A system without the option keeps its default. */
    if (v6)
        set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT);
    set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT); /* an IPv6 socket may have IPv4 clients */
    if (!socket_address_is_wildcard(address))
        return true;
    return v6 ? set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) : set(fd, IPPROTO_IP, IP_PKTINFO, 1);
}

/* SO_REUSEADDR: the next server can bind while old connections linger. TCP_NODELAY: a reply does not wait
 * until the one before is acknowledged. Connections inherit both. */
static bool prepare_tcp(int fd)
{
    return set(fd, SOL_SOCKET, SO_REUSEADDR, 1) && set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
}

/* Returns a bound socket, listening if it is a shared TCP one, or -1 and errno. */
static int open_socket(const struct socket_address *address, int type, bool shared)
{
    int fd = socket(address->sa.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    bool v6 = address->sa.sa_family == AF_INET6;
    bool ok = (!v6 || set(fd, IPPROTO_IPV6, IPV6_V6ONLY, address->v6_only)) &&
              (!shared || set(fd, SOL_SOCKET, SO_REUSEPORT, 1)) &&
              (type == SOCK_STREAM ? prepare_tcp(fd) : prepare_udp(fd, address));
    if (ok && bind(fd, &address->sa, address->length) == 0 &&
        (type != SOCK_STREAM || !shared || listen(fd, BACKLOG) == 0))
        return fd;
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
}

static enum err cannot_listen(const struct socket_address *address, int type, struct error *error)
{
    int reason = errno;
    char text[SOCKET_ADDRESS_TEXT];
    socket_address_format(address, text);
    if (reason == EADDRINUSE)
        return error_set(error, ERR_SYSTEM,
                         "-b %s: address already in use (%s): another server answers there", text,
                         type == SOCK_STREAM ? "TCP" : "UDP");
    return error_set(error, ERR_SYSTEM, "-b %s: cannot listen (%s): %s", text,
                     type == SOCK_STREAM ? "TCP" : "UDP", strerror(reason));
}

enum err socket_probe(const struct socket_address *address, int type, struct error *error)
{
    int fd = open_socket(address, type, false);
    if (fd < 0)
        return cannot_listen(address, type, error);
    close(fd);
    return OK;
}

enum err socket_open(const struct socket_address *address, int type, int *fds, size_t count,
                     struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        fds[i] = open_socket(address, type, true);
        if (fds[i] < 0) {
            enum err err = cannot_listen(address, type, error);
            while (i-- > 0)
                close(fds[i]);
            return err;
        }
    }
    return OK;
}

static int get(int fd, int option)
{
    int value = -1;
    socklen_t size = sizeof(value);
    return getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

enum err socket_adopt(int fd, int *type, struct socket_address *address, struct error *error)
{
    struct socket_address bound;
    int v6_only = 0;
    socklen_t size = sizeof(v6_only);
    int domain = get(fd, SO_DOMAIN), kind = get(fd, SO_TYPE);
    if ((domain != AF_INET && domain != AF_INET6) || (kind != SOCK_DGRAM && kind != SOCK_STREAM) ||
        (kind == SOCK_STREAM && get(fd, SO_ACCEPTCONN) != 1))
        return error_set(
            error, ERR_SYSTEM,
            "descriptor %d of systemd is neither a UDP nor a listening TCP socket; see ListenDatagram= "
            "and ListenStream= of its socket unit",
            fd);
    if (!socket_get_address(fd, &bound) || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 ||
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) != 0 ||
        !(kind == SOCK_STREAM ? set(fd, IPPROTO_TCP, TCP_NODELAY, 1) : prepare_udp(fd, &bound)))
        return error_set(error, ERR_SYSTEM, "descriptor %d of systemd: %s", fd, strerror(errno));
    bound.v6_only = getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, &size) == 0 && v6_only;
    *type = kind;
    *address = bound;
    return OK;
}

bool socket_get_address(int fd, struct socket_address *address)
{
    *address = (struct socket_address){ .length = sizeof(address->v6) };
    return getsockname(fd, &address->sa, &address->length) == 0;
}

uint32_t socket_dropped(int fd)
{
    uint32_t values[SK_MEMINFO_DROPS + 1];
    socklen_t size = sizeof(values);
    return getsockopt(fd, SOL_SOCKET, SO_MEMINFO, values, &size) == 0 && size == sizeof(values)
               ? values[SK_MEMINFO_DROPS]
               : 0;
}
