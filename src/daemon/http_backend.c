#include "daemon/http_backend.h"

#include "age/age.h"
#include "answer/hit_sample.h"
#include "api/calls.h"
#include "base/log.h"
#include "config/alloc.h"
#include "daemon/control_socket.h"
#include "page/error_page.h"
#include "page/page.h"
#include "report/metrics.h"
#include "report/totals.h"

#include <errno.h>

#include <pthread.h>
#include <unistd.h>

struct http_backend {
    const struct config *config;
    struct http_options options;
    struct report_sources sources;
    struct updater *updater;
    struct loader *loader;
    pthread_mutex_t lock;       /* protects `server` */
    struct http_server *server; /* NULL: no address is configured, not started, or stopping */
    struct control_socket control;
    bool draining; /* atomic */
    struct backend backend;
    char *backups, *ages;
};

/* ---- The callbacks of api/backend.h ---- */

static bool submit(void *context, struct delist_op *op)
{
    return updater_submit(((struct http_backend *)context)->updater, op);
}

static bool look_up(void *context, struct resolver_lookup *lookup)
{
    struct resolver *resolver = ((struct http_backend *)context)->sources.resolver;
    return resolver != NULL && resolver_look_up(resolver, lookup);
}

static const struct view *open_view(void *context)
{
    return publisher_open(((struct http_backend *)context)->sources.publisher);
}

static void close_view(void *context)
{
    publisher_close(((struct http_backend *)context)->sources.publisher);
}

/* The totals of all workers, for free(); NULL without memory. */
static struct totals *collect(const struct http_backend *api)
{
    const struct report_sources *from = &api->sources;
    struct totals *totals = totals_new(api->config->zones_count);
    if (totals != NULL)
        totals_collect(totals, api->config->zones_count, from->workers, from->workers_count, NULL,
                       from->fast_path);
    return totals;
}

static enum err report(void *context, struct report *out, struct error *error)
{
    const struct http_backend *api = context;
    struct totals *totals = collect(api);
    if (totals == NULL)
        return error_set(error, ERR_MEMORY, "report: out of memory");
    enum err err = report_make(&api->sources, totals, out, error);
    free(totals);
    return err;
}

static bool has_list(void *context, const char *name)
{
    const struct config *config = ((struct http_backend *)context)->config;
    for (size_t i = 0; i < config->sets_count; i++)
        if (strcmp(config->sets[i].list, name) == 0)
            return true;
    return false;
}

static bool reload(void *context, struct reload *request)
{
    return loader_reload(((struct http_backend *)context)->loader, request);
}

/* The server, or NULL; in one of its own threads it outlives the call. */
static struct http_server *get_server(struct http_backend *api)
{
    pthread_mutex_lock(&api->lock);
    struct http_server *server = api->server;
    pthread_mutex_unlock(&api->lock);
    return server;
}

static bool metrics(void *context, FILE *to)
{
    struct http_backend *api = context;
    const struct report_sources *from = &api->sources;
    struct http_counters http = { .requests = 0 };
    struct http_server *server = get_server(api);
    struct totals *totals = collect(api);
    struct report facts;
    struct error error;
    if (totals == NULL)
        return false;
    if (server != NULL)
        http_get_counters(server, &http);
    enum err err = report_make(from, totals, &facts, &error);
    if (err == OK) {
        metrics_write(to, totals, &facts, &http, from);
        backend_free_report(&facts);
    }
    free(totals);
    return err != ERR_MEMORY; /* before the first load there is nothing to write */
}

static bool token_failure(void *context, struct error *out)
{
    struct http_server *server = get_server(context);
    return server != NULL && http_token_failure(server, out);
}

/* A position in the sample of one worker, from its newest record to its oldest. */
struct hit_cursor {
    const struct hit_sample *hits;
    uint64_t next; /* number of the record before `record` */
    bool valid;    /* `record` is there */
    struct hit_record record;
};

static void advance(struct hit_cursor *c)
{
    c->valid = c->next > 0 && hit_sample_get(c->hits, --c->next, &c->record);
}

