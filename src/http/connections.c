#include "http/connections.h"

#include "base/hash.h"

#include <pthread.h>
#include <stdlib.h>

#include <sys/random.h>
#include <sys/socket.h>

enum { BUCKETS = 1024 };

struct http_connection {
    struct http_connection *next, **link;
    int socket;
    bool plain, reading;
    bool shut_down;
    bool counted; /* has an address */
    struct client_address client;
    int64_t deadline_ms;
};

struct connections {
    pthread_mutex_t lock;
    uint64_t seed;
    uint64_t count;
    struct http_connection *buckets[BUCKETS];
};

struct connections *connections_new(void)
{
    struct connections *all = calloc(1, sizeof(*all));
    if (all == NULL || getrandom(&all->seed, sizeof(all->seed), 0) != sizeof(all->seed)) {
        free(all);
        return NULL;
    }
    pthread_mutex_init(&all->lock, NULL);
    return all;
}

void connections_free(struct connections *connections)
{
    if (connections != NULL)
        pthread_mutex_destroy(&connections->lock);
    free(connections);
}

/* Of an IPv6 address only the upper half counts. */
static bool is_same_client(const struct client_address *a, const struct client_address *b)
{
    return a->ipv6 == b->ipv6 && a->key.hi == b->key.hi;
}

static struct http_connection **bucket_of(struct connections *all, const struct client_address *client)
{
    return &all->buckets[client != NULL ? hash_u64(client->key.hi ^ all->seed) % BUCKETS : 0];
}

unsigned connections_count(struct connections *all, const struct client_address *client)
{
    unsigned count = 0;
    pthread_mutex_lock(&all->lock);
    for (struct http_connection *c = *bucket_of(all, client); c != NULL; c = c->next)
        count += c->counted && is_same_client(&c->client, client);
    pthread_mutex_unlock(&all->lock);
    return count;
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
    struct http_connection *c = malloc(sizeof(*c)), **list = bucket_of(all, client);
    if (c == NULL)
        return NULL;
    *c = (struct http_connection){
        .socket = socket, .plain = plain, .reading = true, .deadline_ms = deadline_ms
    };
    if (client != NULL) {
        c->counted = true;
        c->client = *client;
    }
    pthread_mutex_lock(&all->lock);
    c->next = *list;
    c->link = list;
    if (c->next != NULL)
        c->next->link = &c->next;
    *list = c;
    all->count++;
    pthread_mutex_unlock(&all->lock);
    return c;
}

void connections_remove(struct connections *all, struct http_connection *c)
{
    if (c == NULL)
        return;
    pthread_mutex_lock(&all->lock);
    *c->link = c->next;
    if (c->next != NULL)
        c->next->link = c->link;
    all->count--;
    pthread_mutex_unlock(&all->lock);
    free(c);
}

void connections_expect(struct http_connection *c, bool reading, int64_t deadline_ms)
{
    if (c == NULL)
        return;
    __atomic_store_n(&c->reading, reading, __ATOMIC_RELAXED);
    __atomic_store_n(&c->deadline_ms, deadline_ms, __ATOMIC_RELAXED);
}

/* The socket is open as long as its connection is in the table, so no other connection has its number. */
static void shut_down(struct http_connection *c)
{
    static const char timeout[] =
        "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    if (c->plain && __atomic_load_n(&c->reading, __ATOMIC_RELAXED))
        (void)!send(c->socket, timeout, sizeof(timeout) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    shutdown(c->socket, SHUT_RDWR);
    c->shut_down = true;
}

void connections_close_overdue(struct connections *all, int64_t now_ms)
{
    pthread_mutex_lock(&all->lock);
    for (unsigned i = 0; i < BUCKETS; i++)
        for (struct http_connection *c = all->buckets[i]; c != NULL; c = c->next)
            if (!c->shut_down && __atomic_load_n(&c->deadline_ms, __ATOMIC_RELAXED) <= now_ms)
                shut_down(c);
    pthread_mutex_unlock(&all->lock);
}
