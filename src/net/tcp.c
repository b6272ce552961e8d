#include "net/tcp.h"

#include "net/crowd.h"
#include "net/socket.h"
#include "net/stream.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define ACCEPT_MAX  16                   /* connections accepted in one step */
#define SWEEP_MS    250                  /* between two checks for what is overdue */
#define SLOT_STRIDE (65536 + 4096 + 192) /* not a multiple of 4096: spreads slots over cache sets */
#define SLOTS_SIZE  ((ANSWER_BATCH + 1) * (size_t)SLOT_STRIDE)

struct tcp_connection {
    struct tcp_connection *next, **link; /* `link` is what points here */
    struct stream stream;
    struct socket_address client;
    struct crowd_connection place; /* in the crowd */
    int64_t opened_ms, query_ms;   /* when it was opened, and when the last complete query came */
    unsigned queries;
    uint32_t events; /* that epoll watches for */
    bool more;       /* another complete query is held */
    bool closing;    /* no more queries are read */
    bool shut;       /* all replies are sent, and the sending side is shut down */
};

struct tcp_state {
    struct tcp tcp; /* what the caller sees */
    struct tcp_limits limits;
    int epoll, timer;
    int64_t now_ms, sweep_ms;
    int *listeners;
    size_t listeners_count;
    bool paused; /* out of descriptors: no listener is watched until the next sweep */
    struct tcp_connection *connections, *current;
    struct crowd *crowd;
    size_t connections_count, held;
    uint8_t *slots; /* SLOT_STRIDE bytes for each query, and as many to read into */
};

_Static_assert(SLOT_STRIDE >= STREAM_BUFFER, "a slot holds any message and its length");

