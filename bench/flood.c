/*
 * Sends queries at a steady rate, whatever becomes of the replies, and checks every reply.
 * Usage: flood ADDR/PORT QUERIES RATE SECONDS
 *
 * QUERIES has a query a line: NAME TYPE [EXPECTED]. EXPECTED is an IPv4 address that must be among the
 * answers, or `-`: no answer, rcode 0 or 3. Without it only the rcode is checked. The file is asked round and
 * round.
 *
 * Prints one figure a line: `sent`, `received`, `wrong`, `bytes` (of all replies), `seconds` (how long it
 * sent), `busy` (CPU seconds of the whole machine in that time), then `delay NS COUNT` for each bucket of the
 * delays, NS being the upper end of the bucket, 3 % above the lower one. SIGTERM ends it early.
 *
 * Queries leave in bursts, one each 0.15 to 0.25 ms: in between the program sleeps, so that the CPU time of
 * the whole machine does not depend on how the sender waits; the random part keeps it out of step with the
 * clock's tick. A reply's time is the kernel's, when it reached the socket.
 */
#include "bench.h"
#include "dns/name.h"
#include "dns/wire.h"
#include "net/listen_address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>

#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    SOCKETS = 16, /* so that the kernel spreads them over the workers */
    IDS = 65536,  /* of one socket; a query whose id comes round again is lost */
    BURST = 64,   /* sent by one call */
    REPLY = 1232, /* bytes that are read of one */
    OCTAVE = 32,  /* buckets for each doubling of the delay */
    BUCKETS = 64 * OCTAVE,
};

#define GRACE 0.5 /* seconds after the last query in which replies count */

static const uint32_t ANY = 0, NONE = UINT32_MAX; /* what a query expects, beside an address */

struct query {
    uint32_t at, expected; /* its first byte in `wire`; an address in network byte order */
    uint16_t length;
};

static struct {
    struct query *queries;
    uint8_t *wire;
    size_t count, next;
    int fds[SOCKETS];
    uint16_t ids[SOCKETS];
    struct {
        uint64_t sent_ns; /* 0: no reply is awaited */
        uint32_t query;
    } awaited[SOCKETS][IDS];
    size_t sent, received, wrong, bytes;
    uint64_t delays[BUCKETS];
} flood;

static volatile sig_atomic_t ended;

static void end(int signal)
{
    (void)signal;
    ended = 1;
}

static uint64_t now_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

/* The bucket of a delay: the exponent and the five bits below the highest one. */
static size_t bucket(uint64_t ns)
{
    int exponent = 63 - __builtin_clzll(ns | OCTAVE);
    return (size_t)(exponent - 5) * OCTAVE + (size_t)(ns >> (exponent - 5));
}

static uint64_t bucket_end(size_t number)
{
    size_t shift = number < 2 * OCTAVE ? 0 : number / OCTAVE - 1;
    return ((uint64_t)(number - shift * OCTAVE) + 1) << shift;
}

static uint32_t expected_of(const char *text, const char *line)
{
    struct in_addr address;
    struct error error;
    if (text == NULL)
        return ANY;
    if (strcmp(text, "-") == 0)
        return NONE;
    if (inet_pton(AF_INET, text, &address) != 1)
        bench_must(error_set(&error, ERR_SYNTAX, "%s: '%s' is not an IPv4 address", line, text), &error);
    return address.s_addr;
}

static void read_queries(const char *path)
{
    FILE *file = fopen(path, "r");
    char line[1200];
    size_t room = 0, bytes = 0;
    struct error error;
    bench_must(file != NULL ? OK : error_set(&error, ERR_SYSTEM, "%s: %s", path, strerror(errno)), &error);
    while (fgets(line, sizeof(line), file) != NULL) {
        char *name = strtok(line, " \n"), *type = strtok(NULL, " \n"), *expected = strtok(NULL, " \n");
        uint16_t length;
        if (type == NULL)
            continue;
        if (flood.count == room) {
            room = room != 0 ? 2 * room : 1024;
            flood.queries = realloc(flood.queries, room * sizeof(*flood.queries));
            flood.wire = realloc(flood.wire, room * (WIRE_HEADER + WIRE_NAME_MAX + 4));
            bench_must(flood.queries != NULL && flood.wire != NULL ? OK : ERR_MEMORY, NULL);
        }
        uint8_t *packet = flood.wire + bytes;
        memset(packet, 0, WIRE_HEADER);
        packet[2] = 1; /* RD, as mail servers' resolvers set it */
        wire_put16(packet + 4, 1);
        bench_must(name_from_text(name, packet + WIRE_HEADER, &length, &error), &error);
        wire_put16(wire_put16(packet + WIRE_HEADER + length, strcmp(type, "TXT") == 0 ? TYPE_TXT : TYPE_A),
                   CLASS_IN);
        flood.queries[flood.count++] = (struct query){ .at = (uint32_t)bytes,
                                                       .expected = expected_of(expected, path),
                                                       .length = (uint16_t)(WIRE_HEADER + length + 4) };
        bytes += WIRE_HEADER + length + 4u;
    }
    fclose(file);
    bench_must(flood.count > 0 ? OK : error_set(&error, ERR_SYNTAX, "%s: no queries", path), &error);
}

