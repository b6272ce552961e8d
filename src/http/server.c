#include "http/request.h"

#include "base/clock.h"
#include "base/log.h"
#include "http/files.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <sys/eventfd.h>
#include <unistd.h>

enum { KEEPER_MS = 1000, REST_MS = 50, COMPLAIN_MS = 10000, STOP_MS = 5000, FAILURES_PER_MINUTE = 120 };

void server_wake(struct http_server *server)
{
    /* Fails only when the counter is full, and then it is awake. */
    (void)!write(server->wake_fd, &(uint64_t){ 1 }, sizeof(uint64_t));
}

void server_complain(struct http_server *server, const char *format, ...)
{
    int64_t now = clock_ms(), then = __atomic_load_n(&server->complained_ms, __ATOMIC_RELAXED);
    char text[256];
    va_list args;
    __atomic_add_fetch(&server->complaints, 1, __ATOMIC_RELAXED);
    if (now < then + COMPLAIN_MS || !__atomic_compare_exchange_n(&server->complained_ms, &then, now, false,
                                                                 __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        return;
    unsigned count = __atomic_exchange_n(&server->complaints, 0, __ATOMIC_RELAXED);
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (count > 1)
        log_notice("http: %s (and %u more like it since the last)", text, count - 1);
    else
        log_notice("http: %s", text);
}

/* ---- Tokens ---- */

static int list_number(const void *context, const char *name)
{
    return delist_list_number(context, name);
}

static enum err read_tokens(struct http_server *server, struct error *error)
{
    struct token_lists lists = { list_number, server->backend.delist };
    struct tokens *new;
    enum err err = tokens_read(server->options.tokens, &lists, &new, error);
    if (err != OK)
        return err;
    pthread_mutex_lock(&server->tokens_lock);
    struct tokens *old = server->tokens;
    server->tokens = new;
    pthread_mutex_unlock(&server->tokens_lock);
    log_info("%s: %zu tokens", server->options.tokens, tokens_count(new));
    tokens_release(old);
    return OK;
}

/* ---- The keeper: a thread for all that is due by time ---- */

static void look_at_files(struct http_server *server)
{
    const struct http_options *o = &server->options;
    struct error error;
    if (o->tokens != NULL && file_changed(o->tokens, &server->tokens_stamp) &&
        read_tokens(server, &error) != OK)
        log_error("%s; the tokens of before hold", error.text);
    if (o->tls_certificate == NULL)
        return;
    bool certificate = file_changed(o->tls_certificate, &server->certificate_stamp);
    if (file_changed(o->tls_key, &server->key_stamp) || certificate)
        mhd_daemon_renew(server);
}

static void *keep(void *context)
{
    struct http_server *server = context;
    struct pollfd pollfd = { .fd = server->wake_fd, .events = POLLIN };
    int64_t looked_ms = clock_ms();
    uint64_t count;
    while (!__atomic_load_n(&server->ended, __ATOMIC_ACQUIRE)) {
        /* However often something is published, those that wait are not woken more often than this. */
        nanosleep(&(struct timespec){ .tv_nsec = REST_MS * 1000000 }, NULL);
        poll(&pollfd, 1, KEEPER_MS);
        (void)!read(server->wake_fd, &count, sizeof(count));
        int64_t now = clock_ms();
        suspend_tick(server, now);
        if (!__atomic_exchange_n(&server->reload, false, __ATOMIC_ACQUIRE) && now < looked_ms + KEEPER_MS)
            continue;
        looked_ms = now;
        look_at_files(server);
        connections_sweep(server->connections, now);
        mhd_daemon_reap(server);
    }
    return NULL;
}

/* ---- Start and stop ---- */

static enum err prepare(struct http_server *server, struct error *error)
{
    struct http_options *o = &server->options;
    enum err err = OK;
    if ((o->tls_certificate == NULL) != (o->tls_key == NULL))
        return error_set(error, ERR_SYNTAX, "TLS needs both tls_certificate and tls_key");
    if (o->tls_certificate != NULL && MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
        return error_set(error, ERR_SYSTEM, "this libmicrohttpd cannot do TLS");
    for (size_t i = 0; i < o->trusted_proxies_count && err == OK; i++) {
        struct error why;
        err = prefixes_add(&server->proxies, o->trusted_proxies[i], &why);
        if (err != OK)
            error_set(error, err, "trusted_proxies: %s", why.text);
    }
    if (err != OK)
        return err;
    prefixes_end(&server->proxies);
    server->connections = connections_new();
    server->failures = limits_new(FAILURES_PER_MINUTE, 32, 64);
    if (o->lookups_per_minute > 0)
        server->lookups = limits_new(o->lookups_per_minute, 24, 48);
    server->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (server->connections == NULL || server->failures == NULL || server->wake_fd < 0 ||
        (server->lookups == NULL && o->lookups_per_minute > 0))
        return error_set(error, ERR_SYSTEM, "the HTTP server does not start: out of memory");
    if (o->tokens == NULL)
        return OK;
    file_changed(o->tokens, &server->tokens_stamp);
    return read_tokens(server, error);
}

void server_free(struct http_server *server)
{
    if (server->wake_fd >= 0)
        close(server->wake_fd);
    tokens_release(server->tokens);
    limits_free(server->lookups);
    limits_free(server->failures);
    connections_free(server->connections);
    prefixes_free(&server->proxies);
    pthread_mutex_destroy(&server->sleep_lock);
    pthread_mutex_destroy(&server->tokens_lock);
    free(server);
}

static enum err start(struct http_server *server, struct error *error)
{
    struct http_options *o = &server->options;
    enum err err = prepare(server, error);
    if (o->tls_certificate != NULL) {
        file_changed(o->tls_certificate, &server->certificate_stamp);
        file_changed(o->tls_key, &server->key_stamp);
    }
    for (size_t i = 0; i < o->listeners && err == OK; i++)
        err = mhd_daemon_start(server, &o->listener[i], error);
    if (err == OK && pthread_create(&server->keeper, NULL, keep, server) != 0)
        err = error_set(error, ERR_SYSTEM, "no thread for the HTTP server");
    return err;
}

enum err http_start(const struct http_options *options, const struct backend *backend,
                    struct http_server **out, struct error *error)
{
    struct http_server *server = calloc(1, sizeof(*server));
    if (server == NULL)
        return error_set(error, ERR_MEMORY, "the HTTP server does not start: out of memory");
    server->options = *options;
    server->backend = *backend;
    server->wake_fd = -1;
    server->complained_ms = -COMPLAIN_MS;
    pthread_mutex_init(&server->sleep_lock, NULL);
    pthread_mutex_init(&server->tokens_lock, NULL);
    enum err err = start(server, error);
    if (err != OK) {
        mhd_daemon_stop(server);
        server_free(server);
        return err;
    }
    *out = server;
    return OK;
}

void http_reload(struct http_server *server)
{
    __atomic_store_n(&server->reload, true, __ATOMIC_RELEASE);
    server_wake(server);
}

void http_stop(struct http_server *server)
{
    if (server == NULL)
        return;
    suspend_stop(server, STOP_MS);
    __atomic_store_n(&server->ended, true, __ATOMIC_RELEASE);
    server_wake(server);
    pthread_join(server->keeper, NULL);
    mhd_daemon_stop(server);
    if (suspend_end(server))
        server_free(server);
    else
        log_warning("http: something is under way still, and nobody will be told of its end");
}

void http_look(const struct http_server *server, struct http_counters *out)
{
    const struct http_counters *c = &server->counters;
    *out = (struct http_counters){
        .requests = __atomic_load_n(&c->requests, __ATOMIC_RELAXED),
        .connections = connections_all(server->connections),
        .refused_tokens = __atomic_load_n(&c->refused_tokens, __ATOMIC_RELAXED),
        .limited = __atomic_load_n(&c->limited, __ATOMIC_RELAXED),
    };
    for (size_t i = 0; i < ARRAY_SIZE(out->by_status); i++)
        out->by_status[i] = __atomic_load_n(&c->by_status[i], __ATOMIC_RELAXED);
}
