/*
 * A request for which there is no memory is answered 503, or its connection is closed; the server serves
 * others, and no answer is incomplete. Each allocation of each call fails in turn, alone, then with all after
 * it.
 */
#include "answer/hit_sample.h"
#include "api/calls.h"
#include "page/asset.h"
#include "page/page.h"
#include "support/http_client.h"
#include "support/http_fixture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A sanitizer has its own allocator. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CAN_FAIL false
#else
#define CAN_FAIL true
#endif

/* ---- The allocator: fails in threads that are not the test's own ---- */

static __thread bool exempt;
static bool lasting;  /* all allocations after the first failing one fail, too */
static int countdown; /* of allocations until one fails; atomic */
static bool failed;   /* one did */

#if CAN_FAIL
static bool must_fail(void)
{
    if (exempt)
        return false;
    int left = __atomic_sub_fetch(&countdown, 1, __ATOMIC_RELAXED);
    if (left != 0 && !(lasting && left < 0 && left > -100000))
        return false;
    __atomic_store_n(&failed, true, __ATOMIC_RELAXED);
    errno = ENOMEM;
    return true;
}

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

void *malloc(size_t size)
{
    return must_fail() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return must_fail() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return must_fail() ? NULL : __libc_realloc(memory, size);
}
#endif

static void fail_after(int allocations, bool all)
{
    __atomic_store_n(&failed, false, __ATOMIC_RELAXED);
    lasting = all;
    __atomic_store_n(&countdown, allocations, __ATOMIC_RELAXED);
}

static void fail_no_more(void)
{
    lasting = false;
    __atomic_store_n(&countdown, -1000000, __ATOMIC_RELAXED);
}

/* ---- The rest of the backend ---- */

static enum err report(void *context, struct report *out, struct error *error)
{
    (void)context;
    *out = (struct report){ .started = 1000, .now = 2000, .loaded = true, .store = { .healthy = true } };
    out->lists = calloc(1, sizeof(*out->lists));
    out->zones = calloc(1, sizeof(*out->zones));
    struct report_set *set = calloc(1, sizeof(*set));
    bool *in_zone = calloc(1, sizeof(*in_zone));
    if (out->lists == NULL || out->zones == NULL || set == NULL || in_zone == NULL) {
        free(set);
        free(in_zone);
        backend_free_report(out);
        return error_set(error, ERR_MEMORY, "out of memory");
    }
    *set = (struct report_set){ .type = "ip4set", .loaded = true, .last = { .good = true } };
    out->lists[0] = (struct report_list){ .name = "xbl", .sets = set, .sets_count = 1, .in_zone = in_zone };
    out->lists_count = 1;
    out->zones[0] = (struct report_zone){ .name = "zen.test", .ready = true, .valid_until = INT64_MAX };
    out->zones_count = 1;
    return OK;
}

static bool metrics(void *context, FILE *to)
{
    (void)context;
    for (int i = 0; i < 2000; i++)
        fprintf(to, "metric_%d 1\n", i);
    return true;
}

static bool hits(void *context, bool (*add)(void *page, const struct hit_record *hit), void *page,
                 uint64_t *seen, unsigned *rate)
{
    (void)context;
    *seen = 2;
    *rate = 1;
    for (int i = 0; i < 2; i++) {
        const struct hit_record hit = { .time = 1000, .weight = 1, .key = { .family = RANGE_IP4 } };
        if (!add(page, &hit))
            break;
    }
    return true;
}

static const char *zone_name(void *context, unsigned id)
{
    (void)context;
    (void)id;
    return "zen.test";
}

static bool token_failure(void *context, struct error *out)
{
    (void)context;
    (void)out;
    return false;
}

/* ---- The calls ---- */

#define ID   "01900000-0000-7000-8000-000000000000"
#define JSON "Content-Type: application/json\r\n"
#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"