static void open_sockets(const char *address)
{
    struct listen_address_list at = { .count = 0 };
    struct error error;
    int on = 1, bytes = 8 << 20;
    bench_must(listen_address_resolve(address, AF_UNSPEC, &at, &error), &error);
    for (int i = 0; i < SOCKETS; i++) {
        int fd = flood.fds[i] = socket(at.address[0].sa.sa_family, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) != 0)
            setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
        if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) != 0 ||
            connect(fd, &at.address[0].sa, at.address[0].length) != 0)
            bench_must(error_set(&error, ERR_SYSTEM, "%s: %s", address, strerror(errno)), &error);
    }
}

/* Sends `count` queries from one socket by one call. What the kernel does not take is counted as sent, thus
 * lost. */
static void send_burst(size_t number, size_t count)
{
    struct mmsghdr headers[BURST] = { 0 };
    uint8_t ids[BURST][2];
    struct iovec parts[BURST][2];
    uint64_t now = now_ns(CLOCK_REALTIME);
    for (size_t i = 0; i < count; i++) {
        uint16_t id = flood.ids[number]++;
        uint32_t next = (uint32_t)flood.next;
        const struct query *query = &flood.queries[next];
        flood.next = next + 1 == flood.count ? 0 : next + 1;
        flood.awaited[number][id].sent_ns = now;
        flood.awaited[number][id].query = next;
        wire_put16(ids[i], id);
        parts[i][0] = (struct iovec){ ids[i], 2 };
        parts[i][1] = (struct iovec){ flood.wire + query->at + 2, query->length - 2u };
        headers[i].msg_hdr.msg_iov = parts[i];
        headers[i].msg_hdr.msg_iovlen = 2;
    }
    for (size_t at = 0; at < count;) {
        int done = sendmmsg(flood.fds[number], headers + at, (unsigned)(count - at), 0);
        at += done > 0 ? (size_t)done : 1;
    }
    flood.sent += count;
}

/* The end of the name at `at`, compressed or not; 0 when it goes past the message. */
static size_t skip_name(const uint8_t *reply, size_t length, size_t at)
{
    while (at < length && reply[at] != 0 && reply[at] < 0xc0)
        at += 1u + reply[at];
    if (at >= length)
        return 0;
    return at + (reply[at] == 0 ? 1 : 2);
}

/* Whether an A record of the answers has `address`. */
static bool has_address(const uint8_t *reply, size_t length, size_t at, uint32_t address)
{
    for (size_t answers = wire_get16(reply + 6); answers > 0; answers--) {
        at = skip_name(reply, length, at);
        if (at == 0 || at + 10 > length)
            return false;
        size_t bytes = wire_get16(reply + at + 8);
        if (at + 10 + bytes > length)
            return false;
        if (wire_get16(reply + at) == TYPE_A && bytes == 4 && memcmp(reply + at + 10, &address, 4) == 0)
            return true;
        at += 10 + bytes;
    }
    return false;
}

static bool is_right(const uint8_t *reply, size_t length, const struct query *query)
{
    unsigned rcode = reply[3] & 15;
    size_t question = query->length - WIRE_HEADER;
    if (length < query->length || (reply[2] & 0x82) != 0x80 || (rcode != 0 && rcode != 3) ||
        memcmp(reply + WIRE_HEADER, flood.wire + query->at + WIRE_HEADER, question) != 0)
        return false;
    if (query->expected == ANY)
        return true;
    if (query->expected == NONE)
        return wire_get16(reply + 6) == 0;
    return rcode == 0 && has_address(reply, length, query->length, query->expected);
}

/* When the kernel had the packet. */
static uint64_t arrival(struct msghdr *message)
{
    struct timespec t = { 0 };
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS)
            memcpy(&t, CMSG_DATA(c), sizeof(t));
    return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