/* The cursor with the newest record, or NULL. */
static struct hit_cursor *newest(struct hit_cursor *cursors, size_t count)
{
    struct hit_cursor *best = NULL;
    for (size_t i = 0; i < count; i++)
        if (cursors[i].valid && (best == NULL || cursors[i].record.time > best->record.time))
            best = &cursors[i];
    return best;
}

static bool hits(void *context, bool (*add)(void *page, const struct hit_record *hit), void *page,
                 uint64_t *seen, unsigned *rate)
{
    const struct report_sources *from = &((struct http_backend *)context)->sources;
    struct hit_cursor *cursors = calloc(from->workers_count + 1, sizeof(*cursors)), *c;
    const struct hit_sample *of_fast_path = fast_path_hits(from->fast_path);
    size_t count = from->workers_count + (of_fast_path != NULL);
    struct answer_counters ignored = { 0 };
    struct fast_path_counts counts;
    if (cursors == NULL)
        return false;
    fast_path_count(from->fast_path, &counts, &ignored, NULL);
    *seen = counts.all.outcome[XDP_LISTED];
    *rate = 1;
    for (size_t i = 0; i < count; i++) {
        const struct hit_sample *h =
            i < from->workers_count ? worker_context(from->workers[i])->hits : of_fast_path;
        cursors[i] = (struct hit_cursor){ .hits = h, .next = hit_sample_end(h) };
        advance(&cursors[i]);
        *seen += hit_sample_seen(h);
        *rate = hit_sample_rate(h);
    }
    while ((c = newest(cursors, count)) != NULL && add(page, &c->record))
        advance(c);
    free(cursors);
    return true;
}

static const char *zone_name(void *context, unsigned id)
{
    return ((struct http_backend *)context)->config->zones[id].name;
}

static bool has_zone(void *context, const char *name)
{
    const struct config *config = ((struct http_backend *)context)->config;
    for (size_t i = 0; i < config->zones_count; i++)
        if (strcasecmp(config->zones[i].name, name) == 0)
            return true;
    return false;
}

static int list_number(const void *context, const char *name)
{
    return delist_list_number(context, name);
}

static void explain_list(const void *context, const char *name, char *out, size_t size)
{
    delist_explain_list(context, name, out, size);
}

/* ---- Start and stop ---- */

/* Binds a listener; a unix socket belongs to the user that the server becomes. It may be in a directory that
 * only that user may write to: then it is bound as that user. */
static enum err bind_listener(struct http_listener *listener, const struct identity *identity,
                              struct error *error)
{
    enum err err = http_bind(listener, error);
    if (err == ERR_SYSTEM && identity->change) {
        privileges_begin_files(identity);
        err = http_bind(listener, error);
        privileges_end_files();
        return err;
    }
    if (err != OK || !listener->unix_socket || !identity->change ||
        lchown(listener->address + strlen("unix:"), identity->uid, identity->gid) == 0)
        return err;
    err = error_set(error, ERR_SYSTEM, "--api %s: cannot change the owner: %s", listener->address,
                    strerror(errno));
    http_unbind(listener);
    return err;
}

static enum err bind_all(struct http_backend *api, const struct config_addresses *addresses, bool page,
                         const struct identity *identity, struct error *error)
{
    enum err err = OK;
    for (size_t i = 0; i < addresses->count && err == OK; i++) {
        struct http_listener listener = { .address = addresses->address[i], .page = page, .socket = -1 };
        if (api->options.listeners == HTTP_LISTENERS_MAX)
            return error_set(error, ERR_LIMIT, "%s: at most %d addresses", listener.address,
                             HTTP_LISTENERS_MAX);
        err = bind_listener(&listener, identity, error);
        if (err == OK)
            api->options.listener[api->options.listeners++] = listener;
    }
    return err;
}

enum err http_backend_open(const struct config *config, const char *name, uint32_t connections,
                           const struct identity *identity, struct http_backend **out, struct error *error)
{
    struct http_backend *api = alloc_array(1, sizeof(*api));
    pthread_mutex_init(&api->lock, NULL);
    api->config = config;
    api->options = config->http;
    api->options.connections = connections;
    control_socket_open(name, identity, &api->control);
    control_socket_yield(&api->control, &config->api);
    enum err err = bind_all(api, &config->api, false, identity, error);
    if (err == OK)
        err = bind_all(api, &config->page, true, identity, error);
    if (err != OK) {
        http_backend_stop(api);
        http_backend_free(api);
        return err;
    }
    *out = api;
    return OK;
}

