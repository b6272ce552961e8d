#include "serve/fast_path.h"

#include "base/log.h"
#include "xdp/loader.h"

#include <errno.h>
#include <ifaddrs.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_vlan.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct fast_path {
    const struct config *config;
    const struct listen_address_list *listen;
    bool *keyed;                                  /* by zone id */
    pthread_mutex_t lock;                         /* guards the rest, but `ready` */
    struct xdp_path *ready;                       /* made ready, not published */
    struct xdp_path *path;                        /* published; NULL: none */
    struct xdp_hook *hook;                        /* NULL: nothing is attached */
    struct fast_path_counts past;                 /* of paths that are freed */
    struct xdp_zone_counters *past_zones, *zones; /* the same; scratch */
};

/* The setting that the program does not know, or NULL. */
static const char *find_obstacle(const struct config *c)
{
    return c->rate_limit.rules.responses_per_second != 0 ? "rate_limit"
           : c->authority                                ? "authority"
           : c->public_resolvers.prefixes.count != 0     ? "public_resolvers"
           : c->query_log != NULL                        ? "query_log"
                                                         : NULL;
}

enum err fast_path_new(const struct config *config, const struct listen_address_list *addresses,
                       struct fast_path **out, struct error *error)
{
    const char *obstacle = find_obstacle(config);

    *out = NULL;
    if (config->xdp == NULL)
        return OK;
    if (obstacle != NULL) {
        log_notice("%s: no fast path: it does not know %s", config->xdp, obstacle);
        return OK;
    }
    if (xdp_cpus() <= 0 || !xdp_is_built()) {
        log_error("%s: no fast path: %s", config->xdp,
                  xdp_is_built() ? "the CPUs cannot be counted" : "this program was built without it");
        return OK;
    }
    struct fast_path *p = calloc(1, sizeof(*p));
    if (p == NULL)
        return error_set(error, ERR_MEMORY, "fast path: out of memory");
    p->config = config;
    p->listen = addresses;
    pthread_mutex_init(&p->lock, NULL);
    p->keyed = calloc(config->zones_count + 1, sizeof(*p->keyed));
    p->past_zones = calloc(config->zones_count + 1, sizeof(*p->past_zones));
    p->zones = calloc(config->zones_count + 1, sizeof(*p->zones));
    if (p->keyed == NULL || p->past_zones == NULL || p->zones == NULL) {
        fast_path_free(p);
        return error_set(error, ERR_MEMORY, "fast path: out of memory");
    }
    for (size_t i = 0; i < config->zones_count; i++)
        p->keyed[i] = config->zones[i].keyed;
    *out = p;
    return OK;
}

void fast_path_free(struct fast_path *p)
{
    if (p == NULL)
        return;
    xdp_hook_detach(p->hook);
    xdp_path_free(p->path);
    xdp_path_free(p->ready);
    free(p->keyed);
    free(p->past_zones);
    free(p->zones);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

/* ---- The interface ---- */

struct interface {
    struct xdp_address addresses[XDP_ADDRESSES_MAX];
    struct xdp_facts facts; /* its addresses are those */
};

/* Adds an address of the host; those beyond XDP_ADDRESSES_MAX are left to the sockets. On other interfaces
 * than the loopback one nobody is answered at its addresses. */
static void add_address(struct interface *i, const struct sockaddr *address, in_port_t port_be)
{
    struct xdp_address *to = &i->addresses[i->facts.addresses_count];
    uint8_t octets[16] = { [10] = 0xff, [11] = 0xff };

    if (address == NULL || i->facts.addresses_count == XDP_ADDRESSES_MAX)
        return;
    if (address->sa_family == AF_INET) {
        memcpy(octets + 12, &((const struct sockaddr_in *)address)->sin_addr, 4);
        if (octets[12] == 127 && !i->facts.loopback)
            return;
    } else if (address->sa_family == AF_INET6) {
        const struct in6_addr *a = &((const struct sockaddr_in6 *)address)->sin6_addr;
        if (IN6_IS_ADDR_LINKLOCAL(a) || (IN6_IS_ADDR_LOOPBACK(a) && !i->facts.loopback))
            return;
        memcpy(octets, a, sizeof(octets));
    } else {
        return;
    }
    memcpy(to->word, octets, sizeof(octets));
    to->port_be = port_be;
    i->facts.addresses_count++;
}

/* Whether the interface is a VLAN on another one, whose driver may have taken the tags off: the reply would
 * have none. */
static bool is_vlan(int fd, const char *name)
{
    struct vlan_ioctl_args request = { .cmd = GET_VLAN_VID_CMD };

    strncpy(request.device1, name, sizeof(request.device1) - 1);
    return ioctl(fd, SIOCGIFVLAN, &request) == 0;
}

static bool is_address(const struct socket_address *a, const struct sockaddr *of_host)
{
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)of_host;

    if (of_host == NULL || of_host->sa_family != a->sa.sa_family)
        return false;
    if (socket_address_is_wildcard(a))
        return true;
    return a->sa.sa_family == AF_INET
               ? ((const struct sockaddr_in *)of_host)->sin_addr.s_addr == a->v4.sin_addr.s_addr
               : IN6_ARE_ADDR_EQUAL(&v6->sin6_addr, &a->v6.sin6_addr);
}

