#include "daemon/server.h"

#include "base/clock.h"
#include "base/log.h"
#include "config/alloc.h"
#include "daemon/confirm_command.h"
#include "daemon/http_backend.h"
#include "daemon/rights.h"
#include "daemon/sockets.h"
#include "load/loader.h"
#include "report/stats.h"
#include "resolve/resolver.h"
#include "serve/policy_store.h"
#include "serve/query_log.h"
#include "serve/reclaimer.h"
#include "serve/systemd.h"
#include "serve/worker.h"

#include <sched.h>
#include <time.h>

/* A periodic action. */
struct server_timer {
    int64_t every_ms; /* the period; 0: never */
    int64_t due_ms;   /* monotonic */
};

struct server {
    const struct config *config;
    struct reclaimer *reclaimer;
    struct publisher *publisher;
    struct fast_path *fast_path; /* NULL: none */
    struct xdp_rights *rights;   /* which it takes over; NULL: it has, or there is none */
    struct updater *updater;     /* NULL: only files change lists */
    uint16_t *set_lists;
    struct load_status *load_status;
    struct loader *loader;
    char *reach; /* how dnsblctl reaches the server without a control socket */
    struct http_backend *api;
    struct confirm_command *confirm; /* NULL: none */
    struct listen_address_list resolvers;
    struct resolver *resolver; /* NULL: nothing is looked up */
    struct policy_store *policy;
    struct stats *stats;
    bool serves;           /* server_start has succeeded, so there are statistics */
    struct query_log *log; /* NULL: none */
    struct server_timer stats_timer, watchdog_timer, policy_timer, alive_timer;
    int64_t started; /* Unix time */
    struct worker **workers;
    size_t workers_count;
    size_t alive; /* responsive workers at the last check; atomic */
    struct sockets sockets;
    struct descriptor_shares shares;
};

static unsigned count_workers(const struct config *config)
{
    cpu_set_t allowed;
    if (config->workers > 0)
        return config->workers;
    return sched_getaffinity(0, sizeof(allowed), &allowed) == 0 ? (unsigned)CPU_COUNT(&allowed) : 1;
}

/* Whether the API or the page is served, which may change lists and report the workers' state. */
static bool has_api(const struct server *s)
{
    return s->config->api.count + s->config->page.count > 0;
}

/* Whether some list takes proofs that are looked up in DNS. */
static bool looks_up(const struct server *s)
{
    return has_api(s) && (config_list_policy_proofs(s->config) & (PROOF_MAIL | PROOF_DNS)) != 0;
}

enum err server_open(const struct config *config, const struct identity *identity, struct server **out,
                     struct error *error)
{
    struct server *s = alloc_array(1, sizeof(*s));
    unsigned workers = count_workers(config);
    char name[SOCKET_ADDRESS_TEXT];
    s->config = config;
    s->workers = alloc_array(workers, sizeof(struct worker *));
    enum err err = sockets_open(config, workers, &s->shares, &s->sockets, error);
    if (err == OK) {
        s->workers_count = s->alive = workers;
        sockets_name(&s->sockets, name);
        err = http_backend_open(config, name, s->shares.http, identity, &s->api, error);
    }
    if (err == OK && looks_up(s))
        err = resolver_find_servers(config->resolver.addresses.text, config->resolver.addresses.count,
                                    RESOLVER_FILE, &s->resolvers, error);
    if (err == OK)
        err = fast_path_new(config, &s->sockets.udp, &s->fast_path, error);
    if (err == OK)
        *out = s;
    else
        server_stop(s);
    return err;
}

enum err server_fork(struct server *server, const struct identity *identity, struct error *error)
{
    enum err err = confirm_command_start(server->config, identity, &server->confirm, error);
    if (err == OK && server->fast_path != NULL)
        err = rights_start(server->config, identity, &server->rights, error);
    return err;
}

static enum err start_workers(struct server *s, struct error *error)
{
    static const char *const versions[] = {
        [VERSION_FULL] = "dnsbld " DNSBLD_VERSION, [VERSION_NAME] = "dnsbld", [VERSION_REFUSED] = NULL
    };
    struct worker_options options = { .context = { .authority = s->config->authority,
                                                   .minimal_any = s->config->minimal_any,
                                                   .edns_limit = (uint16_t)s->config->edns_size,
                                                   .version = versions[s->config->version],
                                                   .hostname = s->config->hostname,
                                                   .identity = s->config->identity },
                                      .view = publisher_view(s->publisher),
                                      .zones_count = s->config->zones_count,
                                      .policy = policy_store_policy(s->policy),
                                      .rate = &s->config->rate_limit.rules,
                                      .rate_exempt = policy_store_exempt(s->policy),
                                      .tcp = s->config->tcp,
                                      .hits = has_api(s) };
    options.tcp.connections = s->shares.tcp;
    enum err err = OK;
    if (s->config->query_log != NULL)
        err = query_log_start(s->config->query_log, s->workers_count, &s->log, error);
    for (size_t i = 0; i < s->workers_count && err == OK; i++) {
        struct worker_sockets sockets = sockets_of(&s->sockets, i);
        options.context.worker = (unsigned)i;
        options.log = s->log != NULL ? query_log_ring(s->log, i) : NULL;
        err = worker_new(&options, &sockets, &s->workers[i], error);
    }
    if (err == OK)
        s->stats = stats_new(s->config, s->workers, s->workers_count, s->log, s->fast_path);
    for (size_t i = 0; i < s->workers_count && err == OK; i++)
        err = worker_start(s->workers[i], error);
    return err;
}