static bool watch(struct tcp_state *t, int fd, uint32_t events, void *what)
{
    struct epoll_event event = { .events = events, .data.ptr = what };
    return fd >= 0 && epoll_ctl(t->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static void pause_listeners(struct tcp_state *t, bool pause)
{
    for (size_t i = 0; i < t->listeners_count; i++) {
        struct epoll_event event = { .events = pause ? 0 : EPOLLIN, .data.ptr = &t->listeners[i] };
        epoll_ctl(t->epoll, EPOLL_CTL_MOD, t->listeners[i], &event);
    }
    t->paused = pause;
}

struct tcp *tcp_new(const struct tcp_limits *limits, const int *fds, size_t count)
{
    struct tcp_state *t = malloc(sizeof(*t));
    if (t == NULL)
        return NULL;
    *t = (struct tcp_state){ .limits = *limits,
                             .epoll = epoll_create1(EPOLL_CLOEXEC),
                             .timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC),
                             .listeners = calloc(count + 1, sizeof(*t->listeners)),
                             .listeners_count = count,
                             .crowd = crowd_new(limits->connections),
                             .slots = mmap(NULL, SLOTS_SIZE, PROT_READ | PROT_WRITE,
                                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) };
    bool ok = t->listeners != NULL && t->crowd != NULL && t->slots != MAP_FAILED &&
              watch(t, t->timer, EPOLLIN, &t->timer);
    for (size_t i = 0; ok && i < count; i++) {
        t->listeners[i] = fds[i];
        ok = watch(t, fds[i], EPOLLIN, &t->listeners[i]);
    }
    if (!ok) {
        tcp_free(&t->tcp);
        return NULL;
    }
    for (unsigned i = 0; i < ANSWER_BATCH; i++)
        t->tcp.queries[i] = (struct answer_query){ .packet = t->slots + i * (size_t)SLOT_STRIDE + 2,
                                                   .capacity = STREAM_BUFFER - 2,
                                                   .tcp = true };
    return &t->tcp;
}

/* ---- Connections ---- */

/* The timer runs while anything has a deadline. */
static void set_timer(struct tcp_state *t)
{
    long ns = t->connections_count > 0 || t->paused ? SWEEP_MS * 1000000 : 0;
    struct itimerspec every = { { 0, ns }, { 0, ns } };
    timerfd_settime(t->timer, 0, &every, NULL);
}

static void close_connection(struct tcp_state *t, struct tcp_connection *c)
{
    *c->link = c->next;
    if (c->next != NULL)
        c->next->link = c->link;
    close(c->stream.fd); /* this removes it from epoll too */
    stream_free(&c->stream);
    crowd_remove(t->crowd, &c->place);
    free(c);
    if (--t->connections_count == 0)
        set_timer(t);
}

static void open_connection(struct tcp_state *t, int fd, const struct socket_address *client)
{
    struct client_address address = client_address_of(&client->sa);
    struct tcp_connection *c = calloc(1, sizeof(*c));
    if (c == NULL || !crowd_add(t->crowd, &c->place, &address)) {
        close(fd);
        free(c);
        return;
    }
    c->next = t->connections;
    c->link = &t->connections;
    c->stream = (struct stream){ .fd = fd, .held = &t->held };
    c->client = *client;
    c->opened_ms = c->query_ms = t->now_ms;
    c->events = EPOLLIN;
    if (c->next != NULL)
        c->next->link = &c->next;
    t->connections = c;
    if (t->connections_count++ == 0)
        set_timer(t);
    if (!watch(t, fd, EPOLLIN, c))
        close_connection(t, c);
}

void tcp_free(struct tcp *tcp)
{
    if (tcp == NULL)
        return;
    struct tcp_state *t = (struct tcp_state *)tcp;
    while (t->connections != NULL)
        close_connection(t, t->connections);
    if (t->epoll >= 0)
        close(t->epoll);
    if (t->timer >= 0)
        close(t->timer);
    if (t->slots != MAP_FAILED)
        munmap(t->slots, SLOTS_SIZE);
    crowd_free(t->crowd);
    free(t->listeners);
    free(t);
}

/* Sets the events that the connection waits for, or closes it if there are none. */
static void update_events(struct tcp_state *t, struct tcp_connection *c)
{
    bool sending = c->stream.out != NULL;
    if (!sending && c->stream.ended && (c->closing || !c->more)) {
        close_connection(t, c);
        return;
    }
    if (!sending && c->closing && !c->shut) {
        shutdown(c->stream.fd, SHUT_WR); /* close() could discard replies in flight */
        c->shut = true;
    }
    /* A query already held is not reported as readable: wait for writable, which is at once. */
    uint32_t events = sending || (c->more && !c->closing) ? EPOLLOUT : EPOLLIN;
    if (events != c->events) {
        struct epoll_event event = { .events = events, .data.ptr = c };
        epoll_ctl(t->epoll, EPOLL_CTL_MOD, c->stream.fd, &event);
        c->events = events;
    }
}

/* ---- Limits ---- */

/* Whether there is room for another connection of the client, perhaps after closing one. */
static bool make_room(struct tcp_state *t, const struct socket_address *client)
{
    struct client_address address = client_address_of(&client->sa);
    if (crowd_count(t->crowd, &address) >= t->limits.per_client)
        return false;
    if (t->connections_count < t->limits.connections)
        return true;
    struct crowd_connection *idlest = crowd_idlest(t->crowd);
    if (idlest == NULL)
        return false;
    counter_add(&t->tcp.counters.evicted, 1);
    close_connection(t, (void *)((char *)idlest - offsetof(struct tcp_connection, place)));
    return true;
}

static void accept_waiting(struct tcp_state *t, int listener)
{
    for (unsigned i = 0; i < ACCEPT_MAX; i++) {
        struct socket_address client = { .length = sizeof(client.v6) };
        int fd = accept4(listener, &client.sa, &client.length, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                pause_listeners(t, true);
                set_timer(t);
            }
            return;
        }
        if (!make_room(t, &client)) {
            counter_add(&t->tcp.counters.refused, 1);
            close(fd);
            continue;
        }
        counter_add(&t->tcp.counters.connections, 1);
        open_connection(t, fd, &client);
    }
}

static void sweep(struct tcp_state *t)
{
    const struct tcp_limits *l = &t->limits;
    unsigned crowded = l->crowded_seconds < l->idle_seconds ? l->crowded_seconds : l->idle_seconds;
    unsigned idle = t->connections_count > l->connections / 2 ? crowded : l->idle_seconds;
    for (struct tcp_connection *c = t->connections, *next; c != NULL; c = next) {
        next = c->next;
        int64_t allowed_ms = 1000 * (int64_t)(c->closing ? crowded : idle);
        if (t->now_ms - c->query_ms >= allowed_ms) {
            close_connection(t, c);
        } else if (!c->closing && t->now_ms - c->opened_ms >= 1000 * (int64_t)l->age_seconds) {
            c->closing = true;
            update_events(t, c);
        }
    }
    t->sweep_ms = t->now_ms + SWEEP_MS;
    if (t->paused) {
        pause_listeners(t, false);
        set_timer(t);
    }
}

