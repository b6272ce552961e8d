#include "http/connections.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>

#include <sys/socket.h>

LIST_HEAD(connection_list, http_connection);

struct connections {
    pthread_mutex_t lock;
    size_t max, count;
    size_t usable; /* of those, not shut down */
    struct crowd *crowd;
    struct connection_list list;
};

struct connections *connections_new(size_t max)
{
    struct connections *all = calloc(1, sizeof(*all));
    if (all == NULL || (all->crowd = crowd_new(max)) == NULL) {
        free(all);
        return NULL;
    }
    pthread_mutex_init(&all->lock, NULL);
    all->max = max;
    return all;
}

void connections_free(struct connections *connections)
{
    if (connections == NULL)
        return;
    pthread_mutex_destroy(&connections->lock);
    crowd_free(connections->crowd);
    free(connections);
}

/* The socket is open as long as its connection is in the list, so no other connection has its number. */
static void shut_down(struct connections *all, struct http_connection *c)
{
    static const char timeout[] =
        "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    if (c->plain && c->reading)
        (void)!send(c->socket, timeout, sizeof(timeout) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    shutdown(c->socket, SHUT_RDWR);
    c->shut_down = true;
    all->usable--;
    crowd_remove(all->crowd, &c->place);
}

static enum admission admit(struct connections *all, const struct client_address *client, unsigned per_client)
{
    if (client != NULL && crowd_count(all->crowd, client) >= per_client)
        return CLIENT_FULL;
    if (all->usable < all->max)
        return ADMITTED;
    struct crowd_connection *idlest = crowd_idlest(all->crowd);
    if (idlest == NULL)
        return ALL_BUSY;
    shut_down(all, (void *)((char *)idlest - offsetof(struct http_connection, place)));
    return EVICTED;
}

enum admission connections_admit(struct connections *all, const struct client_address *client,
                                 unsigned per_client)
{
    pthread_mutex_lock(&all->lock);
    enum admission admission = admit(all, client, per_client);
    pthread_mutex_unlock(&all->lock);
    return admission;
}

uint64_t connections_total(struct connections *all)
{
    pthread_mutex_lock(&all->lock);
    uint64_t count = all->count;
    pthread_mutex_unlock(&all->lock);
    return count;
}

struct http_connection *connections_add(struct connections *all, int socket, bool plain,
                                        const struct client_address *client, int64_t deadline_ms)
{
    struct http_connection *c = malloc(sizeof(*c));
    if (c == NULL)
        return NULL;
    *c = (struct http_connection){
        .socket = socket, .plain = plain, .reading = true, .deadline_ms = deadline_ms
    };
    pthread_mutex_lock(&all->lock);
    bool added = crowd_add(all->crowd, &c->place, client);
    if (added) {
        LIST_INSERT_HEAD(&all->list, c, link);
        all->count++;
        all->usable++;
    }
    pthread_mutex_unlock(&all->lock);
    if (added)
        return c;
    free(c);
    return NULL;
}

void connections_remove(struct connections *all, struct http_connection *c)
{
    pthread_mutex_lock(&all->lock);
    LIST_REMOVE(c, link);
    all->count--;
    if (!c->shut_down) {
        all->usable--;
        crowd_remove(all->crowd, &c->place);
    }
    pthread_mutex_unlock(&all->lock);
    free(c);
}

void connections_expect(struct connections *all, struct http_connection *c, bool reading, int64_t deadline_ms)
{
    pthread_mutex_lock(&all->lock);
    c->reading = reading;
    c->deadline_ms = deadline_ms;
    if (!c->shut_down && deadline_ms == INT64_MAX)
        crowd_work(all->crowd, &c->place);
    else if (!c->shut_down)
        crowd_wait(all->crowd, &c->place);
    pthread_mutex_unlock(&all->lock);
}

void connections_close_overdue(struct connections *all, int64_t now_ms)
{
    pthread_mutex_lock(&all->lock);
    for (struct http_connection *c = LIST_FIRST(&all->list); c != NULL; c = LIST_NEXT(c, link))
        if (!c->shut_down && c->deadline_ms <= now_ms)
            shut_down(all, c);
    pthread_mutex_unlock(&all->lock);
}
