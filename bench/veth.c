/*
 * A fast sender over veth: frames that an XDP program makes are put into a network interface without sockets.
 * Usage: veth OBJECT flood IFACE MAC QUERIES TYPE RATE SECONDS [PID...]    sends, and counts the replies
 *        veth OBJECT echo IFACE    sends queries back as replies, until it is killed
 *
 * OBJECT is built from bench/veth.bpf.c. Needs root.
 *
 * QUERIES has lines "NAME TYPE"; TYPE is A or `all`. They are sent round and round, in bursts, from 10.9.0.2
 * port 1337 to 10.9.0.1 port 53, MAC; RATE 0 is as fast as possible. Replies are counted where they arrive
 * and go no further; what is for other ports is the stack's. The sender takes its CPU as a whole, but for a
 * tenth of a second after each half; what it was late for it does not make up for.
 *
 * Prints one figure a line: `sent`, `received`, `listed`, `unlisted` (replies with answers, and NODATA or
 * NXDOMAIN), `bytes` (of the replies' messages), `seconds`, and `cpu_ns`: the CPU time of the processes PID
 * meanwhile.
 */
#include "veth.h"
#include "bench.h"
#include "dns/name.h"
#include "dns/wire.h"

#include <errno.h>
#include <signal.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { QUERIES_MAX = 1 << 19, HEADERS = 42, BURST = 16, BATCH = 64 };

/* Seconds. With real-time scheduling the sender would stop all others; the last replies count in a pause,
 * too. */
static const double SLICE = 0.5, PAUSE = 0.1;

static struct veth_query *queries;
static size_t queries_count;

static void must(bool ok, const char *what)
{
    struct error error;
    if (!ok)
        bench_must(error_set(&error, ERR_SYSTEM, "%s: %s", what, strerror(errno)), &error);
}

static void add_query(const uint8_t *from, const uint8_t *to, const char *name, unsigned type)
{
    static const uint8_t headers[HEADERS] = { [12] = 8, 0, 0x45, [22] = 64, [23] = 17, [26] = 10, 9, 0, 2,
                                              10,       9, 0,    1,         5,         57,        0, 53 };
    struct veth_query *q = &queries[queries_count];
    uint8_t wire[WIRE_NAME_MAX], *dns = q->frame + HEADERS;
    uint16_t length;
    uint32_t sum = 0;
    struct error error;
    bench_must(name_from_text(name, wire, &length, &error), &error);
    if (queries_count == QUERIES_MAX || HEADERS + WIRE_HEADER + length + 4 > VETH_FRAME)
        return;
    queries_count++;
    memcpy(q->frame, headers, HEADERS);
    memcpy(q->frame, to, 6);
    memcpy(q->frame + 6, from, 6);
    wire_put16(dns + 2, FLAG_RD);
    wire_put16(dns + 4, 1);
    memcpy(dns + WIRE_HEADER, wire, length);
    wire_put16(wire_put16(dns + WIRE_HEADER + length, type), CLASS_IN);
    q->length = HEADERS + WIRE_HEADER + length + 4u;
    wire_put16(q->frame + 16, (unsigned)q->length - 14);
    wire_put16(q->frame + 38, (unsigned)q->length - 34);
    for (unsigned i = 14; i < 34; i += 2)
        sum += wire_get16(q->frame + i);
    sum = (sum & 0xffff) + (sum >> 16);
    wire_put16(q->frame + 24, ~((sum & 0xffff) + (sum >> 16)) & 0xffff);
}

static void get_mac(const char *interface, uint8_t mac[6])
{
    struct ifreq r = { 0 };
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    strncpy(r.ifr_name, interface, sizeof(r.ifr_name) - 1);
    must(ioctl(fd, SIOCGIFHWADDR, &r) == 0, interface);
    memcpy(mac, r.ifr_hwaddr.sa_data, 6);
    close(fd);
}

static void read_queries(const char *interface, const char *mac, const char *path, const char *types)
{
    char name[NAME_MAX_TEXT], type[16];
    uint8_t from[6];
    struct ether_addr *to = ether_aton(mac);
    must(to != NULL, mac);
    get_mac(interface, from);
    queries = bench_array(QUERIES_MAX, sizeof(*queries));
    FILE *f = bench_open(path);
    while (fscanf(f, "%1023s %15s", name, type) == 2)
        if (strcmp(types, "all") == 0 || strcmp(type, types) == 0)
            add_query(from, to->ether_addr_octet, name, strcmp(type, "TXT") == 0 ? TYPE_TXT : TYPE_A);
    fclose(f);
    must(queries_count > 0, path);
}

