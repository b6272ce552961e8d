/*
 * People who look addresses up on the page, at a steady rate, each over a connection that is kept open.
 * Usage: page URL CLIENTS RATE SECONDS FILE
 *
 * FILE has the paths to ask for, one a line; they are asked for in turn. A look-up is due at its time,
 * whatever becomes of those before it: its delay counts from then, and one that is late is made at once.
 * Prints the rate reached, the delays, how many look-ups failed (no answer, or not status 200), and the
 * largest page.
 */
#include "bench.h"

#include <stdatomic.h>

#include <curl/curl.h>
#include <pthread.h>

static struct {
    const char *url;
    char **paths;
    size_t paths_count, count; /* look-ups */
    unsigned clients;
    double rate, begin; /* a second; CLOCK_MONOTONIC */
    atomic_uint failed;
    atomic_size_t largest; /* bytes */
    double *delay;         /* ms, by look-up */
} page;

struct client {
    unsigned number;
    CURL *curl;
    size_t bytes; /* of the answer */
    pthread_t thread;
};

static void read_paths(const char *file)
{
    FILE *f = bench_open(file);
    char line[512];
    size_t room = 0;
    while (fgets(line, sizeof(line), f) != NULL) {
        if (page.paths_count == room) {
            room = room * 2 + 1024;
            page.paths = realloc(page.paths, room * sizeof(*page.paths));
            bench_must(page.paths != NULL ? OK : ERR_MEMORY, NULL);
        }
        line[strcspn(line, "\n")] = '\0';
        page.paths[page.paths_count++] = strdup(line);
    }
    fclose(f);
    if (page.paths_count == 0) {
        fprintf(stderr, "%s: no paths\n", file);
        exit(1);
    }
}

static size_t count_bytes(char *data, size_t size, size_t count, void *context)
{
    struct client *c = context;
    (void)data;
    c->bytes += size * count;
    return size * count;
}

static void wait_until(double due)
{
    double left = due - bench_seconds(CLOCK_MONOTONIC);
    struct timespec t = { (time_t)left, (long)((left - (double)(time_t)left) * 1e9) };
    if (left > 0)
        nanosleep(&t, NULL);
}

static void look_up(struct client *c, size_t number)
{
    char url[640];
    long status = 0;
    size_t largest = page.largest;
    snprintf(url, sizeof(url), "%s%s", page.url, page.paths[number % page.paths_count]);
    curl_easy_setopt(c->curl, CURLOPT_URL, url);
    c->bytes = 0;
    if (curl_easy_perform(c->curl) == CURLE_OK)
        curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200 && atomic_fetch_add(&page.failed, 1) == 0)
        fprintf(stderr, "status %ld: %s\n", status, url);
    while (c->bytes > largest && !atomic_compare_exchange_weak(&page.largest, &largest, c->bytes))
        ;
}

/* Every so many readers one more: the clients take turns. Half of them read Japanese. */
static void *run(void *argument)
{
    struct client *c = argument;
    struct curl_slist *headers = curl_slist_append(NULL, "Accept: text/html");
    headers = curl_slist_append(headers, c->number % 2 == 0 ? "Accept-Language: en" : "Accept-Language: ja");
    c->curl = curl_easy_init();
    curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, count_bytes);
    curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, c);
    curl_easy_setopt(c->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c->curl, CURLOPT_TIMEOUT, 10L);
    for (size_t number = c->number; number < page.count; number += page.clients) {
        double due = page.begin + (double)number / page.rate;
        wait_until(due);
        look_up(c, number);
        page.delay[number] = (bench_seconds(CLOCK_MONOTONIC) - due) * 1e3;
    }
    curl_easy_cleanup(c->curl);
    curl_slist_free_all(headers);
    return NULL;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        fprintf(stderr, "usage: page URL CLIENTS RATE SECONDS FILE\n");
        return 1;
    }
    page.url = argv[1];
    page.clients = (unsigned)atoi(argv[2]);
    page.rate = atof(argv[3]);
    page.count = (size_t)(page.rate * atof(argv[4]));
    read_paths(argv[5]);
    page.delay = bench_array(page.count, sizeof(double));
    struct client *clients = bench_array(page.clients, sizeof(*clients));
    curl_global_init(CURL_GLOBAL_DEFAULT);
    page.begin = bench_seconds(CLOCK_MONOTONIC);
    for (unsigned i = 0; i < page.clients; i++) {
        clients[i].number = i;
        pthread_create(&clients[i].thread, NULL, run, &clients[i]);
    }
    for (unsigned i = 0; i < page.clients; i++)
        pthread_join(clients[i].thread, NULL);
    double seconds = bench_seconds(CLOCK_MONOTONIC) - page.begin;
    qsort(page.delay, page.count, sizeof(double), compare);
    printf("%zu look-ups, %.0f a second, p50 %.2f p99 %.2f max %.2f ms, %u failed, largest %zu bytes\n",
           page.count, (double)page.count / seconds, page.delay[page.count / 2],
           page.delay[page.count * 99 / 100], page.delay[page.count - 1], page.failed, page.largest);
    return 0;
}
