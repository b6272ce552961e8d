#include "serve/hooks.h"

#include "base/log.h"
#include "serve/interface_facts.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/rtnetlink.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define RETRY_MS     2000 /* until an interface that refused the program is asked again */
#define NO_INTERFACE "there is no such interface; it has the fast path when it appears"

struct hook {
    struct hook_state state; /* guarded by state_lock */
    struct interface_facts facts;
    uint32_t index; /* where it is attached */
    unsigned modes; /* that were permitted then */
};

struct hooks {
    const struct listen_address_list *listen;
    struct xdp_rights *rights; /* NULL: not started */
    struct xdp_interfaces *interfaces;
    int notifications, stop; /* a netlink socket, an eventfd */
    pthread_t thread;
    bool follows;               /* the thread runs */
    pthread_mutex_t lock;       /* held while the rights are asked; guards the hooks */
    pthread_mutex_t state_lock; /* held for moments */
    bool in_use;                /* a program is: it belongs on all interfaces */
    size_t count;
    struct hook hook[XDP_INTERFACES_MAX];
};

/* ---- Begin and end ---- */

static void detach_all(struct hooks *h)
{
    for (size_t i = 0; i < h->count && h->in_use; i++)
        xdp_rights_detach(h->rights, h->hook[i].facts.known.number);
    h->in_use = false;
}

