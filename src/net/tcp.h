/*
 * DNS over TCP (RFC 7766): the connections of one worker.
 *
 * The listening sockets and the connections are watched by an epoll of their own, whose descriptor the worker
 * watches beside its UDP sockets. tcp_receive reads the complete queries of one connection into
 * queries[0..count); the caller has them answered in place, and tcp_send sends the replies, in order and in
 * one system call. A client that does not read its replies is not read from until it does.
 *
 * A connection costs a small struct; it has buffers only while a query is incomplete or a reply unsent. It is
 * closed when it is idle (no complete query for some time, whatever else it sends), too old, or sends what
 * cannot be answered; beyond its client's limit, as soon as it is accepted. When all are taken, one that
 * waits for its client is closed for a new one (crowd.h). One owner thread; nothing blocks.
 */
#ifndef NET_TCP_H
#define NET_TCP_H

#include "answer/answer.h"

struct tcp_limits {
    unsigned connections;     /* at once */
    unsigned per_client;      /* of those, from one IPv4 address or one IPv6 /64 */
    unsigned idle_seconds;    /* without a complete query */
    unsigned crowded_seconds; /* likewise, while more than half of `connections` are open */
    unsigned age_seconds;     /* of a connection */
    unsigned queries;         /* on one connection */
};

#define TCP_LIMITS_DEFAULT                                                                                   \
    {                                                                                                        \
        .connections = 1000, .per_client = 20, .idle_seconds = 10, .crowded_seconds = 2, .age_seconds = 600, \
        .queries = 1000000                                                                                   \
    }

/* Counters of the owner thread; others read them with relaxed loads. */
struct tcp_counters {
    uint64_t connections; /* accepted */
    uint64_t queries;
    uint64_t refused; /* connections beyond a limit */
    uint64_t evicted; /* connections closed to make room for others */
};

struct tcp {
    struct answer_query queries[ANSWER_BATCH];
    struct tcp_counters counters;
};

/* Makes the TCP side of a worker over the `count` listening sockets fds[], which stay the caller's; NULL and
 * errno when that fails. Reserves some 4 MiB of address space, of which only what is used becomes memory.
 */
struct tcp *tcp_new(const struct tcp_limits *limits, const int *fds, size_t count);

/* Closes all connections. NULL: nothing. */
void tcp_free(struct tcp *tcp);

/* A descriptor that is readable when tcp_receive has something to do. */
int tcp_fd(const struct tcp *tcp);

/* Does one step of work at `now_ms` (monotonic): accepts, closes what is overdue, or reads up to ANSWER_BATCH
 * queries of one connection into tcp->queries. Returns how many; 0 for none. */
unsigned tcp_receive(struct tcp *tcp, int64_t now_ms) hot;

/* Sends the replies to the `count` queries of the last tcp_receive up to the first of length 0, which ends
 * the connection. */
void tcp_send(struct tcp *tcp, unsigned count) hot;

#endif
