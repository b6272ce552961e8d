#include "resolve/exchange.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    HEADER = 12,       /* octets (RFC 1035 section 4.1.1) */
    TRUNCATED = 0x02,  /* in the third one: TC */
    UDP_OCTETS = 1232, /* a reply that is not fragmented anywhere, https://www.dnsflagday.net/2020 */
    TCP_OCTETS = 65535,
    STRAYS_MAX = 1000, /* packets that are no answer; more are an attack */
};

/* A question, as it is sent. */
struct exchange_question {
    ldns_pkt *packet;
    uint8_t *octets;
    size_t length;
};

/* ---- Questions and answers ---- */

static bool make_question(const ldns_rdf *name, ldns_rr_type type, struct exchange_question *out)
{
    uint16_t id;
    *out = (struct exchange_question){ .packet = NULL };
    if (getrandom(&id, sizeof(id), 0) != sizeof(id))
        return false;
    ldns_rdf *owner = ldns_rdf_clone(name);
    out->packet = owner != NULL ? ldns_pkt_query_new(owner, type, LDNS_RR_CLASS_IN, LDNS_RD) : NULL;
    if (out->packet == NULL)
        return false;
    ldns_pkt_set_id(out->packet, id);
    ldns_pkt_set_edns_udp_size(out->packet, UDP_OCTETS);
    return ldns_pkt2wire(&out->octets, out->packet, &out->length) == LDNS_STATUS_OK;
}

static void free_question(struct exchange_question *q)
{
    ldns_pkt_free(q->packet);
    free(q->octets);
}

static bool has_question(const ldns_pkt *answer, const ldns_pkt *asked)
{
    const ldns_rr_list *theirs = ldns_pkt_question(answer);
    if (!ldns_pkt_qr(answer) || ldns_rr_list_rr_count(theirs) != 1)
        return false;
    const ldns_rr *a = ldns_rr_list_rr(theirs, 0), *b = ldns_rr_list_rr(ldns_pkt_question(asked), 0);
    return ldns_rr_get_type(a) == ldns_rr_get_type(b) && ldns_rr_get_class(a) == ldns_rr_get_class(b) &&
           ldns_dname_compare(ldns_rr_owner(a), ldns_rr_owner(b)) == 0;
}

/* Whether a packet has the id of the question. */
static bool has_id(const uint8_t *octets, size_t length, const struct exchange_question *q)
{
    return length >= HEADER && memcmp(octets, q->octets, sizeof(uint16_t)) == 0;
}

/* NULL: it is no answer to the question. */
static ldns_pkt *parse(const uint8_t *octets, size_t length, const struct exchange_question *q)
{
    ldns_pkt *answer;
    if (!has_id(octets, length, q) || ldns_wire2pkt(&answer, octets, length) != LDNS_STATUS_OK)
        return NULL;
    if (has_question(answer, q->packet))
        return answer;
    ldns_pkt_free(answer);
    return NULL;
}

/* ---- Sockets ---- */

/* Waits until the socket is ready. False: the limits are reached. */
static bool await(int fd, short events, const struct exchange_limits *limits)
{
    struct pollfd on[] = { { .fd = fd, .events = events }, { .fd = limits->stop, .events = POLLIN } };
    for (;;) {
        int64_t left = limits->until_ms - clock_ms();
        int ready = left > 0 ? poll(on, ARRAY_SIZE(on), (int)left) : 0;
        if (ready > 0)
            return on[1].revents == 0;
        if (ready == 0 || errno != EINTR)
            return false;
    }
}