static void take_reply(size_t number, const uint8_t *reply, size_t length, uint64_t at_ns)
{
    if (length < WIRE_HEADER)
        return;
    size_t id = wire_get16(reply);
    uint64_t sent_ns = flood.awaited[number][id].sent_ns;
    if (sent_ns == 0)
        return;
    flood.awaited[number][id].sent_ns = 0;
    flood.received++;
    flood.bytes += length;
    flood.wrong += !is_right(reply, length, &flood.queries[flood.awaited[number][id].query]);
    flood.delays[bucket(at_ns > sent_ns ? at_ns - sent_ns : 0)]++;
}

static void read_replies(size_t number)
{
    static uint8_t replies[BURST][REPLY];
    static _Alignas(struct cmsghdr) uint8_t control[BURST][CMSG_SPACE(sizeof(struct timespec))];
    struct mmsghdr headers[BURST];
    struct iovec data[BURST];
    int count;
    do {
        for (size_t i = 0; i < BURST; i++) {
            data[i] = (struct iovec){ replies[i], REPLY };
            headers[i].msg_hdr = (struct msghdr){ .msg_iov = &data[i],
                                                  .msg_iovlen = 1,
                                                  .msg_control = control[i],
                                                  .msg_controllen = sizeof(control[i]) };
        }
        count = recvmmsg(flood.fds[number], headers, BURST, 0, NULL);
        for (int i = 0; i < count; i++)
            take_reply(number, replies[i], headers[i].msg_len, arrival(&headers[i].msg_hdr));
    } while (count == BURST);
}

static void nap(void)
{
    struct timespec pause = { .tv_nsec = 150000 + (long)(bench_random() % 100000) };
    nanosleep(&pause, NULL);
}

/*
 * CPU seconds that the machine was idle, all CPUs. With NO_HZ idle time is measured, while the time of
 * processes and of interrupts is sampled by a tick, and that of interrupts counted for whatever process they
 * meet.
 */
static double idle_seconds(void)
{
    double idle = 0, wait = 0;
    FILE *file = fopen("/proc/stat", "r");
    if (file == NULL || fscanf(file, "cpu %*f %*f %*f %lf %lf", &idle, &wait) != 2)
        bench_must(ERR_SYSTEM, NULL);
    fclose(file);
    return (idle + wait) / (double)sysconf(_SC_CLK_TCK);
}

/* Sends for `seconds` at `rate` a second, then waits for the last replies. Prints how long it sent, and
 * `busy`. */
static void run(double rate, double seconds)
{
    double idle = idle_seconds(), start = bench_seconds(CLOCK_MONOTONIC), now = start, last;
    for (size_t number = 0; !ended && now - start < seconds; now = bench_seconds(CLOCK_MONOTONIC)) {
        size_t due = (size_t)((now - start) * rate), limit = 4 * BURST;
        size_t owed = due > flood.sent ? due - flood.sent : 0;
        for (owed = owed < limit ? owed : limit; owed > 0; number = (number + 1) % SOCKETS) {
            size_t count = owed < BURST ? owed : BURST;
            send_burst(number, count);
            owed -= count;
        }
        for (size_t i = 0; i < SOCKETS; i++)
            read_replies(i);
        if ((double)flood.sent >= (bench_seconds(CLOCK_MONOTONIC) - start) * rate - 1)
            nap();
    }
    last = now;
    printf("seconds %.6f\nbusy %.3f\n", last - start,
           (last - start) * (double)sysconf(_SC_NPROCESSORS_ONLN) - (idle_seconds() - idle));
    while (flood.received < flood.sent && now - last < GRACE) {
        nap();
        for (size_t i = 0; i < SOCKETS; i++)
            read_replies(i);
        now = bench_seconds(CLOCK_MONOTONIC);
    }
}

int main(int argc, char **argv)
{
    if (argc != 5 || atof(argv[3]) < 1 || atof(argv[4]) <= 0) {
        fprintf(stderr, "usage: flood ADDR/PORT QUERIES RATE SECONDS\n");
        return 1;
    }
    signal(SIGTERM, end);
    prctl(PR_SET_TIMERSLACK, 1000UL); /* a nap is as long as it says */
    read_queries(argv[2]);
    open_sockets(argv[1]);
    run(atof(argv[3]), atof(argv[4]));
    printf("sent %zu\nreceived %zu\nwrong %zu\nbytes %zu\n", flood.sent, flood.received, flood.wrong,
           flood.bytes);
    for (size_t i = 0; i < BUCKETS; i++)
        if (flood.delays[i] > 0)
            printf("delay %llu %llu\n", (unsigned long long)bucket_end(i),
                   (unsigned long long)flood.delays[i]);
    return 0;
}
