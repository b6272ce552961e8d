/*
 * Binding the addresses of listeners: TCP and unix sockets.
 *
 * A unix socket belongs to whoever holds the lock of the file beside it, PATH.lock; the kernel releases the
 * lock with the process. So a socket that was left behind is recognised, also by a root without capabilities,
 * whom connect() says EACCES.
 */
#include "http/server.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG      512  /* connections that wait to be accepted */
#define SOCKET_MODE  0660 /* root and the server's user and group */
#define CONTROL_MODE 0600 /* root and the server's user */

/* The error that errno says; closes `fd` if there is one. */
static enum err fail_listen(const struct http_listener *listener, int fd, struct error *error)
{
    int reason = errno;
    if (fd >= 0)
        close(fd);
    if (reason == EADDRINUSE)
        return error_set(error, ERR_REFUSED, "%s %s: address already in use by another server",
                         http_listener_option(listener), listener->address);
    if (reason == EEXIST)
        return error_set(error, ERR_REFUSED, "%s %s: the file there is not a socket",
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

/* Opens and locks the file `name` in the directory, which is made if it is missing. Negative: errno is
 * EADDRINUSE if another process has the lock. */
static int lock_file(int directory, const char *name)
{
    struct stat opened, there;
    for (;;) {
        /* First without O_CREAT, with which a sticky directory refuses the files of others (proc(5),
         * protected_regular). */
        int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0 && errno == ENOENT)
            fd = openat(directory, name, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
        if (fd < 0)
            return -1;
        if (flock(fd, LOCK_EX | LOCK_NB) != 0 || fstat(fd, &opened) != 0) {
            int reason = errno == EWOULDBLOCK ? EADDRINUSE : errno;
            close(fd);
            errno = reason;
            return -1;
        }
        /* The one who had the lock before may have removed the file meanwhile: then it locks nothing. */
        if (fstatat(directory, name, &there, AT_SYMLINK_NOFOLLOW) == 0 && opened.st_ino == there.st_ino &&
            opened.st_dev == there.st_dev)
            return fd;
        close(fd);
    }
}

/* Removes what is at the path if it is a socket at which nobody answers, for the one who has the lock. False:
 * errno is EADDRINUSE, EEXIST for what is no socket, or what failed. */
static bool remove_stale(const struct sockaddr_un *address)
{
    struct stat status;
    if (lstat(address->sun_path, &status) != 0)
        return errno == ENOENT;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    bool answered = connect(fd, (const void *)address, sizeof(*address)) == 0 || errno == EAGAIN;
    close(fd);
    errno = S_ISSOCK(status.st_mode) ? EADDRINUSE : EEXIST;
    return !answered && S_ISSOCK(status.st_mode) && unlink(address->sun_path) == 0;
}

/* Opens the directory of the path for http_unbind(), and takes the lock in it. */
static bool take_path(struct http_listener *listener, const char *path)
{
    const char *slash = strrchr(path, '/');
    char directory[sizeof(((struct sockaddr_un *)NULL)->sun_path)] = ".", name[sizeof(directory) + 8];
    if (slash != NULL)
        snprintf(directory, sizeof(directory), "%.*s", slash == path ? 1 : (int)(slash - path), path);
    snprintf(name, sizeof(name), "%s.lock", slash != NULL ? slash + 1 : path);
    listener->directory = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (listener->directory < 0)
        return false;
    listener->lock = lock_file(listener->directory, name);
    if (listener->lock >= 0)
        return true;
    int reason = errno;
    close(listener->directory);
    errno = reason;
    return false;
}

static bool listen_unix(int fd, const struct sockaddr_un *address, mode_t mode)
{
    /* The file gets the mode of the socket, less the umask: it is never open to more users. chmod() by its
     * path could be led elsewhere by the owner of the directory. */
    mode_t mask = umask(0);
    bool bound = fchmod(fd, mode) == 0 && bind(fd, (const void *)address, sizeof(*address)) == 0;
    umask(mask);
    return bound && listen(fd, BACKLOG) == 0;
}

static enum err bind_unix(struct http_listener *listener, const char *path, struct error *error)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (*path == '\0' || strlen(path) >= sizeof(address.sun_path))
        return error_set(error, ERR_SYNTAX, "%s %s: expected a path of 1 to %zu bytes after unix:",
                         http_listener_option(listener), listener->address, sizeof(address.sun_path) - 1);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    if (!take_path(listener, path))
        return fail_listen(listener, -1, error);
    int fd = remove_stale(&address) ? socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0) : -1;
    if (fd < 0 || !listen_unix(fd, &address, listener->control ? CONTROL_MODE : SOCKET_MODE)) {
        enum err err = fail_listen(listener, fd, error);
        close(listener->lock);
        close(listener->directory);
        return err;
    }
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

void http_unbind(struct http_listener *listener)
{
    char lock[sizeof(((struct sockaddr_un *)NULL)->sun_path) + 8];
    close(listener->socket);
    if (!listener->unix_socket)
        return;
    const char *slash = strrchr(listener->address, '/');
    const char *name = slash != NULL ? slash + 1 : listener->address + strlen("unix:");
    snprintf(lock, sizeof(lock), "%s.lock", name);
    unlinkat(listener->directory, name, 0);
    unlinkat(listener->directory, lock, 0);
    close(listener->lock);
    close(listener->directory);
}
