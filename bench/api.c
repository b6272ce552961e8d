/*
 * Clients of the API, each with a connection of its own that is kept open. Usage:
 *
 *     api rate URL TOKEN CLIENTS SECONDS [FROM]
 *         delistings a second, of hosts from number FROM on, and how long each took; with the token "-":
 *         removal requests of the public, of which most may be refused
 *     api late URL TOKEN CLIENTS COUNT ADDR/PORT ZONE
 *         delists hosts that ZONE lists and asks each time at once, from sockets enough to reach every
 *         worker: how many answers were late
 *     api fill URL TOKEN COUNT SECONDS [FROM]
 *         COUNT delistings in bulk, from host number FROM on, all of which end in the same second, SECONDS
 *         from now
 *     api end URL TOKEN CLIENTS COUNT
 *         delists COUNT hosts and says the ids on standard output, each as soon as it is acknowledged, until
 *         the server is gone
 *
 * Host number n is 10.0.0.0 + n. URL: http://ADDR:PORT.
 */
#include "bench.h"
#include "dns/name.h"
#include "dns/wire.h"
#include "net/listen_address.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>

#include <curl/curl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOSTS   0x0a000000u
#define SPREAD  2654435761u /* odd: n * SPREAD is another address for each n */
#define BULK    1000
#define SOCKETS 8 /* of one client: the kernel spreads them over the workers */
#define REPLY   4096

static struct {
    const char *url, *token, *zone;
    struct listen_address_list dns;
    unsigned clients;
    uint32_t from, count;
    double until; /* CLOCK_MONOTONIC */
    bool say, is_public;
    atomic_uint next, failed, late, lost, done;
    double *took; /* ms, by request */
} api;

struct client {
    CURL *curl;
    struct curl_slist *headers;
    int sockets[SOCKETS];
    char reply[REPLY];
    size_t length;
    pthread_t thread;
};

static size_t append_reply(char *data, size_t size, size_t count, void *context)
{
    struct client *c = context;
    size_t room = REPLY - 1 - c->length, take = size * count < room ? size * count : room;
    memcpy(c->reply + c->length, data, take);
    c->length += take;
    c->reply[c->length] = '\0';
    return size * count;
}

static void open_client(struct client *c)
{
    char token[256];
    snprintf(token, sizeof(token), "Authorization: Bearer %s", api.token);
    c->headers = api.is_public ? NULL : curl_slist_append(NULL, token);
    c->headers = curl_slist_append(c->headers, "Content-Type: application/json");
    c->curl = curl_easy_init();
    curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, c->headers);
    curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, append_reply);
    curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, c);
    curl_easy_setopt(c->curl, CURLOPT_TIMEOUT, 120L);
    for (unsigned i = 0; i < SOCKETS && api.zone != NULL; i++) {
        c->sockets[i] = socket(api.dns.address[0].sa.sa_family, SOCK_DGRAM, 0);
        if (connect(c->sockets[i], &api.dns.address[0].sa, api.dns.address[0].length) != 0)
            exit(1);
    }
}

static void close_client(struct client *c)
{
    curl_easy_cleanup(c->curl);
    curl_slist_free_all(c->headers);
    for (unsigned i = 0; i < SOCKETS && api.zone != NULL; i++)
        close(c->sockets[i]);
}

/* The status of a POST, 0 when there was no answer. */
static long post(struct client *c, const char *path, const char *body)
{
    char url[256];
    long status = 0;
    snprintf(url, sizeof(url), "%s%s", api.url, path);
    c->length = 0;
    curl_easy_setopt(c->curl, CURLOPT_URL, url);
    curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, body);
    if (curl_easy_perform(c->curl) == CURLE_OK)
        curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

static void write_host(uint32_t number, char text[16])
{
    uint32_t a = HOSTS + number;
    snprintf(text, 16, "%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
}

static long delist(struct client *c, uint32_t number, const char *duration)
{
    char host[16], body[128];
    write_host(api.from + number, host);
    if (api.is_public)
        snprintf(body, sizeof(body), "{\"query\":\"%s\"}", host);
    else
        snprintf(body, sizeof(body), "{\"range\":\"%s\",\"expires_in\":\"%s\",\"reason\":\"bench\"}", host,
                 duration);
    double begin = bench_seconds(CLOCK_MONOTONIC);
    long status = post(c, api.is_public ? "/v1/requests" : "/v1/delistings", body);
    api.took[number] = (bench_seconds(CLOCK_MONOTONIC) - begin) * 1e3;
    return status;
}

/* Asks for the host from each socket; all that still say that it is listed are late. */
static void ask(struct client *c, uint32_t number)
{
    uint8_t packet[512];
    uint16_t length;
    char name[300];
    struct error error;
    uint32_t a = HOSTS + api.from + number;
    snprintf(name, sizeof(name), "%u.%u.%u.%u.%s", a & 255, a >> 8 & 255, a >> 16 & 255, a >> 24, api.zone);
    memset(packet, 0, WIRE_HEADER);
    bench_must(name_from_text(name, packet + WIRE_HEADER, &length, &error), &error);
    wire_put16(packet, number);
    wire_put16(packet + 4, 1);
    wire_put16(wire_put16(packet + WIRE_HEADER + length, TYPE_A), CLASS_IN);
    for (unsigned i = 0; i < SOCKETS; i++)
        if (send(c->sockets[i], packet, WIRE_HEADER + length + 4u, 0) < 0)
            exit(1);
    for (unsigned i = 0; i < SOCKETS; i++) {
        uint8_t reply[512];
        struct pollfd fd = { .fd = c->sockets[i], .events = POLLIN };
        if (poll(&fd, 1, 5000) != 1 || recv(c->sockets[i], reply, sizeof(reply), 0) < WIRE_HEADER)
            atomic_fetch_add(&api.lost, 1);
        else
            atomic_fetch_add(&api.late, (wire_get16(reply + 2) & 15) != RCODE_NXDOMAIN);
    }
}

/* The text of "id" in the reply. */
static void print_id(const char *reply)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    const char *id = strstr(reply, "\"id\":");
    if (id == NULL)
        return;
    id = strchr(id + 5, '"') + 1;
    pthread_mutex_lock(&lock);
    printf("%.36s\n", id);
    fflush(stdout);
    pthread_mutex_unlock(&lock);
}

