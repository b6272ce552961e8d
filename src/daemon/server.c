#include "daemon/server.h"

#include "base/log.h"
#include "daemon/loader.h"
#include "daemon/reclaimer.h"
#include "daemon/sockets.h"
#include "daemon/stats.h"
#include "daemon/worker.h"

#include <sched.h>
#include <stdlib.h>

struct server {
    const struct config *config;
    struct reclaimer *reclaimer;
    struct loader *loader;
    struct stats *stats;
    struct worker **workers;
    size_t workers_count;
    struct sockets sockets;
};

static unsigned count_workers(const struct config *config)
{
    cpu_set_t allowed;
    if (config->workers > 0)
        return config->workers;
    return sched_getaffinity(0, sizeof(allowed), &allowed) == 0 ? (unsigned)CPU_COUNT(&allowed) : 1;
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
    enum err err = sockets_open(config, workers, &s->sockets, error);
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
                                      .edns_limit = (uint16_t)s->config->edns_size,
                                      .version = version(s->config),
                                      .tcp = s->config->tcp };
    enum err err = OK;
    for (size_t i = 0; i < s->workers_count && err == OK; i++) {
        struct worker_sockets sockets = sockets_of(&s->sockets, i);
        err = worker_new(&options, &sockets, &s->workers[i], error);
    }
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
    if (err == OK)
        sockets_log(&server->sockets);
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
    sockets_free(&server->sockets);
    free(server);
}