static struct bpf_object *load(const char *path)
{
    struct bpf_object *object = bpf_object__open_file(path, NULL);
    must(object != NULL, path);
    must(bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "queries"),
                                  queries_count > 0 ? (uint32_t)queries_count : 1) == 0 &&
             bpf_object__load(object) == 0,
         path);
    return object;
}

static int program(struct bpf_object *object, const char *name)
{
    return bpf_program__fd(bpf_object__find_program_by_name(object, name));
}

/* Until the process ends. */
static void attach(struct bpf_object *object, const char *name, const char *interface)
{
    struct bpf_link_create_opts options = { .sz = sizeof(options), .flags = XDP_FLAGS_DRV_MODE };
    int index = (int)if_nametoindex(interface);
    must(bpf_link_create(program(object, name), index, BPF_XDP, &options) >= 0, name);
}

/* The contents of a map, shared with the programs. */
static void *map_memory(struct bpf_object *object, const char *name, size_t bytes)
{
    struct bpf_map *map = bpf_object__find_map_by_name(object, name);
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
    must(p != MAP_FAILED, name);
    return p;
}

static double cpu_ns(char **pids, int count)
{
    double sum = 0;
    for (int i = 0; i < count; i++) {
        clockid_t clock;
        must(clock_getcpuclockid(atoi(pids[i]), &clock) == 0, pids[i]);
        sum += bench_seconds(clock) * 1e9;
    }
    return sum;
}

static void interrupt(int signal)
{
    (void)signal;
}

/* The timer interrupts the system call, again and again should the first time be too early. */
static void send_for(int sender, double seconds)
{
    uint8_t frame[VETH_FRAME] = { 0 };
    struct bpf_test_run_opts options = { .sz = sizeof(options),
                                         .data_in = frame,
                                         .data_size_in = sizeof(frame),
                                         .repeat = INT32_MAX,
                                         .batch_size = BATCH,
                                         .flags = BPF_F_TEST_XDP_LIVE_FRAMES };
    long us = (long)(seconds * 1e6);
    struct itimerval end = { .it_value = { us / 1000000, us % 1000000 }, .it_interval = { 0, 10000 } },
                     none = { 0 };
    struct sigaction action = { .sa_handler = interrupt };
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &end, NULL);
    must(bpf_prog_test_run_opts(sender, &options) == 0 || errno == EINTR, "live frames");
    setitimer(ITIMER_REAL, &none, NULL);
}

static void flood(struct bpf_object *object, const char *interface, double rate, double seconds, char **pids,
                  int pids_count)
{
    struct veth_state *s = map_memory(object, ".bss", sizeof(*s));
    size_t bytes = queries_count * sizeof(*queries);
    memcpy(map_memory(object, "queries", bytes), queries, bytes);
    s->gap_ns = rate > 0 ? (uint64_t)(BURST * 1e9 / rate) : 0;
    s->burst = BURST;
    s->queries = (uint32_t)queries_count;
    s->interface = if_nametoindex(interface);
    attach(object, "veth_receive", interface);
    double cpu = cpu_ns(pids, pids_count), took = 0;
    while (took < seconds) {
        double start = bench_seconds(CLOCK_MONOTONIC), left = seconds - took;
        send_for(program(object, "veth_send"), left < SLICE ? left : SLICE);
        took += bench_seconds(CLOCK_MONOTONIC) - start;
        usleep((unsigned)(PAUSE * 1e6));
    }
    cpu = cpu_ns(pids, pids_count) - cpu;
    printf("sent %llu\nreceived %llu\nlisted %llu\nunlisted %llu\nbytes %llu\nseconds %.6f\ncpu_ns %.0f\n",
           s->sent, s->received, s->listed, s->unlisted, s->bytes, took, cpu);
}

int main(int argc, char **argv)
{
    if (argc >= 9 && strcmp(argv[2], "flood") == 0) {
        read_queries(argv[3], argv[4], argv[5], argv[6]);
        flood(load(argv[1]), argv[3], atof(argv[7]), atof(argv[8]), argv + 9, argc - 9);
    } else if (argc == 4 && strcmp(argv[2], "echo") == 0) {
        attach(load(argv[1]), "veth_echo", argv[3]);
        pause();
    } else {
        fprintf(stderr, "usage: veth OBJECT flood IFACE MAC QUERIES TYPE RATE SECONDS [PID...]\n"
                        "       veth OBJECT echo IFACE\n");
        return 1;
    }
    return 0;
}
