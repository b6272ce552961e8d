/* Binding the addresses of listeners: TCP and unix sockets. */
#include "http/server.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG     512  /* connections that wait to be accepted */
#define SOCKET_MODE 0660 /* root and the server's user and group */

/* The error that errno says; closes `fd` if there is one. */
static enum err fail_listen(const struct http_listener *listener, int fd, struct error *error)
{
    int reason = errno;
    if (fd >= 0)
        close(fd);
    if (reason == EADDRINUSE)
        return error_set(error, ERR_REFUSED, "%s %s: address already in use by another server",
                         http_listener_option(listener), listener->address);
    return error_set(error, ERR_SYSTEM, "%s %s: cannot listen: %s", http_listener_option(listener),
                     listener->address, strerror(reason));
}

/* ---- TCP ---- */

static enum err fail_syntax(const struct http_listener *listener, const char *why, struct error *error)
{
    return error_set(error, ERR_SYNTAX, "%s %s: %s; ADDRESS:PORT, [IPV6-ADDRESS]:PORT or unix:PATH expected",
                     http_listener_option(listener), listener->address, why);
}

/* Cuts `text` into host and port. */
static bool split(char *text, char **host, char **port)
{
    char *colon = strrchr(text, ':'), *end = strchr(text, ']');
    *host = text;
    if (*text == '[') {
        if (end == NULL || end + 1 != colon)
            return false;
        *host = text + 1;
        *end = '\0';
    } else if (colon != strchr(text, ':')) {
        return false;
    }
    if (colon == NULL)
        return false;
    *colon = '\0';
    *port = colon + 1;
    return **host != '\0' && **port != '\0' && strspn(*port, "0123456789") == strlen(*port) &&
           strlen(*port) <= 5 && atoi(*port) <= UINT16_MAX;
}

static bool listen_tcp(int fd, const struct addrinfo *info)
{
    int on = 1;
    return (info->ai_family != AF_INET6 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0) &&
           setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
           setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0 &&
           bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0;
}

static enum err bind_tcp(struct http_listener *listener, struct error *error)
{
    char text[128], *host, *port;
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
                              .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE };
    struct addrinfo *info;
    if (strlen(listener->address) >= sizeof(text))
        return fail_syntax(listener, "too long", error);
    snprintf(text, sizeof(text), "%s", listener->address);
    if (!split(text, &host, &port))
        return fail_syntax(listener, "not a valid address", error);
    int failure = getaddrinfo(host, port, &hints, &info);
    if (failure != 0)
        return fail_syntax(listener, gai_strerror(failure), error);
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    enum err err = fd >= 0 && listen_tcp(fd, info) ? OK : fail_listen(listener, fd, error);
    freeaddrinfo(info);
    if (err != OK)
        return err;
    listener->socket = fd;
    listener->unix_socket = false;
    return OK;
}

/* ---- Unix ---- */

/* Whether the path is the socket of a server that is gone. If not, errno is EADDRINUSE, or what socket()
 * failed with. */
static bool is_stale(const struct sockaddr_un *address)
{
    struct stat status;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    bool refused = connect(fd, (const void *)address, sizeof(*address)) != 0 && errno == ECONNREFUSED;
    close(fd);
    errno = EADDRINUSE;
    return refused && lstat(address->sun_path, &status) == 0 && S_ISSOCK(status.st_mode);
}

static enum err bind_unix(struct http_listener *listener, const char *path, struct error *error)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (*path == '\0' || strlen(path) >= sizeof(address.sun_path))
        return error_set(error, ERR_SYNTAX, "%s %s: expected a path of 1 to %zu bytes after unix:",
                         http_listener_option(listener), listener->address, sizeof(address.sun_path) - 1);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    /* The file gets the mode of the socket, less the umask: it is never open to more users. */
    if (fd < 0 || fchmod(fd, SOCKET_MODE) != 0)
        return fail_listen(listener, fd, error);
    int failed = bind(fd, (const void *)&address, sizeof(address));
    if (failed && errno == EADDRINUSE && is_stale(&address) && unlink(path) == 0)
        failed = bind(fd, (const void *)&address, sizeof(address));
    if (failed || chmod(path, SOCKET_MODE) != 0 || listen(fd, BACKLOG) != 0)
        return fail_listen(listener, fd, error);
    listener->socket = fd;
    listener->unix_socket = true;
    return OK;
}

enum err http_bind(struct http_listener *listener, struct error *error)
{
    if (strncmp(listener->address, "unix:", 5) == 0)
        return bind_unix(listener, listener->address + 5, error);
    return bind_tcp(listener, error);
}