/* A socket connected to the server, so that nothing arrives from elsewhere; -1: none. */
static int connect_to(const struct socket_address *server, int type, const struct exchange_limits *limits)
{
    int reason = 0;
    socklen_t size = sizeof(reason);
    int fd = socket(server->sa.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (connect(fd, &server->sa, server->length) == 0 ||
        (errno == EINPROGRESS && await(fd, POLLOUT, limits) &&
         getsockopt(fd, SOL_SOCKET, SO_ERROR, &reason, &size) == 0 && reason == 0))
        return fd;
    close(fd);
    return -1;
}

/* ---- UDP ---- */

/* Receives until there is an answer. *truncated: there is one, to be asked for over TCP. */
static ldns_pkt *receive(int fd, const struct exchange_question *q, const struct exchange_limits *limits,
                         bool *truncated)
{
    uint8_t octets[UDP_OCTETS];
    for (unsigned strays = 0; strays < STRAYS_MAX && await(fd, POLLIN, limits); strays++) {
        ssize_t length = recv(fd, octets, sizeof(octets), MSG_DONTWAIT | MSG_TRUNC);
        if (length < 0 && errno != EAGAIN && errno != EINTR)
            return NULL; /* nobody listens there */
        if (length < 0 || !has_id(octets, (size_t)length, q))
            continue;
        *truncated = (octets[2] & TRUNCATED) != 0 || length > (ssize_t)sizeof(octets);
        ldns_pkt *answer = *truncated ? NULL : parse(octets, (size_t)length, q);
        if (answer != NULL || *truncated)
            return answer;
    }
    return NULL;
}

static ldns_pkt *ask_udp(const struct socket_address *server, const struct exchange_question *q,
                         const struct exchange_limits *limits, bool *truncated)
{
    ldns_pkt *answer = NULL;
    int fd = connect_to(server, SOCK_DGRAM, limits);
    if (fd < 0)
        return NULL;
    if (send(fd, q->octets, q->length, MSG_NOSIGNAL) == (ssize_t)q->length)
        answer = receive(fd, q, limits, truncated);
    close(fd);
    return answer;
}

/* ---- TCP ---- */

static bool receive_all(int fd, uint8_t *octets, size_t size, const struct exchange_limits *limits)
{
    while (size > 0 && await(fd, POLLIN, limits)) {
        ssize_t length = recv(fd, octets, size, MSG_DONTWAIT);
        if (length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR))
            return false;
        octets += length > 0 ? length : 0;
        size -= (size_t)(length > 0 ? length : 0);
    }
    return size == 0;
}

/* A question is so short that the socket takes all of it. */
static bool send_question(int fd, const struct exchange_question *q)
{
    uint8_t octets[2 + HEADER + LDNS_MAX_DOMAINLEN + 64];
    if (q->length + 2 > sizeof(octets))
        return false;
    octets[0] = (uint8_t)(q->length >> 8);
    octets[1] = (uint8_t)q->length;
    memcpy(octets + 2, q->octets, q->length);
    return send(fd, octets, q->length + 2, MSG_NOSIGNAL) == (ssize_t)q->length + 2;
}

static ldns_pkt *ask_tcp(const struct socket_address *server, const struct exchange_question *q,
                         const struct exchange_limits *limits)
{
    uint8_t prefix[2], *octets = malloc(TCP_OCTETS);
    ldns_pkt *answer = NULL;
    int fd = octets != NULL ? connect_to(server, SOCK_STREAM, limits) : -1;
    if (fd >= 0 && send_question(fd, q) && receive_all(fd, prefix, sizeof(prefix), limits)) {
        size_t length = (size_t)prefix[0] << 8 | prefix[1];
        if (receive_all(fd, octets, length, limits))
            answer = parse(octets, length, q);
    }
    if (fd >= 0)
        close(fd);
    free(octets);
    return answer;
}

ldns_pkt *exchange_ask(const struct socket_address *server, const ldns_rdf *name, ldns_rr_type type,
                       const struct exchange_limits *limits)
{
    struct exchange_question q;
    ldns_pkt *answer = NULL;
    bool truncated = false;
    if (make_question(name, type, &q)) {
        answer = ask_udp(server, &q, limits, &truncated);
        if (truncated)
            answer = ask_tcp(server, &q, limits);
    }
    free_question(&q);
    return answer;
}
