#include "http/request.h"

#include "base/log.h"
#include "http/files.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#define HEADER_BYTES 16384 /* of a connection: request line and headers, and its buffers */

/* ---- What libmicrohttpd calls for connections ---- */

static bool has_address(const struct mhd_daemon *s, const struct sockaddr *address)
{
    return !s->listener->unix_socket && (address->sa_family == AF_INET || address->sa_family == AF_INET6);
}

/* Proxies have many connections. */
static enum MHD_Result accept_connection(void *context, const struct sockaddr *address, socklen_t length)
{
    const struct mhd_daemon *s = context;
    struct http_server *server = s->server;
    (void)length;
    if (__atomic_load_n(&server->stopping, __ATOMIC_RELAXED))
        return MHD_NO;
    if (!has_address(s, address))
        return MHD_YES;
    struct client client = acl_client_of(address);
    if (prefixes_have(&server->proxies, &client) ||
        connections_count(server->connections, &client) < server->options.per_client)
        return MHD_YES;
    __atomic_add_fetch(&server->counters.limited, 1, __ATOMIC_RELAXED);
    server_complain(server, "a client has %u connections, and wants more (http per_client)",
                    server->options.per_client);
    return MHD_NO;
}

static void open_connection(const struct mhd_daemon *s, struct MHD_Connection *connection, void **context)
{
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    int socket = fd != NULL ? fd->connect_fd : -1;
    const union MHD_ConnectionInfo *from =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    bool known = from != NULL && from->client_addr != NULL && has_address(s, from->client_addr);
    struct client client = known ? acl_client_of(from->client_addr) : (struct client){ .ipv6 = false };
    *context = connections_add(s->server->connections, socket, !s->tls, known ? &client : NULL,
                               http_request_deadline_ms(s->server));
}

static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode what)
{
    const struct mhd_daemon *s = context;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        open_connection(s, connection, socket_context);
    } else {
        connections_remove(s->server->connections, *socket_context);
        *socket_context = NULL;
    }
}

/* What libmicrohttpd has to say is mostly of clients that do not speak HTTP, perhaps in their words. */
static void on_log(void *context, const char *format, va_list args)
{
    const struct mhd_daemon *s = context;
    char text[256];
    vsnprintf(text, sizeof(text), format, args);
    text[strcspn(text, "\n")] = '\0';
    for (char *c = text; *c != '\0'; c++)
        *c = *c < ' ' || *c > '~' ? '?' : *c;
    server_complain(s->server, "%s", text);
}

/* ---- Starting and ending ---- */

/* Certificate and key, as texts; NULL, NULL without TLS. */
static enum err read_tls(const struct http_options *o, char **certificate, char **key, struct error *error)
{
    enum err err = file_read(o->tls_certificate, false, certificate, error);
    if (err == OK && (err = file_read(o->tls_key, true, key, error)) != OK) {
        free(*certificate);
        *certificate = NULL;
    }
    return err;
}

static struct MHD_Daemon *start_daemon(struct mhd_daemon *s, char *certificate, char *key)
{
    const struct http_options *o = &s->server->options;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
                     (s->tls ? MHD_USE_TLS : 0);
    unsigned threads = o->threads > 1 ? o->threads : 0;
    struct MHD_OptionItem items[] = {
        { MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)http_request_end, s },
        { MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)http_request_new, s },
        { MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, s },
        { MHD_OPTION_LISTEN_SOCKET, s->socket, NULL },
        { MHD_OPTION_CONNECTION_LIMIT, (intptr_t)o->connections, NULL },
        { MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)o->idle_seconds, NULL },
        { MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEADER_BYTES, NULL },
        { MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
        /* What is not told is not there. */
        { threads > 0 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, (intptr_t)threads, NULL },
        { MHD_OPTION_END, 0, NULL },
    };
    struct MHD_OptionItem tls[] = {
        { s->tls ? MHD_OPTION_HTTPS_MEM_CERT : MHD_OPTION_END, 0, certificate },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, key },
        { MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t) "NORMAL:-VERS-TLS1.0:-VERS-TLS1.1" },
        { MHD_OPTION_END, 0, NULL },
    };
    return MHD_start_daemon(flags, 0, accept_connection, s, http_request_go, s, MHD_OPTION_EXTERNAL_LOGGER,
                            on_log, s, MHD_OPTION_ARRAY, items, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
}

enum err mhd_daemon_start(struct http_server *server, const struct http_listener *listener,
                          struct error *error)
{
    const struct http_options *o = &server->options;
    struct mhd_daemon *s = calloc(1, sizeof(*s));
    char *certificate = NULL, *key = NULL;
    enum err err = OK;
    if (s == NULL)
        return error_set(error, ERR_MEMORY, "%s %s: out of memory", http_listener_option(listener),
                         listener->address);
    s->server = server;
    s->listener = listener;
    s->tls = o->tls_certificate != NULL && !listener->page && !listener->unix_socket;
    if (s->tls)
        err = read_tls(o, &certificate, &key, error);
    /* libmicrohttpd closes its socket when it ends, and also when it does not start. */
    if (err == OK && ((s->socket = fcntl(listener->socket, F_DUPFD_CLOEXEC, 0)) < 0 ||
                      (s->daemon = start_daemon(s, certificate, key)) == NULL))
        err = error_set(error, ERR_SYSTEM, "%s %s: the HTTP server does not start%s",
                        http_listener_option(listener), listener->address,
                        s->tls ? "; do certificate and key belong together?" : "");
    free(certificate);
    if (key != NULL)
        explicit_bzero(key, strlen(key));
    free(key);
    if (err != OK) {
        free(s);
        return err;
    }
    s->next = server->serving;
    server->serving = s;
    return OK;
}

void mhd_daemon_renew(struct http_server *server)
{
    struct error error;
    for (struct mhd_daemon *s = server->serving; s != NULL; s = s->next) {
        if (!s->tls || s->retired)
            continue;
        if (mhd_daemon_start(server, s->listener, &error) != OK) {
            log_error("%s: the old certificate is kept", error.text);
            return;
        }
        __atomic_store_n(&s->retired, true, __ATOMIC_RELAXED);
        MHD_quiesce_daemon(s->daemon);
    }
    log_info("the API has a new certificate");
}

static void end(struct mhd_daemon *s)
{
    MHD_stop_daemon(s->daemon);
    if (s->retired)
        close(s->socket);
    free(s);
}

void mhd_daemon_reap(struct http_server *server)
{
    for (struct mhd_daemon **link = &server->serving, *s; (s = *link) != NULL;) {
        const union MHD_DaemonInfo *info =
            s->retired ? MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS) : NULL;
        if (info == NULL || info->num_connections > 0) {
            link = &s->next;
            continue;
        }
        *link = s->next;
        end(s);
    }
}

void mhd_daemon_stop(struct http_server *server)
{
    for (struct mhd_daemon *s; (s = server->serving) != NULL;) {
        server->serving = s->next;
        end(s);
    }
    for (size_t i = 0; i < server->options.listeners; i++)
        close(server->options.listener[i].socket);
}
