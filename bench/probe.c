/*
 * One query a millisecond, whatever becomes of the replies: how long a server leaves its clients waiting.
 * Usage: probe ADDR/PORT NAME SECONDS [A|TXT|tcp]    prints lost, refused and late replies and their delays
 *        probe ADDR/PORT NAME first                  returns when the first good answer is there
 *
 * A queries over UDP are sent, or TXT ones, or A queries over one TCP connection.
 *
 * A reply's time is the kernel's, when it reached the socket: that this program itself may have to wait for a
 * CPU does not count. Good is a reply of rcode 0 with an answer.
 */
#include "bench.h"
#include "dns/name.h"
#include "dns/wire.h"
#include "net/listen_address.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_QUERIES 60000 /* so that the id alone says which query a reply is for */
#define GRACE       1.0   /* seconds after the last query in which replies count */

static struct {
    int fd;
    bool tcp;
    uint8_t prefix[2], packet[WIRE_HEADER + WIRE_NAME_MAX + 4]; /* the prefix is TCP's */
    size_t length;
    size_t sent, received, bad;
    double sent_at[MAX_QUERIES], delay[MAX_QUERIES]; /* seconds; delay by query, negative: none yet */
} probe;

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void prepare(const char *address, const char *name, const char *how)
{
    struct listen_address_list at = { .count = 0 };
    struct error error;
    uint16_t length;
    int on = 1;
    probe.tcp = strcmp(how, "tcp") == 0;
    bench_must(listen_address_resolve(address, AF_UNSPEC, &at, &error), &error);
    bench_must(name_from_text(name, probe.packet + WIRE_HEADER, &length, &error), &error);
    wire_put16(probe.packet + 4, 1);
    wire_put16(wire_put16(probe.packet + WIRE_HEADER + length, strcmp(how, "TXT") == 0 ? TYPE_TXT : TYPE_A),
               CLASS_IN);
    probe.length = WIRE_HEADER + length + 4u;
    wire_put16(probe.prefix, (unsigned)probe.length);
    probe.fd = socket(at.address[0].sa.sa_family, probe.tcp ? SOCK_STREAM : SOCK_DGRAM, 0);
    if (probe.fd < 0 || setsockopt(probe.fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) != 0 ||
        (probe.tcp && setsockopt(probe.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0) ||
        connect(probe.fd, &at.address[0].sa, at.address[0].length) != 0 ||
        fcntl(probe.fd, F_SETFL, O_NONBLOCK) != 0)
        bench_must(error_set(&error, ERR_SYSTEM, "%s: %s", address, strerror(errno)), &error);
}

/* While nobody listens a send fails, which is as good as lost. */
static void send_query(void)
{
    wire_put16(probe.packet, (unsigned)probe.sent);
    probe.delay[probe.sent] = -1;
    probe.sent_at[probe.sent++] = bench_seconds(CLOCK_REALTIME);
    while (send(probe.fd, probe.tcp ? probe.prefix : probe.packet, probe.length + (probe.tcp ? 2 : 0), 0) <
               0 &&
           errno == EINTR)
        ;
}

/* When the kernel had the packet; 0 when it does not say. */
static double arrival(struct msghdr *message)
{
    struct timespec t = { 0 };
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS)
            memcpy(&t, CMSG_DATA(c), sizeof(t));
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void take_reply(const uint8_t *reply, size_t length, double at)
{
    size_t id = wire_get16(reply);
    if (length < WIRE_HEADER || id >= probe.sent || probe.delay[id] >= 0)
        return;
    probe.delay[id] = at - probe.sent_at[id];
    probe.received++;
    probe.bad += (reply[3] & 15) != 0 || wire_get16(reply + 6) == 0;
}

/* Takes the messages of a stream; returns how many bytes they were. */
static size_t take_stream(const uint8_t *bytes, size_t length, double at)
{
    size_t taken = 0;
    while (length - taken >= 2 && length - taken - 2 >= wire_get16(bytes + taken)) {
        take_reply(bytes + taken + 2, wire_get16(bytes + taken), at);
        taken += 2u + wire_get16(bytes + taken);
    }
    return taken;
}

static void read_replies(void)
{
    static uint8_t reply[4096];
    static size_t held; /* bytes of an incomplete message of TCP */
    _Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(struct timespec))];
    for (;;) {
        struct iovec data = { reply + held, sizeof(reply) - held };
        struct msghdr message = {
            .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)
        };
        ssize_t length = recvmsg(probe.fd, &message, 0);
        if (length < 0 && errno == ECONNREFUSED)
            continue;
        if (length <= 0)
            return;
        if (!probe.tcp) {
            take_reply(reply, (size_t)length, arrival(&message));
            continue;
        }
        size_t taken = take_stream(reply, held += (size_t)length, arrival(&message));
        memmove(reply, reply + taken, held -= taken);
    }
}

/* Takes replies until `until` on the monotonic clock. */
static void wait_until(double until)
{
    for (double left; (left = until - bench_seconds(CLOCK_MONOTONIC)) > 0;) {
        struct pollfd fd = { .fd = probe.fd, .events = POLLIN };
        struct timespec timeout = { (time_t)left, (long)((left - (double)(time_t)left) * 1e9) };
        ppoll(&fd, 1, &timeout, NULL);
        read_replies();
    }
}

static void report(void)
{
    size_t n = 0;
    for (size_t i = 0; i < probe.sent; i++)
        if (probe.delay[i] >= 0)
            probe.delay[n++] = probe.delay[i] * 1e3;
    qsort(probe.delay, n, sizeof(probe.delay[0]), compare);
    printf("sent %zu lost %zu bad %zu", probe.sent, probe.sent - probe.received, probe.bad);
    if (n > 0)
        printf(" p50 %.3f p99 %.3f p99.9 %.3f max %.3f", probe.delay[n / 2], probe.delay[n * 99 / 100],
               probe.delay[n * 999 / 1000], probe.delay[n - 1]);
    printf(" ms\n");
}

int main(int argc, char **argv)
{
    if (argc != 4 && argc != 5) {
        fprintf(stderr, "usage: probe ADDR/PORT NAME SECONDS|first [A|TXT|tcp]\n");
        return 1;
    }
    prepare(argv[1], argv[2], argc > 4 ? argv[4] : "A");
    bool first = strcmp(argv[3], "first") == 0;
    size_t queries = first ? MAX_QUERIES : strtoul(argv[3], NULL, 10) * 1000;
    queries = queries < MAX_QUERIES ? queries : MAX_QUERIES;
    double start = bench_seconds(CLOCK_MONOTONIC);
    while (probe.sent < queries) {
        send_query();
        wait_until(start + (double)probe.sent * 1e-3);
        if (first && probe.received > probe.bad)
            return 0;
    }
    for (double end = bench_seconds(CLOCK_MONOTONIC) + GRACE;
         probe.received < probe.sent && bench_seconds(CLOCK_MONOTONIC) < end;)
        wait_until(bench_seconds(CLOCK_MONOTONIC) + 0.01);
    close(probe.fd);
    report();
    return first;
}
