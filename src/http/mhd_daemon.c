#include "http/mhd_daemon.h"

#include "base/clock.h"
#include "base/log.h"
#include "http/server_private.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#define HEADER_BYTES    16384 /* of a connection: request line and headers, and its buffers */
#define LOG_INTERVAL_MS 10000 /* between two lines about clients: they may cause as many as they like */

/* ---- What libmicrohttpd calls for connections ---- */

static void log_client(struct http_server *server, const char *format, ...) printf_like(2, 3);

/* Logs what a client did wrong, at most once every LOG_INTERVAL_MS. Any thread. */
static void log_client(struct http_server *server, const char *format, ...)
{
    int64_t now = clock_ms(), last = __atomic_load_n(&server->client_logged_ms, __ATOMIC_RELAXED);
    char text[256];
    va_list args;
    __atomic_add_fetch(&server->client_lines, 1, __ATOMIC_RELAXED);
    if ((last != 0 && now < last + LOG_INTERVAL_MS) ||
        !__atomic_compare_exchange_n(&server->client_logged_ms, &last, now, false, __ATOMIC_RELAXED,
                                     __ATOMIC_RELAXED))
        return;
    unsigned count = __atomic_exchange_n(&server->client_lines, 0, __ATOMIC_RELAXED);
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (count > 1)
        log_notice("http: %s (%u similar events since the last line)", text, count - 1);
    else
        log_notice("http: %s", text);
}

/* Whose connection it is; false: nobody's, as the client has no address or is a proxy, which has no limit and
 * stands for many clients. */
static bool find_client(const struct mhd_daemon *d, const struct sockaddr *address,
                        struct client_address *out)
{
    if (d->listener->unix_socket || address == NULL ||
        (address->sa_family != AF_INET && address->sa_family != AF_INET6))
        return false;
    *out = client_address_of(address);
    return !prefixes_contain(&d->server->proxies, out);
}

static enum MHD_Result accept_connection(void *context, const struct sockaddr *address, socklen_t length)
{
    const struct mhd_daemon *d = context;
    struct http_server *server = d->server;
    struct client_address client;
    (void)length;
    if (__atomic_load_n(&server->suspensions.stopping, __ATOMIC_RELAXED))
        return MHD_NO;
    bool known = find_client(d, address, &client);
    switch (connections_admit(d->connections, known ? &client : NULL, server->options.per_client)) {
    case EVICTED:
        __atomic_add_fetch(&server->counters.evicted, 1, __ATOMIC_RELAXED);
        break;
    case CLIENT_FULL:
        __atomic_add_fetch(&server->counters.limited, 1, __ATOMIC_RELAXED);
        log_client(server, "a client with %u connections was refused another one (http per_client)",
                   server->options.per_client);
        return MHD_NO;
    case ALL_BUSY:
        __atomic_add_fetch(&server->counters.limited, 1, __ATOMIC_RELAXED);
        log_client(server, "a client was refused a connection: all %u are busy (http connections)",
                   server->options.connections);
        return MHD_NO;
    case ADMITTED:
        break;
    }
    return MHD_YES;
}

static void open_connection(const struct mhd_daemon *d, struct MHD_Connection *connection, void **context)
{
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    int socket = fd != NULL ? fd->connect_fd : -1;
    const union MHD_ConnectionInfo *from =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct client_address client;
    bool known = find_client(d, from != NULL ? from->client_addr : NULL, &client);
    *context = connections_add(d->connections, socket, !d->tls, known ? &client : NULL,
                               mhd_request_deadline_ms(d->server, DEADLINE_READ));
}

static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode what)
{
    const struct mhd_daemon *d = context;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        open_connection(d, connection, socket_context);
    } else if (*socket_context != NULL) {
        mhd_request_drop(*socket_context);
        connections_remove(d->connections, *socket_context);
        *socket_context = NULL;
    }
}

/* The messages are mostly about clients that do not speak HTTP, and may quote them. */
static void on_log(void *context, const char *format, va_list args)
{
    const struct mhd_daemon *d = context;
    char text[256];
    vsnprintf(text, sizeof(text), format, args);
    text[strcspn(text, "\n")] = '\0';
    for (char *c = text; *c != '\0'; c++)
        *c = *c < ' ' || *c > '~' ? '?' : *c;
    log_client(d->server, "%s", text);
}

/* ---- Starting and ending ---- */

static bool certificate_changed(struct http_server *server)
{
    const struct http_options *o = &server->options;
    bool certificate = file_stamp_changed(o->tls_certificate, &server->certificate_stamp);
    return file_stamp_changed(o->tls_key, &server->key_stamp) || certificate;
}