static int open_notifications(void)
{
    struct sockaddr_nl address = { .nl_family = AF_NETLINK,
                                   .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR };
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Adds interface number `number` of the configuration, unless it was named before. */
static void add_name(struct hooks *h, const char *name, size_t number)
{
    for (size_t i = 0; i < h->count; i++)
        if (strcmp(h->hook[i].state.name, name) == 0)
            return;
    h->hook[h->count].facts.known.number = (uint32_t)number;
    h->hook[h->count++].state.name = name;
}

enum err hooks_new(const struct config *config, const struct listen_address_list *listen, struct hooks **out,
                   struct error *error)
{
    struct hooks *h = calloc(1, sizeof(*h));

    if (h == NULL)
        return error_set(error, ERR_MEMORY, "fast path: out of memory");
    h->listen = listen;
    for (size_t i = 0; i < config->xdp.count; i++)
        add_name(h, config->xdp.address[i], i);
    pthread_mutex_init(&h->lock, NULL);
    pthread_mutex_init(&h->state_lock, NULL);
    h->notifications = open_notifications();
    h->stop = eventfd(0, EFD_CLOEXEC);
    if (h->notifications < 0 || h->stop < 0) {
        error_set(error, ERR_SYSTEM, "fast path: no notifications of addresses: %s", strerror(errno));
        hooks_free(h);
        return ERR_SYSTEM;
    }
    *out = h;
    return OK;
}

void hooks_free(struct hooks *h)
{
    if (h == NULL)
        return;
    if (h->follows) {
        eventfd_write(h->stop, 1);
        pthread_join(h->thread, NULL);
        detach_all(h);
    }
    xdp_interfaces_free(h->interfaces);
    if (h->notifications >= 0)
        close(h->notifications);
    if (h->stop >= 0)
        close(h->stop);
    pthread_mutex_destroy(&h->lock);
    pthread_mutex_destroy(&h->state_lock);
    free(h);
}

/* ---- Under the lock ---- */

static void set_state(struct hooks *h, struct hook *hook, enum xdp_mode mode, const char *reason)
{
    struct hook_state *s = &hook->state, old = *s;

    pthread_mutex_lock(&h->state_lock);
    s->mode = mode;
    snprintf(s->reason, sizeof(s->reason), "%s", reason);
    pthread_mutex_unlock(&h->state_lock);
    if (old.mode == s->mode && strcmp(old.reason, s->reason) == 0)
        return;
    if (mode == XDP_MODE_OFF)
        log_error("%s: no fast path: %s; the sockets answer", s->name, s->reason);
    else
        log_notice("%s: fast path in %s%s%s%s", s->name,
                   mode == XDP_MODE_NATIVE ? "the driver" : "the kernel's generic hook",
                   *reason != '\0' ? " (" : "", s->reason, *reason != '\0' ? ")" : "");
}

/* Has the program where it belongs. */
static void attach(struct hooks *h, struct hook *hook)
{
    const struct interface_facts *facts = &hook->facts;
    enum xdp_mode mode = XDP_MODE_OFF;
    struct error error = { .text = NO_INTERFACE };

    if (hook->state.mode != XDP_MODE_OFF && hook->index == facts->known.index && hook->modes == facts->modes)
        return;
    if (hook->state.mode != XDP_MODE_OFF && facts->modes == XDP_MODE_OFF)
        xdp_rights_detach(h->rights, facts->known.number);
    hook->modes = facts->modes;
    if (facts->known.index != 0 && facts->modes == XDP_MODE_OFF)
        error_set(&error, ERR_REFUSED, "%s", facts->why_not);
    else if (facts->known.index != 0 && xdp_rights_attach(h->rights, facts->known.number, facts->modes, &mode,
                                                          &hook->index, &error) != OK)
        mode = XDP_MODE_OFF;
    bool is_best = mode == XDP_MODE_GENERIC && !(facts->modes & XDP_MODE_NATIVE);
    set_state(h, hook, mode, is_best ? facts->why_not : error.text);
}

/* Tells the program what the system says of the interface. */
static void find_facts(struct hooks *h, struct hook *hook)
{
    struct interface_facts facts;
    struct error error;

    if (interface_facts_find(hook->state.name, h->listen, &facts, &error) != OK) {
        log_error("%s: %s", hook->state.name, error.text);
        return;
    }
    facts.known.number = hook->facts.known.number;
    if (memcmp(&facts.known, &hook->facts.known, sizeof(facts.known)) != 0)
        xdp_interfaces_put(h->interfaces, &facts.known);
    hook->facts = facts;
}

static void end_use(struct hooks *h, const char *reason)
{
    h->in_use = false;
    for (size_t i = 0; i < h->count; i++)
        set_state(h, &h->hook[i], XDP_MODE_OFF, reason);
}

/* ---- Following ---- */

static void follow_changes(struct hooks *h)
{
    char unread[8192]; /* all is looked at again, so notifications that were lost do no harm */

    while (recv(h->notifications, unread, sizeof(unread), 0) >= 0 || errno == ENOBUFS)
        ;
    pthread_mutex_lock(&h->lock);
    for (size_t i = 0; i < h->count; i++) {
        find_facts(h, &h->hook[i]);
        if (h->in_use)
            attach(h, &h->hook[i]);
    }
    pthread_mutex_unlock(&h->lock);
}

/* Asks interfaces again that are without the program: that another one is gone the kernel tells nobody if a
 * link held it, as with a server that ends. */
static void retry(struct hooks *h)
{
    pthread_mutex_lock(&h->lock);
    for (size_t i = 0; i < h->count && h->in_use; i++)
        attach(h, &h->hook[i]);
    pthread_mutex_unlock(&h->lock);
}

static void *follow(void *context)
{
    struct hooks *h = context;
    struct pollfd from[] = { { .fd = h->stop, .events = POLLIN },
                             { .fd = h->notifications, .events = POLLIN },
                             { .fd = -1 } };

    xdp_rights_has_ended(h->rights, &from[2].fd);
    for (;;) {
        int ready = poll(from, ARRAY_SIZE(from), RETRY_MS);
        if (ready < 0 || from[0].revents != 0)
            break;
        if (ready == 0)
            retry(h);
        if (from[1].revents != 0)
            follow_changes(h);
        if (from[2].revents != 0 && xdp_rights_has_ended(h->rights, &from[2].fd)) {
            from[2].fd = -1;
            pthread_mutex_lock(&h->lock);
            end_use(h, "the process dnsbld-xdp has ended");
            pthread_mutex_unlock(&h->lock);
        }
    }
    return NULL;
}

enum err hooks_start(struct hooks *h, struct xdp_rights *rights, struct error *error)
{
    enum err err = xdp_interfaces_new(rights, &h->interfaces, error);

    if (err != OK)
        return err;
    h->rights = rights;
    follow_changes(h);
    if (pthread_create(&h->thread, NULL, follow, h) != 0)
        return error_set(error, ERR_SYSTEM, "no thread for the fast path");
    h->follows = true;
    return OK;
}

const struct xdp_interfaces *hooks_interfaces(const struct hooks *hooks)
{
    return hooks->follows ? hooks->interfaces : NULL;
}

/* ---- Calls ---- */

void hooks_use(struct hooks *h)
{
    struct error error;
    uint32_t attached;

    pthread_mutex_lock(&h->lock);
    if (xdp_rights_use(h->rights, &attached, &error) != OK) {
        end_use(h, error.text);
    } else {
        h->in_use = true;
        for (size_t i = 0; i < h->count; i++) {
            struct hook *hook = &h->hook[i];
            if (!(attached >> hook->facts.known.number & 1))
                hook->index = 0;
            attach(h, hook);
        }
    }
    pthread_mutex_unlock(&h->lock);
}

void hooks_end_use(struct hooks *h, const char *reason)
{
    pthread_mutex_lock(&h->lock);
    detach_all(h);
    end_use(h, reason);
    pthread_mutex_unlock(&h->lock);
}

bool hooks_inspect(struct hooks *h, size_t i, struct hook_state *out)
{
    if (i >= h->count)
        return false;
    pthread_mutex_lock(&h->state_lock);
    *out = h->hook[i].state;
    pthread_mutex_unlock(&h->state_lock);
    return true;
}