static struct http_server *set_server(struct http_backend *api, struct http_server *server)
{
    pthread_mutex_lock(&api->lock);
    struct http_server *old = api->server;
    api->server = server;
    pthread_mutex_unlock(&api->lock);
    return old;
}

static enum err start_api(struct http_backend *api, struct error *error)
{
    static const struct route *const tables[] = { api_routes, page_routes, NULL };
    struct http_server *server;
    const struct http_program program = { .tables = tables,
                                          .lists = { list_number, api->sources.delist, explain_list },
                                          .no_such_path =
                                              "There is nothing at this path; see /v1/openapi.json.",
                                          .gets_error = &api_gets_error,
                                          .posts_error = &api_posts_error,
                                          .context = &api->backend,
                                          .fail = error_page_answer,
                                          .new_call = call_new,
                                          .free_call = call_free };
    if (api->options.listeners == 0)
        return OK;
    enum err err = http_start(&api->options, &program, &server, error);
    if (err != OK) {
        api->options.listeners = 0; /* the server owned them and has closed them */
        return err;
    }
    set_server(api, server);
    for (size_t i = 0; i < api->options.listeners; i++)
        log_info("%s on %s", api->options.listener[i].page ? "page" : "API and page",
                 api->options.listener[i].address);
    if (api->config->state == NULL)
        log_warning(
            "no --state: changes by the API are kept in memory only and are lost when the server stops");
    return OK;
}

enum err http_backend_start(struct http_backend *api, const struct report_sources *sources,
                            struct updater *updater, struct loader *loader, struct error *error)
{
    api->sources = *sources;
    api->updater = updater;
    api->loader = loader;
    if (api->config->state != NULL && (asprintf(&api->backups, "%s/" STORE_BACKUPS, api->config->state) < 0 ||
                                       asprintf(&api->ages, "%s/" AGE_DIRECTORY, api->config->state) < 0))
        abort();
    api->backend = (struct backend){ .context = api,
                                     .delist = sources->delist,
                                     .draining = &api->draining,
                                     .submit = submit,
                                     .look_up = look_up,
                                     .view_open = open_view,
                                     .view_close = close_view,
                                     .report = report,
                                     .has_list = has_list,
                                     .reload = reload,
                                     .metrics = metrics,
                                     .hits = hits,
                                     .token_failure = token_failure,
                                     .zone_name = zone_name,
                                     .has_zone = has_zone,
                                     .backups = api->backups,
                                     .ages = api->ages,
                                     .service = &api->options.service,
                                     .logo = &api->config->logo,
                                     .style = &api->config->style,
                                     .banner = &api->config->banner };
    enum err err = start_api(api, error);
    if (err == OK)
        control_socket_start(&api->control, &api->backend);
    return err;
}

const char *http_backend_reach(const struct http_backend *api)
{
    return control_socket_reach(&api->control);
}

void http_backend_wake(void *context)
{
    struct http_backend *api = context;
    if (api == NULL)
        return;
    pthread_mutex_lock(&api->lock);
    if (api->server != NULL)
        http_notify(api->server);
    pthread_mutex_unlock(&api->lock);
}

void http_backend_reload(struct http_backend *api)
{
    struct http_server *server = api != NULL ? get_server(api) : NULL;
    if (server != NULL)
        http_reload(server);
}

void http_backend_stop(struct http_backend *api)
{
    if (api == NULL)
        return;
    struct http_server *server = set_server(api, NULL);
    control_socket_stop(&api->control);
    if (server != NULL)
        http_stop(server);
    else
        for (size_t i = 0; i < api->options.listeners; i++)
            http_unbind(&api->options.listener[i]);
}

void http_backend_free(struct http_backend *api)
{
    if (api == NULL)
        return;
    pthread_mutex_destroy(&api->lock);
    free(api->backups);
    free(api->ages);
    free(api);
}
