#include "serve/fast_path.h"

#include "answer/hit_rule.h"
#include "base/log.h"
#include "serve/hit_reader.h"
#include "xdp/loader.h"
#include "xdp/overlay_clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct fast_path {
    const struct config *config;
    bool *keyed;                                  /* by zone id */
    struct xdp_rights *rights;                    /* NULL: not started */
    struct hooks *hooks;                          /* the interfaces */
    struct xdp_overlay *overlay;                  /* NULL: not started */
    struct xdp_clock *clock;                      /* likewise */
    const struct prefixes *exempt, *resolvers;    /* NULL: none */
    struct xdp_kept *kept;                        /* NULL: not made yet */
    struct hit_sample *hits;                      /* NULL: none is kept */
    struct hit_reader *reader;                    /* NULL: not started */
    struct xdp_path *ready;                       /* made ready, not published */
    struct error why_not;                         /* if there is none */
    pthread_mutex_t lock;                         /* guards the rest */
    struct xdp_path *path;                        /* published; NULL: none */
    struct fast_path_counts past;                 /* of paths that are freed */
    struct xdp_zone_counters *past_zones, *zones; /* the same; scratch */
};

/* Logs why there can be no fast path; false: there can. */
static bool is_impossible(const struct config *c)
{
    if (c->query_log != NULL)
        log_notice("no fast path: it does not log queries, and query_log is set");
    else if (!xdp_is_built())
        log_error("no fast path: this program was built without it");
    else if (xdp_cpus() <= 0)
        log_error("no fast path: the CPUs cannot be counted");
    else
        return false;
    return true;
}

enum err fast_path_new(const struct config *config, const struct listen_address_list *addresses,
                       struct fast_path **out, struct error *error)
{
    *out = NULL;
    if (config->xdp.count == 0 || is_impossible(config))
        return OK;
    struct fast_path *p = calloc(1, sizeof(*p));
    if (p == NULL)
        return error_set(error, ERR_MEMORY, "fast path: out of memory");
    p->config = config;
    pthread_mutex_init(&p->lock, NULL);
    p->keyed = calloc(config->zones_count + 1, sizeof(*p->keyed));
    p->past_zones = calloc(config->zones_count + 1, sizeof(*p->past_zones));
    p->zones = calloc(config->zones_count + 1, sizeof(*p->zones));
    bool sampled = config->api.count + config->page.count == 0 ||
                   hit_sample_new(HIT_KEPT, HIT_RATE, HIT_ALL, &p->hits) == OK;
    enum err err = p->keyed != NULL && p->past_zones != NULL && p->zones != NULL && sampled
                       ? hooks_new(config, addresses, &p->hooks, error)
                       : error_set(error, ERR_MEMORY, "fast path: out of memory");
    if (err != OK) {
        fast_path_free(p);
        return err;
    }
    for (size_t i = 0; i < config->zones_count; i++)
        p->keyed[i] = config->zones[i].keyed;
    *out = p;
    return OK;
}

static void stop_overlay(struct fast_path *p)
{
    xdp_clock_stop(p->clock);
    xdp_overlay_free(p->overlay);
    p->clock = NULL;
    p->overlay = NULL;
}

void fast_path_start(struct fast_path *p, struct xdp_rights *rights)
{
    struct error error;

    if (p == NULL)
        return;
    p->rights = rights;
    enum err err = xdp_overlay_new((size_t)p->config->overlay_mib << 20, rights, &p->overlay, &error);
    if (err == OK)
        err = xdp_clock_start(p->overlay, &p->clock, &error);
    if (err == OK)
        err = hooks_start(p->hooks, rights, &error);
    if (err == OK)
        return;
    stop_overlay(p);
    hooks_end_use(p->hooks, error.text);
}