#define COMMIT_SECONDS 60 /* between the time of a request and the mail with its code, at most */

/* Opens the store, publishes the overlay and gives the lists their numbers. */
static enum err open_updater(struct server *s, struct error *error)
{
    const struct config *c = s->config;
    struct list_policy *policies;
    struct store_list_set *sets;
    size_t count, sets_count;
    config_list_policy_all(c, &policies, &count);
    config_list_sets(c, &sets, &sets_count);
    struct delist_options options = { .state = c->state,
                                      .policies = policies,
                                      .policies_count = count,
                                      .sets = sets,
                                      .sets_count = sets_count,
                                      .limits = c->limits,
                                      .privacy = (enum privacy)c->privacy,
                                      .retention = c->retention,
                                      .overlay_bytes = (size_t)c->overlay_mib << 20,
                                      .overlay_memory = fast_path_overlay_memory(s->fast_path),
                                      .confirm = s->confirm != NULL ? confirm_command_send : NULL,
                                      .confirm_room = s->confirm != NULL ? confirm_command_room : NULL,
                                      .confirm_seconds = c->commands.mails.interval + COMMIT_SECONDS,
                                      .confirm_context = s->confirm };
    enum err err = updater_new(&options, s->publisher, s->reclaimer, &s->updater, error);
    for (size_t i = 0; i < c->sets_count && err == OK; i++)
        if (config_set_is_list(c, i))
            s->set_lists[i] = (uint16_t)delist_list_number(updater_delist(s->updater), c->sets[i].list);
    free(policies);
    free(sets);
    return err;
}

/* How dnsblctl reaches the server: a unix socket, which needs no token, or the first address of the API.
 * NULL: not at all. */
static char *make_reach(const struct config *config)
{
    const char *scheme = config->http.tls_certificate != NULL ? "https://" : "http://", *address = NULL;
    char *text;
    for (size_t i = 0; i < config->api.count; i++) {
        bool is_path = strncmp(config->api.address[i], "unix:", strlen("unix:")) == 0;
        if (address == NULL || is_path)
            address = config->api.address[i];
        if (is_path)
            scheme = "";
    }
    if (address == NULL)
        return NULL;
    if (asprintf(&text, "dnsblctl --url %s%s", scheme, address) < 0)
        abort();
    return text;
}

static enum err prepare_loader(struct server *s, struct error *error)
{
    enum err err = load_status_new(s->config, &s->load_status, error);
    struct loader_targets targets = { .reclaimer = s->reclaimer,
                                      .publisher = s->publisher,
                                      .loads = s->load_status,
                                      .updater = s->updater,
                                      .set_lists = s->set_lists };
    targets.reach = http_backend_reach(s->api);
    if (targets.reach == NULL)
        targets.reach = s->reach = make_reach(s->config);
    return err == OK ? loader_new(s->config, &targets, &s->loader, error) : err;
}

enum err server_prepare(struct server *server, struct error *error)
{
    size_t sets = server->config->sets_count;
    server->started = clock_now();
    server->set_lists = alloc_array(sets, sizeof(*server->set_lists));
    for (size_t i = 0; i < sets; i++)
        server->set_lists[i] = VIEW_NO_LIST;
    enum err err = reclaimer_start(&server->reclaimer, error);
    if (err == OK)
        err = publisher_new(server->reclaimer, &server->publisher, error);
    if (err == OK) {
        fast_path_start(server->fast_path, server->rights);
        server->rights = NULL;
        publisher_use_fast_path(server->publisher, server->fast_path);
    }
    if (err == OK && (has_api(server) || server->config->state != NULL))
        err = open_updater(server, error);
    if (err == OK)
        err = prepare_loader(server, error);
    if (err == OK)
        err = policy_store_new(server->config, server->workers_count, server->reclaimer, &server->policy,
                               error);
    if (err == OK)
        fast_path_use_clients(server->fast_path, policy_store_exempt(server->policy),
                              policy_store_resolvers(server->policy));
    return err;
}

enum err server_load(struct server *server, struct error *error)
{
    return server->config->quickstart ? OK : loader_load_all(server->loader, error);
}