/* Adds the addresses of the host that the server listens on. */
static void add_addresses(struct interface *i, const struct listen_address_list *listen,
                          const struct ifaddrs *host, int fd)
{
    for (size_t k = 0; k < listen->count; k++) {
        const struct socket_address *a = &listen->address[k];
        in_port_t port = a->sa.sa_family == AF_INET ? a->v4.sin_port : a->v6.sin6_port;
        for (const struct ifaddrs *h = host; h != NULL; h = h->ifa_next)
            if (is_address(a, h->ifa_addr) && !is_vlan(fd, h->ifa_name))
                add_address(i, h->ifa_addr, port);
    }
}

/* Finds out what the program needs to know of the interface. */
static enum err find_interface(const struct fast_path *p, struct interface *i, struct error *error)
{
    const char *name = p->config->xdp;
    struct ifreq request = { .ifr_ifindex = 0 };
    struct ifaddrs *host = NULL;
    enum err err = OK;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    memset(i, 0, sizeof(*i));
    i->facts = (struct xdp_facts){ .addresses = i->addresses,
                                   .keyed = p->keyed,
                                   .edns_limit = (uint16_t)p->config->edns_size };
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) != 0 || getifaddrs(&host) != 0) {
        err = error_set(error, ERR_SYSTEM, "fast path: %s: %s", name, strerror(errno));
    } else {
        i->facts.loopback = request.ifr_flags & IFF_LOOPBACK;
        if (ioctl(fd, SIOCGIFHWADDR, &request) == 0)
            memcpy(i->facts.mac, request.ifr_hwaddr.sa_data, sizeof(i->facts.mac));
        add_addresses(i, p->listen, host, fd);
        freeifaddrs(host);
    }
    if (fd >= 0)
        close(fd);
    return err;
}

/* ---- Publishing ---- */

void fast_path_prepare(struct fast_path *p, const struct view *view)
{
    struct interface i;
    struct error error;

    if (p == NULL)
        return;
    xdp_path_free(p->ready);
    p->ready = NULL;
    if (find_interface(p, &i, &error) != OK || xdp_path_new(view, &i.facts, &p->ready, &error) != OK)
        log_error("%s; the sockets answer all queries", error.text);
}

/* What is left to the sockets. */
static uint32_t control_bits(const struct overlay_view *o)
{
    return XDP_CONTROL_ON | (o->has[RANGE_IP4] ? XDP_CONTROL_OVERLAY4 : 0) |
           (o->has[RANGE_IP6] ? XDP_CONTROL_OVERLAY6 : 0) |
           (o->has[RANGE_NAME] ? XDP_CONTROL_OVERLAY_NAMES : 0);
}

/* Puts p->ready on the interface. False: it is not there; then no path is switched on. */
static bool attach(struct fast_path *p)
{
    struct error error;

    if (p->ready == NULL || (p->hook != NULL && xdp_hook_exchange(p->hook, p->ready, &error) == OK))
        return p->ready != NULL;
    xdp_hook_detach(p->hook); /* the interface is gone, and may have come back */
    p->hook = NULL;
    if (xdp_hook_attach(if_nametoindex(p->config->xdp), p->ready, &p->hook, &error) != OK) {
        log_error("%s: %s; the sockets answer all queries", p->config->xdp, error.text);
        return false;
    }
    log_notice("%s: fast path in %s", p->config->xdp,
               xdp_hook_is_native(p->hook) ? "the driver" : "the kernel's generic hook");
    return true;
}

void fast_path_publish(struct fast_path *p, const struct overlay_view *overlay)
{
    if (p == NULL)
        return;
    pthread_mutex_lock(&p->lock);
    if (p->ready != NULL)
        xdp_path_control(p->ready, control_bits(overlay));
    bool attached = attach(p);
    if (p->path != NULL) {
        xdp_path_control(p->path, 0);
        xdp_path_count(p->path, &p->past.all);
        xdp_path_count_zones(p->path, p->past_zones, p->config->zones_count);
    }
    xdp_path_free(p->path);
    p->path = p->ready;
    p->ready = NULL;
    if (!attached) {
        xdp_hook_detach(p->hook);
        p->hook = NULL;
        xdp_path_free(p->path);
        p->path = NULL;
    }
    pthread_mutex_unlock(&p->lock);
}

void fast_path_overlay(struct fast_path *p, const struct overlay_view *overlay)
{
    if (p == NULL)
        return;
    pthread_mutex_lock(&p->lock);
    if (p->path != NULL)
        xdp_path_control(p->path, control_bits(overlay));
    pthread_mutex_unlock(&p->lock);
}

/* ---- Counters ---- */

void fast_path_count(struct fast_path *p, struct fast_path_counts *counts, struct answer_zone_counters *zones)
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
    counts->attached = p->hook != NULL;
    counts->native = p->hook != NULL && xdp_hook_is_native(p->hook);
    for (size_t i = 0; i < count; i++) {
        zones[i].queries += p->zones[i].queries;
        zones[i].ok += p->zones[i].ok;
        zones[i].nxdomain += p->zones[i].nxdomain;
        zones[i].bytes_in += p->zones[i].bytes_in;
        zones[i].bytes_out += p->zones[i].bytes_out;
    }
    pthread_mutex_unlock(&p->lock);
}
