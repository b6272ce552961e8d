#include "http/server.h"

#include "base/clock.h"
#include "base/log.h"
#include "http/json_text.h"
#include "http/mhd_daemon.h"
#include "http/server_private.h"

#include <poll.h>
#include <stdlib.h>
#include <time.h>

#include <sys/eventfd.h>

#define CHECK_MS            1000 /* between two checks of files and connections */
#define REST_MS             50   /* between two rounds: the most often that http_notify ends long polls */
#define STOP_MS             5000
#define MINUTE_MS           60000
#define FAILURES_PER_MINUTE 120 /* wrong tokens of a client; a right one is always accepted */

/* ---- The housekeeper: a thread for what is due by time ---- */

static void *run_housekeeper(void *context)
{
    struct http_server *server = context;
    struct pollfd pollfd = { .fd = server->wake_fd, .events = POLLIN };
    int64_t checked_ms = clock_ms();
    uint64_t count;
    while (!__atomic_load_n(&server->ended, __ATOMIC_ACQUIRE)) {
        nanosleep(&(struct timespec){ .tv_nsec = REST_MS * 1000000 }, NULL);
        poll(&pollfd, 1, CHECK_MS);
        (void)!read(server->wake_fd, &count, sizeof(count));
        int64_t now = clock_ms();
        suspend_resume_due(server, now);
        bool reload = __atomic_exchange_n(&server->reload, false, __ATOMIC_ACQUIRE);
        if (!reload && now < checked_ms + CHECK_MS)
            continue;
        checked_ms = now;
        token_store_check(&server->tokens, reload);
        mhd_daemon_check_files(server);
        for (size_t i = 0; i < server->options.listeners; i++)
            connections_close_overdue(server->connections[i], now);
        mhd_daemon_reap(server);
    }
    return NULL;
}

/* ---- Start and stop ---- */

static enum err set_proxies(struct http_server *server, struct error *error)
{
    const struct http_options *o = &server->options;
    for (size_t i = 0; i < o->trusted_proxies_count; i++) {
        struct error why;
        enum err err = prefixes_add(&server->proxies, o->trusted_proxies[i], &why);
        if (err != OK)
            return error_set(error, err, "trusted_proxies: %s", why.text);
    }
    prefixes_finish(&server->proxies);
    return OK;
}

static enum err prepare(struct http_server *server, struct error *error)
{
    struct http_options *o = &server->options;
    if ((o->tls_certificate == NULL) != (o->tls_key == NULL))
        return error_set(error, ERR_SYNTAX, "TLS needs both tls_certificate and tls_key");
    if (o->tls_certificate != NULL && MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
        return error_set(error, ERR_SYSTEM, "this libmicrohttpd has no TLS");
    enum err err = set_proxies(server, error);
    if (err != OK)
        return err;
    bool ok = true;
    for (size_t i = 0; i < o->listeners; i++)
        ok &= (server->connections[i] = connections_new(o->connections)) != NULL;
    server->failures = throttle_new(FAILURES_PER_MINUTE, MINUTE_MS);
    if (o->gets_per_minute > 0)
        server->gets = throttle_new(o->gets_per_minute, MINUTE_MS);
    if (o->posts_per_minute > 0)
        server->posts = throttle_new(o->posts_per_minute, MINUTE_MS);
    server->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (!ok || server->failures == NULL || server->wake_fd < 0 ||
        (server->gets == NULL && o->gets_per_minute > 0) ||
        (server->posts == NULL && o->posts_per_minute > 0))
        return error_set(error, ERR_SYSTEM, "the HTTP server does not start: out of memory");
    return OK;
}

static void server_free(struct http_server *server)
{
    if (server->wake_fd >= 0)
        close(server->wake_fd);
    token_store_close(&server->tokens);
    throttle_free(server->gets);
    throttle_free(server->posts);
    throttle_free(server->failures);
    for (size_t i = 0; i < server->options.listeners; i++)
        connections_free(server->connections[i]);
    prefixes_free(&server->proxies);
    pthread_mutex_destroy(&server->suspensions.lock);
    free(server);
}

static bool has_control(const struct http_server *server)
{
    return server->options.listeners > 0 && server->options.listener[0].control;
}

static enum err start(struct http_server *server, struct error *error)
{
    struct http_options *o = &server->options;
    enum err err = token_store_open(&server->tokens, o->tokens, &server->program.lists, error);
    if (err == OK)
        err = prepare(server, error);
    for (size_t i = 0; i < o->listeners && err == OK; i++)
        err = mhd_daemon_start(server, &o->listener[i], error);
    if (err == OK && !has_control(server) &&
        pthread_create(&server->housekeeper, NULL, run_housekeeper, server) != 0)
        err = error_set(error, ERR_SYSTEM, "no thread for the HTTP server");
    return err;
}

enum err http_start(const struct http_options *options, const struct http_program *program,
                    struct http_server **out, struct error *error)
{
    struct http_server *server = calloc(1, sizeof(*server));
    if (server == NULL)
        return error_set(error, ERR_MEMORY, "the HTTP server does not start: out of memory");
    server->options = *options;
    server->program = *program;
    server->wake_fd = -1;
    pthread_mutex_init(&server->suspensions.lock, NULL);
    json_text_watch();
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
    server_wake_housekeeper(server);
}

bool http_token_failure(struct http_server *server, struct error *out)
{
    return token_store_failure(&server->tokens, out);
}

void http_stop(struct http_server *server)
{
    if (server == NULL)
        return;
    suspend_stop(server, STOP_MS);
    __atomic_store_n(&server->ended, true, __ATOMIC_RELEASE);
    server_wake_housekeeper(server);
    if (!has_control(server))
        pthread_join(server->housekeeper, NULL);
    mhd_daemon_stop(server);
    if (!suspend_end(server, server_free))
        log_warning("http: stopped while requests were under way; their clients do not learn the outcome");
}

void http_get_counters(const struct http_server *server, struct http_counters *out)
{
    const struct http_counters *c = &server->counters;
    *out = (struct http_counters){
        .requests = __atomic_load_n(&c->requests, __ATOMIC_RELAXED),
        .evicted = __atomic_load_n(&c->evicted, __ATOMIC_RELAXED),
        .refused_tokens = __atomic_load_n(&c->refused_tokens, __ATOMIC_RELAXED),
        .limited = __atomic_load_n(&c->limited, __ATOMIC_RELAXED),
    };
    for (size_t i = 0; i < server->options.listeners; i++)
        out->connections += connections_total(server->connections[i]);
    for (size_t i = 0; i < ARRAY_SIZE(out->by_status); i++)
        out->by_status[i] = __atomic_load_n(&c->by_status[i], __ATOMIC_RELAXED);
}
