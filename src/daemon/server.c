#include "daemon/server.h"

#include "base/log.h"
#include "daemon/loader.h"
#include "daemon/reclaimer.h"
#include "daemon/stats.h"
#include "daemon/worker.h"
#include "net/socket.h"

#include <sched.h>
#include <stdlib.h>

struct server {
    const struct config *config;
    struct reclaimer *reclaimer;
    struct loader *loader;
    struct stats *stats;
    struct worker **workers;
    size_t workers_count;
    struct address_list addresses;
    int *fds; /* by worker, then by address; the first workers_count * addresses.count are the workers' */
};

static unsigned count_workers(const struct config *config)
{
    cpu_set_t allowed;
    if (config->workers > 0)
        return config->workers;
    return sched_getaffinity(0, sizeof(allowed), &allowed) == 0 ? (unsigned)CPU_COUNT(&allowed) : 1;
}

/* Opens one socket a worker on each address. */
static enum err open_sockets(struct server *s, size_t workers, struct error *error)
{
    size_t n = s->addresses.count;
    int *fds = calloc(workers, sizeof(*fds));
    s->fds = calloc(workers * n, sizeof(*s->fds));
    if (fds == NULL || s->fds == NULL)
        abort();
    enum err err = OK;
    for (size_t i = 0; i < n && err == OK; i++)
        err = socket_probe_udp(&s->addresses.address[i], error);
    for (size_t i = 0; i < n && err == OK; i++) {
        err = socket_open_udp(&s->addresses.address[i], fds, workers, error);
        for (size_t j = 0; j < workers && err == OK; j++)
            s->fds[j * n + i] = fds[j];
    }
    free(fds);
    return err;
}

enum err server_open(const struct config *config, struct server **out, struct error *error)
{
    struct server *s = calloc(1, sizeof(*s));
    unsigned workers = count_workers(config);
    if (s == NULL)
        abort();
    s->config = config;
    s->workers = calloc(workers, sizeof(struct worker *));
    if (s->workers == NULL)
        abort();
    enum err err = OK;
    for (size_t i = 0; i < config->binds_count && err == OK; i++)
        err = address_resolve(config->binds[i], config->family, &s->addresses, error);
    if (err == OK)
        err = open_sockets(s, workers, error);
    if (err != OK) {
        server_stop(s);
        return err;
    }
    s->workers_count = workers;
    *out = s;
    return OK;
}

static const char *version(const struct config *config)
{
    return config->version_hidden == 0   ? "dnsbld " DNSBLD_VERSION
           : config->version_hidden == 1 ? "dnsbld"
                                         : NULL;
}

static enum err make_workers(struct server *s, struct error *error)
{
    struct worker_options options = { .view = loader_view(s->loader),
                                      .zones_count = s->config->zones_count,
                                      .authority = s->config->authority,
                                      .version = version(s->config) };
    size_t n = s->addresses.count;
    enum err err = OK;
    for (size_t i = 0; i < s->workers_count && err == OK; i++)
        err = worker_new(&options, &s->fds[i * n], n, &s->workers[i], error);
    if (err == OK)
        err = stats_new(s->config, s->workers, s->workers_count, &s->stats, error);
    for (unsigned i = 0; i < s->workers_count && err == OK; i++)
        err = worker_start(s->workers[i], i, error);
    return err;
}

enum err server_load(struct server *server, struct error *error)
{
    enum err err = reclaimer_start(&server->reclaimer, error);
    if (err == OK)
        err = loader_new(server->config, server->reclaimer, &server->loader, error);
    if (err == OK && !server->config->quickstart)
        err = loader_load_all(server->loader, error);
    return err;
}

enum err server_start(struct server *server, struct error *error)
{
    enum err err = make_workers(server, error);
    if (err == OK)
        err = loader_start(server->loader, server->config->quickstart, error);
    for (size_t i = 0; err == OK && i < server->addresses.count; i++) {
        char text[ADDRESS_TEXT];
        address_format(&server->addresses.address[i], text);
        log_info("listening on %s (UDP), %zu workers", text, server->workers_count);
    }
    return err;
}

void server_reload(struct server *server)
{
    loader_check(server->loader);
}

void server_log_stats(struct server *server, bool reset)
{
    stats_log(server->stats, reset);
}

void server_stop(struct server *server)
{
    if (server == NULL)
        return;
    for (size_t i = 0; i < server->workers_count; i++) {
        if (server->workers[i] != NULL)
            worker_stop(server->workers[i]);
    }
    if (server->loader != NULL)
        loader_stop(server->loader);
    reclaimer_stop(server->reclaimer);
    if (server->stats != NULL)
        stats_log(server->stats, false);
    stats_free(server->stats);
    for (size_t i = 0; i < server->workers_count; i++)
        worker_free(server->workers[i]);
    loader_free(server->loader);
    free(server->workers);
    free(server->fds);
    free(server);
}