void fast_path_free(struct fast_path *p)
{
    if (p == NULL)
        return;
    hit_reader_stop(p->reader);
    hooks_free(p->hooks);
    xdp_rights_free(p->rights);
    xdp_path_free(p->path);
    xdp_path_free(p->ready);
    stop_overlay(p);
    xdp_kept_free(p->kept);
    hit_sample_free(p->hits);
    free(p->keyed);
    free(p->past_zones);
    free(p->zones);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

void fast_path_use_clients(struct fast_path *p, const struct prefixes *exempt,
                           const struct prefixes *resolvers)
{
    if (p == NULL)
        return;
    p->exempt = exempt;
    p->resolvers = resolvers;
}

/* ---- Publishing ---- */

/* Makes what all paths share, at the first one. */
static enum err make_kept(struct fast_path *p, struct error *error)
{
    enum err err = OK;

    if (p->kept == NULL)
        err = xdp_kept_new(p->rights, &p->config->rate_limit.rules, &p->kept, error);
    if (err == OK && p->hits != NULL && p->reader == NULL)
        err = hit_reader_start(p->kept, p->hits, &p->reader, error);
    return err;
}

void fast_path_prepare(struct fast_path *p, const struct view *view)
{
    if (p == NULL || hooks_interfaces(p->hooks) == NULL)
        return;
    xdp_path_free(p->ready);
    p->ready = NULL;
    if (make_kept(p, &p->why_not) != OK)
        return;
    struct xdp_facts facts = { .rights = p->rights,
                               .interfaces = hooks_interfaces(p->hooks),
                               .overlay = p->overlay,
                               .keyed = p->keyed,
                               .edns_limit = (uint16_t)p->config->edns_size,
                               .authority = p->config->authority,
                               .hits = p->hits != NULL,
                               .kept = p->kept,
                               .exempt = p->exempt,
                               .resolvers = p->resolvers };
    if (xdp_path_new(view, &facts, &p->ready, &p->why_not) == OK)
        xdp_path_lend(p->ready, view->snapshot);
    else
        p->ready = NULL;
}

void fast_path_publish(struct fast_path *p)
{
    if (p == NULL || hooks_interfaces(p->hooks) == NULL)
        return;
    if (p->ready != NULL) {
        xdp_path_control(p->ready, XDP_CONTROL_ON);
        hooks_use(p->hooks);
    } else {
        hooks_end_use(p->hooks, p->why_not.text);
    }
    pthread_mutex_lock(&p->lock);
    if (p->path != NULL) {
        xdp_path_control(p->path, 0);
        xdp_path_count(p->path, &p->past.all);
        xdp_path_count_zones(p->path, p->past_zones, p->config->zones_count);
    }
    xdp_path_free(p->path);
    p->path = p->ready;
    p->ready = NULL;
    pthread_mutex_unlock(&p->lock);
}

void fast_path_overlay(struct fast_path *p, const struct overlay_view *overlay)
{
    if (p != NULL && p->overlay != NULL)
        xdp_overlay_publish(p->overlay, overlay);
}

const struct arena_memory *fast_path_overlay_memory(const struct fast_path *p)
{
    return p != NULL && p->overlay != NULL ? xdp_overlay_memory(p->overlay) : NULL;
}

void fast_path_wait(void *path)
{
    const struct fast_path *p = path;

    if (p->overlay != NULL)
        xdp_overlay_wait(p->overlay);
}

/* ---- Counters ---- */

/* Adds what the program has made of queries as the workers would have counted it. */
static void add_answers(struct answer_counters *to, const struct xdp_counters *from)
{
    const uint64_t *outcome = from->outcome;
    uint64_t dropped = outcome[XDP_DROPPED] + outcome[XDP_LOST];

    to->queries +=
        outcome[XDP_LISTED] + outcome[XDP_NODATA] + outcome[XDP_NXDOMAIN] + outcome[XDP_SLIPPED] + dropped;
    to->answered += outcome[XDP_LISTED];
    to->nodata += outcome[XDP_NODATA];
    to->nxdomain += outcome[XDP_NXDOMAIN];
    to->truncated += outcome[XDP_SLIPPED];
    to->dropped += dropped;
    to->rate_dropped += from->rate_dropped;
    to->rate_slipped += from->rate_slipped;
    to->bytes_in += from->bytes_in;
    to->bytes_out += from->bytes_out;
}

static void add_zones(struct answer_zone_counters *to, const struct xdp_zone_counters *from, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        to[i].queries += from[i].queries;
        to[i].ok += from[i].ok;
        to[i].nxdomain += from[i].nxdomain;
        to[i].bytes_in += from[i].bytes_in;
        to[i].bytes_out += from[i].bytes_out;
    }
}

void fast_path_count(struct fast_path *p, struct fast_path_counts *counts, struct answer_counters *all,
                     struct answer_zone_counters *zones)
{
    memset(counts, 0, sizeof(*counts));
    if (p == NULL)
        return;
    pthread_mutex_lock(&p->lock);
    size_t count = p->config->zones_count;
    *counts = p->past;
    memcpy(p->zones, p->past_zones, count * sizeof(*p->zones));
    if (p->path != NULL) {
        xdp_path_count(p->path, &counts->all);
        xdp_path_count_zones(p->path, p->zones, count);
        counts->table_bytes = xdp_path_bytes(p->path);
    }
    add_answers(all, &counts->all);
    if (zones != NULL)
        add_zones(zones, p->zones, count);
    pthread_mutex_unlock(&p->lock);
}

const struct hit_sample *fast_path_hits(const struct fast_path *p)
{
    return p != NULL ? p->hits : NULL;
}

bool fast_path_inspect(struct fast_path *p, size_t i, struct hook_state *out)
{
    return p != NULL && hooks_inspect(p->hooks, i, out);
}