static void *run(void *argument)
{
    struct client *c = argument;
    while (api.until == 0 || bench_seconds(CLOCK_MONOTONIC) < api.until) {
        uint32_t number = atomic_fetch_add(&api.next, 1);
        if (number >= api.count)
            break;
        long status = delist(c, number, "1h");
        if (status != 201 && api.say)
            break;
        if (status != 201) {
            if (atomic_fetch_add(&api.failed, 1) == 0 && !api.is_public)
                fprintf(stderr, "status %ld: %.300s\n", status, c->reply);
            continue;
        }
        atomic_fetch_add(&api.done, 1);
        if (api.say)
            print_id(c->reply);
        if (api.zone != NULL)
            ask(c, number);
    }
    return NULL;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void run_clients(void)
{
    struct client *clients = bench_array(api.clients, sizeof(*clients));
    api.took = bench_array(api.count, sizeof(double));
    for (unsigned i = 0; i < api.clients; i++)
        open_client(&clients[i]);
    double begin = bench_seconds(CLOCK_MONOTONIC);
    for (unsigned i = 0; i < api.clients; i++)
        pthread_create(&clients[i].thread, NULL, run, &clients[i]);
    for (unsigned i = 0; i < api.clients; i++)
        pthread_join(clients[i].thread, NULL);
    double seconds = bench_seconds(CLOCK_MONOTONIC) - begin;
    uint32_t tried = api.next < api.count ? api.next : api.count;
    qsort(api.took, tried, sizeof(double), compare);
    if (api.say)
        return;
    printf("%u clients: %u %s, %.0f a second, median %.2f ms, p99 %.2f ms, %u failed", api.clients, api.done,
           api.is_public ? "requests" : "delistings", api.done / seconds, api.took[tried / 2],
           api.took[tried * 99ull / 100], api.failed);
    if (api.zone != NULL)
        printf(", %u queries, %u late, %u lost", api.done * SOCKETS, api.late, api.lost);
    printf("\n");
    for (unsigned i = 0; i < api.clients; i++)
        close_client(&clients[i]);
    free(clients);
    free(api.took);
}

/* Bulk delistings of BULK each that end at the same time. */
static void fill(uint32_t from, uint32_t count, unsigned seconds)
{
    struct client c;
    time_t end = time(NULL) + seconds;
    struct tm tm;
    char until[32], *body = bench_array(BULK + 1, 128);
    open_client(&c);
    gmtime_r(&end, &tm);
    strftime(until, sizeof(until), "%Y-%m-%dT%H:%M:%SZ", &tm);
    double begin = bench_seconds(CLOCK_MONOTONIC);
    for (uint32_t at = 0; at < count; at += BULK) {
        char *p = body + sprintf(body, "{\"items\":[");
        for (uint32_t i = at; i < at + BULK && i < count; i++) {
            char host[16];
            write_host((from + i) * SPREAD - HOSTS, host);
            p += sprintf(p, "%s{\"range\":\"%s\",\"expires_at\":\"%s\"}", i > at ? "," : "", host, until);
        }
        sprintf(p, "]}");
        long status = post(&c, "/v1/delistings/bulk", body);
        if (status / 100 != 2) {
            fprintf(stderr, "status %ld: %.300s\n", status, c.reply);
            exit(1);
        }
    }
    printf("%u delistings in bulk: %.1f s, end at %s\n", count, bench_seconds(CLOCK_MONOTONIC) - begin,
           until);
    close_client(&c);
    free(body);
}

int main(int argc, char **argv)
{
    struct error error;
    const char *mode = argc > 5 ? argv[1] : "";
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (argc > 5) {
        api.url = argv[2];
        api.token = argv[3];
        api.is_public = strcmp(api.token, "-") == 0;
        api.clients = (unsigned)atoi(argv[4]);
        api.count = 10000000;
    }
    if (strcmp(mode, "rate") == 0) {
        api.until = bench_seconds(CLOCK_MONOTONIC) + atof(argv[5]);
        api.from = argc > 6 ? (uint32_t)atoi(argv[6]) : 0;
        run_clients();
    } else if (strcmp(mode, "late") == 0 && argc == 8) {
        api.count = (uint32_t)atoi(argv[5]);
        api.zone = argv[7];
        bench_must(listen_address_resolve(argv[6], AF_UNSPEC, &api.dns, &error), &error);
        run_clients();
    } else if (strcmp(mode, "fill") == 0) {
        fill(argc > 6 ? (uint32_t)atoi(argv[6]) : 0, (uint32_t)atoi(argv[4]), (unsigned)atoi(argv[5]));
    } else if (strcmp(mode, "end") == 0) {
        api.count = (uint32_t)atoi(argv[5]);
        api.say = true;
        run_clients();
    } else {
        fprintf(stderr, "usage: api rate|late|fill|end URL TOKEN ...; see bench/api.c\n");
        return 1;
    }
    return 0;
}