/* ---- Queries and replies ---- */

/* Copies complete queries from `bytes` into tcp.queries, as many as fit and the limit permits, and holds the
 * rest. Returns how many, or -1 when the rest cannot be held. */
static int read_queries(struct tcp_state *t, struct tcp_connection *c, const uint8_t *bytes, size_t length)
{
    unsigned left = t->limits.queries - c->queries, count = 0;
    size_t at = 0, size;
    while ((size = stream_message(bytes + at, length - at)) > 0 && count < ANSWER_BATCH && count < left) {
        struct answer_query *q = &t->tcp.queries[count++];
        q->length = (uint32_t)size - 2;
        q->client = &c->client.sa;
        memcpy(q->packet, bytes + at + 2, size - 2);
        at += size;
    }
    c->more = size > 0;
    c->closing = count == left;
    return c->closing || stream_unread(&c->stream, bytes + at, length - at) ? (int)count : -1;
}

/* Serves a connection that epoll reported; returns the number of queries read. */
static unsigned serve(struct tcp_state *t, struct tcp_connection *c)
{
    uint8_t *buffer = t->slots + ANSWER_BATCH * (size_t)SLOT_STRIDE;
    size_t length = 0;
    int count = 0;
    bool ok = stream_flush(&c->stream);
    if (ok && c->stream.out == NULL) {
        ok = stream_read(&c->stream, buffer, &length);
        if (ok && !c->closing)
            count = read_queries(t, c, buffer, length);
    }
    if (!ok || count < 0) {
        close_connection(t, c);
        return 0;
    }
    if (count == 0) {
        update_events(t, c);
        return 0;
    }
    counter_add(&t->tcp.counters.queries, (uint64_t)count);
    c->queries += (unsigned)count;
    c->query_ms = t->now_ms;
    t->current = c;
    crowd_work(t->crowd, &c->place);
    return (unsigned)count;
}

int tcp_fd(const struct tcp *tcp)
{
    return ((const struct tcp_state *)tcp)->epoll;
}

unsigned tcp_receive(struct tcp *tcp, int64_t now_ms)
{
    struct tcp_state *t = (struct tcp_state *)tcp;
    struct epoll_event event;
    t->now_ms = now_ms;
    if ((t->connections != NULL || t->paused) && now_ms >= t->sweep_ms)
        sweep(t);
    if (epoll_wait(t->epoll, &event, 1, 0) != 1)
        return 0;
    int *source = event.data.ptr;
    if (source == &t->timer) { /* the sweep is done; reading starts the next interval */
        uint64_t times;
        if (read(t->timer, &times, sizeof(times)) < 0)
            set_timer(t);
        return 0;
    }
    if (source >= t->listeners && source < t->listeners + t->listeners_count) {
        accept_waiting(t, *source);
        return 0;
    }
    return serve(t, event.data.ptr);
}

void tcp_send(struct tcp *tcp, unsigned count)
{
    struct tcp_state *t = (struct tcp_state *)tcp;
    struct tcp_connection *c = t->current;
    struct iovec pieces[ANSWER_BATCH];
    unsigned replies = 0;
    for (; replies < count && t->tcp.queries[replies].length > 0; replies++) {
        struct answer_query *q = &t->tcp.queries[replies];
        q->packet[-2] = (uint8_t)(q->length >> 8);
        q->packet[-1] = (uint8_t)q->length;
        pieces[replies] = (struct iovec){ q->packet - 2, q->length + 2 };
    }
    c->closing = c->closing || replies < count;
    if (replies > 0 && !stream_write(&c->stream, pieces, replies)) {
        close_connection(t, c);
        return;
    }
    if (!c->more || c->stream.out != NULL) /* no query waits, or it waits until the client reads */
        crowd_wait(t->crowd, &c->place);
    update_events(t, c);
}
