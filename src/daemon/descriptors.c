#include "daemon/descriptors.h"

#include "base/log.h"
#include "resolve/resolver.h"

#include <sys/resource.h>

enum {
    LEAST = 2,      /* connections of each worker and listener */
    OWN = 20,       /* standard streams, logs, watches, the control socket */
    OWN_WORKER = 4, /* of each, besides its sockets */
    OWN_RESOLVER = 1 + RESOLVER_THREADS,
    OWN_XDP = 10,    /* sockets, a map, those of the next load */
    OWN_STORE = 20,  /* database, WAL and lock, for each reader and the writer */
    RESERVE = 24,    /* for reloads and key files, and connections to the control socket */
    RESERVE_API = 16 /* for copies of the store, tokens, certificates, commands */
};

static struct descriptor_needs find_needs(const struct config *c, size_t workers, size_t sockets)
{
    size_t listeners = c->api.count + c->page.count;
    struct descriptor_needs needs = { .own = OWN + workers * (OWN_WORKER + sockets) +
                                             listeners * http_listener_descriptors(&c->http),
                                      .reserve = RESERVE,
                                      .tcp = { workers, c->tcp.connections },
                                      .http = { listeners, c->http.connections } };
    if (config_list_policy_proofs(c) != 0)
        needs.own += OWN_RESOLVER;
    if (c->xdp.count > 0)
        needs.own += OWN_XDP;
    if (c->state != NULL) {
        needs.own += OWN_STORE;
        needs.reserve += listeners * c->http.threads; /* an age file each */
    }
    if (c->state != NULL || listeners > 0)
        needs.reserve += RESERVE_API;
    return needs;
}

static size_t connections_of(const struct descriptor_service *service)
{
    return service->count * service->connections;
}

/* The few connections that each of the service has in any case. */
static size_t least_of(const struct descriptor_service *service)
{
    return service->connections < LEAST ? service->connections : LEAST;
}

/* What each of the service gets if `part` of `whole` of the connections beyond the least ones are possible.
 */
static uint32_t share_of(const struct descriptor_service *service, size_t part, size_t whole)
{
    size_t least = least_of(service), more = service->connections - least;
    return (uint32_t)(part < whole ? least + more * part / whole : service->connections);
}

enum err descriptors_divide(size_t limit, const struct descriptor_needs *needs, struct descriptor_shares *out,
                            struct error *error)
{
    size_t least = needs->own + needs->reserve + needs->tcp.count * least_of(&needs->tcp) +
                   needs->http.count * least_of(&needs->http);
    size_t wanted = needs->own + needs->reserve + connections_of(&needs->tcp) + connections_of(&needs->http);
    if (limit < least)
        return error_set(
            error, ERR_LIMIT,
            "the limit of open files is %zu, and at least %zu are needed for %zu workers and %zu "
            "addresses of --api and --page (%zu for all connections): raise ulimit -n, or "
            "LimitNOFILE= of the unit, or set fewer --workers",
            limit, least, needs->tcp.count, needs->http.count, wanted);
    out->tcp = share_of(&needs->tcp, limit - least, wanted - least);
    out->http = share_of(&needs->http, limit - least, wanted - least);
    return OK;
}

/* Raises the limit to `wanted`, or as far as permitted, and returns it. */
static size_t raise_limit(size_t wanted)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return wanted; /* does not happen */
    struct rlimit raised = { limit.rlim_max < wanted ? limit.rlim_max : wanted, limit.rlim_max };
    if (limit.rlim_cur < raised.rlim_cur && setrlimit(RLIMIT_NOFILE, &raised) == 0)
        limit = raised;
    return limit.rlim_cur < wanted ? limit.rlim_cur : wanted;
}

enum err descriptors_reserve(const struct config *config, size_t workers, size_t sockets,
                             struct descriptor_shares *out, struct error *error)
{
    struct descriptor_needs needs = find_needs(config, workers, sockets);
    size_t wanted = needs.own + needs.reserve + connections_of(&needs.tcp) + connections_of(&needs.http);
    size_t limit = raise_limit(wanted);
    enum err err = descriptors_divide(limit, &needs, out, error);
    if (err != OK || limit == wanted)
        return err;
    log_notice("the limit of open files is %zu, all connections would need %zu (ulimit -n, LimitNOFILE=): "
               "each worker has at most %u over TCP",
               limit, wanted, out->tcp);
    if (needs.http.count > 0)
        log_notice("likewise each address of --api and --page has at most %u connections", out->http);
    return OK;
}