static const struct request {
    const char *line, *headers, *body; /* NULL: none */
} requests[] = {
    { "GET /nothing", "", NULL },
    { "GET /v1/delistings?limit=2", "", NULL },
    { "GET /v1/delistings/" ID, "", NULL },
    { "GET /v1/requests", "", NULL },
    { "GET /v1/history/192.0.2.1", "", NULL },
    { "GET /v1/changes", "", NULL },
    { "GET /v1/hits", "", NULL },
    { "GET /v1/privacy?subject=me@example.com", "", NULL },
    { "GET /v1/lists", "", NULL },
    { "GET /v1/lists/xbl/loads", "", NULL },
    { "GET /v1/zones", "", NULL },
    { "GET /v1/status", "", NULL },
    { "GET /v1/lookup/192.0.2.1", "", NULL },
    { "GET /v1/openapi.json", "", NULL },
    { "GET /metrics", "", NULL },
    { "GET /healthz", "", NULL },
    { "GET /", "", NULL },
    { "GET /?q=192.0.2.1", "", NULL },
    { "GET /style.css", "", NULL },
    { "GET /requests/" ID, "", NULL },
    { "POST /v1/lookup", JSON, "{\"queries\":[\"192.0.2.1\",\"1\"]}" },
    { "POST /v1/delistings", JSON, "{\"range\":\"192.0.2.1\",\"a\":1}" },
    { "POST /v1/delistings", JSON, "{\"range\":\"192.0.2.1\"}" },
    { "POST /v1/delistings", JSON "Idempotency-Key: k\r\n", "{\"range\":\"192.0.2.1\"}" },
    { "POST /v1/delistings/bulk", JSON, "{\"items\":[{\"range\":\"192.0.2.1\"},{\"range\":1}]}" },
    { "POST /v1/delistings/bulk", JSON, "{\"items\":[{\"range\":\"192.0.2.1\"}],\"atomic\":false}" },
    { "POST /v1/requests", JSON, "{\"query\":\"192.0.2.1\"}" },
    { "POST /v1/reload", JSON, "{\"lists\":[\"xbl\"]}" },
    { "POST /v1/drain", "", NULL },
    { "POST /", FORM, "query=192.0.2.1" },
};

static struct http_fixture server;

static void ask(const struct request *r, struct http_response *a)
{
    char text[512], length[64] = "";
    if (r->body != NULL)
        snprintf(length, sizeof(length), "Content-Length: %zu\r\n", strlen(r->body));
    snprintf(text, sizeof(text), "%s HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer admin-token\r\n%s%s\r\n%s",
             r->line, r->headers, length, r->body != NULL ? r->body : "");
    http_client_ask(server.port, text, a);
}

/* Checks an answer against the one with enough memory. */
static void check(const struct request *r, const struct http_response *a, const struct http_response *whole)
{
    const char *optional =
        strstr(whole->body, ",\"delistings\":0"); /* left out of /v1/lists if the store fails */
    size_t length = optional != NULL ? (size_t)(optional - whole->body) : sizeof(a->body);
    if (a->status == 0 || a->status == 503)
        return;
    if (a->status != whole->status || (whole->status < 400 && strncmp(a->body, whole->body, length) != 0) ||
        a->length < whole->length / 2 || strlen(a->head) != strlen(whole->head))
        fail_msg("%s: %s%s\ninstead of %s%s", r->line, a->head, a->body, whole->head, whole->body);
}

/* Fails the n-th allocation of the request for n = 1, 2... until the request needs no more. */
static void fail_each(const struct request *r, bool all)
{
    static struct http_response whole, a;
    unsigned unavailable = 0;
    ask(r, &whole);
    ask(r, &whole); /* with an Idempotency-Key: the repeat */
    if (http_client_header(&whole, "X-Request-Id") == NULL)
        fail_msg("%s: not answered by the server: %d", r->line, whole.status);
    bool more = true;
    for (int n = 1; more; n++) {
        fail_after(n, all);
        ask(r, &a);
        fail_no_more();
        check(r, &a, &whole);
        unavailable += a.status == 503;
        more = __atomic_load_n(&failed, __ATOMIC_RELAXED);
    }
    if (unavailable == 0 && !all) /* libmicrohttpd needs memory for any answer */
        fail_msg("%s: never answered 503", r->line);
}

static void single_failures(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(requests); i++)
        fail_each(&requests[i], false);
}

static void lasting_failures(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(requests); i++)
        fail_each(&requests[i], true);
}

static int set_up(void **state)
{
    static const struct http_service service = { .name = { { "test" } }, .contact = "me" };
    static const struct banner banner = { .text = { { "The server moves." } } };
    static const struct asset none;
    static const struct route *const tables[] = { api_routes, page_routes, NULL };
    (void)state;
    server = (struct http_fixture){ .options = { .threads = 1, .tokens = server.tokens }, .tables = tables };
    http_fixture_open(&server);
    server.backend.report = report;
    server.backend.metrics = metrics;
    server.backend.hits = hits;
    server.backend.zone_name = zone_name;
    server.backend.token_failure = token_failure;
    server.backend.service = &service;
    server.backend.logo = server.backend.style = &none;
    server.backend.banner = &banner;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    http_fixture_close(&server);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_failures),
        cmocka_unit_test(lasting_failures),
    };
    exempt = true;
    fail_no_more();
    return CAN_FAIL ? cmocka_run_group_tests(tests, set_up, tear_down) : 0;
}