/* Certificate and key, as texts; NULL, NULL without TLS. */
static enum err read_tls(const struct http_options *o, char **certificate, char **key, struct error *error)
{
    enum err err = file_stamp_read(o->tls_certificate, false, certificate, error);
    if (err == OK && (err = file_stamp_read(o->tls_key, true, key, error)) != OK) {
        free(*certificate);
        *certificate = NULL;
    }
    return err;
}

static struct MHD_Daemon *start_daemon(struct mhd_daemon *d, char *certificate, char *key)
{
    const struct http_options *o = &d->server->options;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
                     (d->tls ? MHD_USE_TLS : 0);
    unsigned threads = o->threads > 1 ? o->threads : 0;
    struct MHD_OptionItem items[] = {
        { MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)mhd_request_end, d },
        { MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)mhd_request_new, d },
        { MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, d },
        { MHD_OPTION_LISTEN_SOCKET, d->socket, NULL },
        { MHD_OPTION_CONNECTION_LIMIT, (intptr_t)(o->connections + http_spare_connections(o)), NULL },
        { MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)o->idle_seconds, NULL },
        { MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEADER_BYTES, NULL },
        { MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
        /* Without this option libmicrohttpd runs one thread. */
        { threads > 0 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, (intptr_t)threads, NULL },
        { MHD_OPTION_END, 0, NULL },
    };
    struct MHD_OptionItem tls[] = {
        { d->tls ? MHD_OPTION_HTTPS_MEM_CERT : MHD_OPTION_END, 0, certificate },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, key },
        { MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t) "NORMAL:-VERS-TLS1.0:-VERS-TLS1.1" },
        { MHD_OPTION_END, 0, NULL },
    };
    return MHD_start_daemon(flags, 0, accept_connection, d, mhd_request_continue, d,
                            MHD_OPTION_EXTERNAL_LOGGER, on_log, d, MHD_OPTION_ARRAY, items, MHD_OPTION_ARRAY,
                            tls, MHD_OPTION_END);
}

enum err mhd_daemon_start(struct http_server *server, const struct http_listener *listener,
                          struct error *error)
{
    const struct http_options *o = &server->options;
    struct mhd_daemon *d = calloc(1, sizeof(*d));
    char *certificate = NULL, *key = NULL;
    enum err err = OK;
    if (d == NULL)
        return error_set(error, ERR_MEMORY, "%s %s: out of memory", http_listener_option(listener),
                         listener->address);
    d->server = server;
    d->listener = listener;
    d->connections = server->connections[listener - o->listener];
    d->tls = o->tls_certificate != NULL && !listener->page && !listener->unix_socket;
    if (d->tls) {
        (void)!certificate_changed(server);
        err = read_tls(o, &certificate, &key, error);
    }
    /* libmicrohttpd closes its socket when it ends, and also when it does not start. */
    if (err == OK && ((d->socket = fcntl(listener->socket, F_DUPFD_CLOEXEC, 0)) < 0 ||
                      (d->daemon = start_daemon(d, certificate, key)) == NULL))
        err = error_set(error, ERR_SYSTEM, "%s %s: the HTTP server does not start%s",
                        http_listener_option(listener), listener->address,
                        d->tls ? "; does the key belong to the certificate?" : "");
    free(certificate);
    if (key != NULL)
        explicit_bzero(key, strlen(key));
    free(key);
    if (err != OK) {
        free(d);
        return err;
    }
    d->next = server->daemons;
    server->daemons = d;
    return OK;
}

void mhd_daemon_check_files(struct http_server *server)
{
    struct error error;
    if (server->options.tls_certificate == NULL || !certificate_changed(server))
        return;
    for (struct mhd_daemon *d = server->daemons; d != NULL; d = d->next) {
        if (!d->tls || d->retired)
            continue;
        if (mhd_daemon_start(server, d->listener, &error) != OK) {
            log_error("%s; the old certificate stays in use", error.text);
            return;
        }
        __atomic_store_n(&d->retired, true, __ATOMIC_RELAXED);
        MHD_quiesce_daemon(d->daemon);
    }
    log_info("http: the certificate was replaced");
}

static void end(struct mhd_daemon *d)
{
    MHD_stop_daemon(d->daemon);
    if (d->retired)
        close(d->socket);
    free(d);
}

void mhd_daemon_reap(struct http_server *server)
{
    for (struct mhd_daemon **link = &server->daemons, *d; (d = *link) != NULL;) {
        const union MHD_DaemonInfo *info =
            d->retired ? MHD_get_daemon_info(d->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS) : NULL;
        if (info == NULL || info->num_connections > 0) {
            link = &d->next;
            continue;
        }
        *link = d->next;
        end(d);
    }
}

void mhd_daemon_stop(struct http_server *server)
{
    for (struct mhd_daemon *d; (d = server->daemons) != NULL;) {
        server->daemons = d->next;
        end(d);
    }
    for (size_t i = 0; i < server->options.listeners; i++)
        http_unbind(&server->options.listener[i]);
}