static enum err start_api(struct server *s, struct error *error)
{
    struct report_sources sources = { .config = s->config,
                                      .loads = s->load_status,
                                      .publisher = s->publisher,
                                      .fast_path = s->fast_path,
                                      .policy = s->policy,
                                      .delist = s->updater != NULL ? updater_delist(s->updater) : NULL,
                                      .workers = s->workers,
                                      .workers_count = s->workers_count,
                                      .alive = &s->alive,
                                      .commands = confirm_command_link(s->confirm),
                                      .resolver = s->resolver,
                                      .started = s->started,
                                      .set_lists = s->set_lists };
    return http_backend_start(s->api, &sources, s->updater, s->loader, error);
}

enum err server_start(struct server *server, struct error *error)
{
    enum err err = start_workers(server, error);
    if (err == OK && server->updater != NULL)
        err = updater_start(server->updater, http_backend_wake, server->api, error);
    if (err == OK)
        err = loader_start(server->loader, error);
    if (err == OK && looks_up(server))
        err = resolver_start(&server->resolvers, server->config->resolver.timeout * 1000, &server->resolver,
                             error);
    if (err == OK)
        err = start_api(server, error);
    if (err != OK)
        return err;
    sockets_log(&server->sockets);
    if (server->config->stats_file != NULL)
        server->stats_timer.every_ms = (int64_t)server->config->check_seconds * 1000;
    server->stats_timer.due_ms = clock_ms() + server->stats_timer.every_ms;
    server->watchdog_timer.every_ms = (int64_t)(systemd_watchdog() / 3000); /* a third of its microseconds */
    server->alive_timer.every_ms = has_api(server) ? 1000 : server->watchdog_timer.every_ms;
    server->policy_timer.every_ms = policy_store_interval_ms(server->policy);
    server->serves = true;
    return OK;
}

void server_reload(struct server *server)
{
    systemd_notify_reloading();
    if (server->log != NULL)
        query_log_reopen(server->log);
    policy_store_reload(server->policy);
    http_backend_reload(server->api);
    loader_check(server->loader);
}

/* Counts the workers that have responded since the last check. */
static void check_workers(struct server *s)
{
    size_t alive = 0;
    for (size_t i = 0; i < s->workers_count; i++)
        alive += worker_alive(s->workers[i]);
    if (alive < s->alive)
        log_error("%zu of %zu workers do not respond", s->workers_count - alive, s->workers_count);
    __atomic_store_n(&s->alive, alive, __ATOMIC_RELAXED);
}

/* True when the timer is due, and sets it again; lowers *wait_ms to the time until it is due. */
static bool is_due(struct server_timer *timer, int64_t *wait_ms)
{
    int64_t now = clock_ms();
    if (timer->every_ms == 0)
        return false;
    bool due = now >= timer->due_ms;
    if (due) /* missed periods are skipped */
        timer->due_ms = (timer->due_ms + timer->every_ms > now ? timer->due_ms : now) + timer->every_ms;
    if (timer->due_ms - now < *wait_ms)
        *wait_ms = timer->due_ms - now;
    return due;
}

int64_t server_tick(struct server *server)
{
    int64_t wait_ms = 3600 * 1000;
    command_link_poll(confirm_command_link(server->confirm));
    if (is_due(&server->stats_timer, &wait_ms))
        stats_write(server->stats);
    if (is_due(&server->alive_timer, &wait_ms))
        check_workers(server);
    if (is_due(&server->watchdog_timer, &wait_ms) && server->alive == server->workers_count)
        systemd_notify("WATCHDOG=1");
    if (is_due(&server->policy_timer, &wait_ms))
        policy_store_tick(server->policy, server->workers, server->workers_count, server->fast_path,
                          time(NULL));
    return wait_ms;
}

void server_log_stats(struct server *server, bool reset)
{
    stats_log(server->stats, reset);
    policy_store_log(server->policy, reset);
}

bool server_stop(struct server *server)
{
    if (server == NULL)
        return true;
    for (size_t i = 0; i < server->workers_count; i++) {
        if (server->workers[i] != NULL)
            worker_stop(server->workers[i]);
    }
    bool stopped = server->loader == NULL || loader_stop(server->loader);
    if (server->serves) {
        stats_log(server->stats, true);
        policy_store_log(server->policy, true);
    }
    query_log_stop(server->log);
    http_backend_stop(server->api);
    resolver_stop(server->resolver); /* what it has looked up goes to the updater */
    updater_stop(server->updater);
    confirm_command_stop(server->confirm);
    if (!stopped)
        return false;
    http_backend_free(server->api);
    reclaimer_stop(server->reclaimer);
    stats_free(server->stats);
    for (size_t i = 0; i < server->workers_count; i++)
        worker_free(server->workers[i]);
    policy_store_free(server->policy);
    loader_free(server->loader);
    load_status_free(server->load_status);
    publisher_free(server->publisher);
    fast_path_free(server->fast_path);
    xdp_rights_free(server->rights);
    updater_free(server->updater);
    free(server->set_lists);
    free(server->reach);
    free(server->workers);
    sockets_free(&server->sockets);
    free(server);
    return true;
}
