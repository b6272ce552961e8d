/*
 * A server for tests: its own table of calls, a real (empty) store in memory, and a backend whose updater is
 * a thread that does nothing but say so, after `hold` is let go. And a client that says exactly what it is
 * told to.
 */
#include "api/call.h"
#include "base/log.h"
#include "http/server.h"
#include "support/memory_limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { OPS_MOST = 4096 };

struct server {
    struct http_server *http;
    struct http_options options;
    const struct route *const *tables; /* NULL: test_routes */
    struct backend backend;
    struct delist *delist;
    struct list_policy rules;
    int port, page_port; /* API and page */
    char directory[32], tokens[64], unix_path[64];
    const char *proxies[1];
    /* The updater. */
    pthread_t updater;
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct delist_op *ops[OPS_MOST];
    struct reload *reload;
    unsigned count, done;
    bool hold, full, ended;
};

static struct server *current; /* for the handlers of the table */
extern const struct route test_routes[];

/* ---- The log, in place of the real one ---- */

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t log_more = PTHREAD_COND_INITIALIZER;
static char logged[1 << 16];

void log_line(enum log_level level, const char *format, ...)
{
    va_list list;
    (void)level;
    pthread_mutex_lock(&log_lock);
    size_t used = strlen(logged);
    va_start(list, format);
    vsnprintf(logged + used, sizeof(logged) - used, format, list);
    va_end(list);
    pthread_cond_broadcast(&log_more);
    pthread_mutex_unlock(&log_lock);
}

/* Waits until the log says it, and forgets all that it said. */
__attribute__((unused)) static void server_await_log(const char *text)
{
    struct timespec end;
    int failed = 0;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += 20;
    pthread_mutex_lock(&log_lock);
    while (strstr(logged, text) == NULL && failed == 0)
        failed = pthread_cond_timedwait(&log_more, &log_lock, &end);
    *logged = '\0';
    pthread_mutex_unlock(&log_lock);
    if (failed != 0)
        fail_msg("the log does not say '%s'", text);
}

/* ---- The backend ---- */

static bool server_submit(void *context, struct delist_op *op)
{
    struct server *s = context;

    pthread_mutex_lock(&s->lock);
    bool taken = !s->full && s->count < OPS_MOST;
    if (taken)
        s->ops[s->count++] = op;
    pthread_cond_broadcast(&s->more);
    pthread_mutex_unlock(&s->lock);
    return taken;
}

static bool server_reload(void *context, struct reload *reload)
{
    struct server *s = context;

    pthread_mutex_lock(&s->lock);
    s->reload = reload;
    pthread_cond_broadcast(&s->more);
    pthread_mutex_unlock(&s->lock);
    return true;
}

/* Does an operation: the second one with a key finds the answer of the first. */
static void server_perform(struct delist_op *op)
{
    static char kept[4096];
    static struct idempotency first;

    op->sequence = 7;
    if (op->idempotency == NULL)
        return;
    if (strcmp(first.key, op->idempotency->key) == 0 && strcmp(first.actor, op->idempotency->actor) == 0) {
        if (memcmp(first.fingerprint, op->idempotency->fingerprint, sizeof(first.fingerprint)) != 0) {
            refusal_set(&op->refusal, REFUSE_RULE, "idempotency_mismatch", "", "another request");
            return;
        }
        op->replayed = true;
        op->status = 201;
        op->body = strdup(kept);
        op->body_length = strlen(kept);
        return;
    }
    first = *op->idempotency;
    op->render(op);
    snprintf(kept, sizeof(kept), "%.*s", (int)op->body_length, op->body);
}

static void *server_update(void *context)
{
    struct server *s = context;

    pthread_mutex_lock(&s->lock);
    while (!s->ended) {
        if (s->hold || (s->count == 0 && s->reload == NULL)) {
            pthread_cond_wait(&s->more, &s->lock);
            continue;
        }
        struct reload *reload = s->reload;
        struct delist_op *op = s->count > 0 ? s->ops[--s->count] : NULL;
        s->reload = NULL;
        pthread_mutex_unlock(&s->lock);
        if (op != NULL) {
            server_perform(op);
            op->done(op);
        }
        if (reload != NULL)
            reload->done(reload);
        pthread_mutex_lock(&s->lock);
        s->done += op != NULL;
        pthread_cond_broadcast(&s->more);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

__attribute__((unused)) static void server_hold(struct server *s, bool hold)
{
    pthread_mutex_lock(&s->lock);
    s->hold = hold;
    pthread_cond_broadcast(&s->more);
    pthread_mutex_unlock(&s->lock);
}

/* Waits until so many operations wait. */
__attribute__((unused)) static void server_await(struct server *s, unsigned count)
{
    pthread_mutex_lock(&s->lock);
    while (s->count < count)
        pthread_cond_wait(&s->more, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

/* Waits until so many are done. */
__attribute__((unused)) static void server_await_done(struct server *s, unsigned count)
{
    pthread_mutex_lock(&s->lock);
    while (s->done < count)
        pthread_cond_wait(&s->more, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

/* ---- Starting and stopping ---- */

static int server_list_number(const void *context, const char *name)
{
    return delist_list_number(context, name);
}

static void server_write(const char *path, const char *text)
{
    char new[96];
    snprintf(new, sizeof(new), "%s.new", path);
    FILE *file = fopen(new, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    chmod(new, 0600);
    assert_int_equal(rename(new, path), 0);
}

static int server_port(int fd)
{
    struct sockaddr_in address;
    socklen_t length = sizeof(address);
    assert_int_equal(getsockname(fd, (void *)&address, &length), 0);
    return ntohs(address.sin_port);
}

#define SERVER_TOKENS                                                                                        \
    "admin-token admin boss\n"                                                                               \
    "operator-token operator op\n"                                                                           \
    "reader-token reader\n"                                                                                  \
    "owner-token owner own ranges=192.0.2.0/24,2001:db8::/32\n"                                              \
    "old-token admin old expires=2020-01-01T00:00:00Z\n"

/* What can be set beforehand is in s->options. */
static void server_open(struct server *s)
{
    struct error error = { 0 };

    snprintf(s->rules.name, sizeof(s->rules.name), "xbl");
    snprintf(s->directory, sizeof(s->directory), "/tmp/http-test-XXXXXX");
    assert_non_null(mkdtemp(s->directory));
    snprintf(s->tokens, sizeof(s->tokens), "%s/tokens", s->directory);
    server_write(s->tokens, SERVER_TOKENS);
    snprintf(s->unix_path, sizeof(s->unix_path), "unix:%s/api", s->directory);
    struct http_options *o = &s->options;
    o->listener[0] = (struct http_listener){ .address = "127.0.0.1:0" };
    o->listener[1] = (struct http_listener){ .address = "127.0.0.1:0", .page = true };
    o->listener[2] = (struct http_listener){ .address = s->unix_path };
    o->listeners = 3;
    o->threads = o->threads ? o->threads : 2;
    o->connections = o->connections ? o->connections : 200;
    o->per_client = o->per_client ? o->per_client : 100;
    o->idle_seconds = o->idle_seconds ? o->idle_seconds : 30;
    o->body_bytes = o->body_bytes ? o->body_bytes : 100000;
    for (size_t i = 0; i < o->listeners; i++)
        if (http_bind(&o->listener[i], &error) != OK)
            fail_msg("%s", error.text);
    s->port = server_port(o->listener[0].socket);
    s->page_port = server_port(o->listener[1].socket);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->more, NULL);
    s->delist = memory_open(&s->rules, 1);
    s->backend = (struct backend){ .context = s,
                                   .delist = s->delist,
                                   .submit = server_submit,
                                   .view_open = memory_view,
                                   .view_close = memory_view_close,
                                   .reload = server_reload };
    static const struct route *const tables[] = { test_routes, NULL };
    const struct http_program program = { .tables = s->tables != NULL ? s->tables : tables,
                                          .lists = { server_list_number, s->delist },
                                          .context = &s->backend,
                                          .new_call = call_new,
                                          .free_call = call_free };
    current = s;
    pthread_create(&s->updater, NULL, server_update, s);
    if (http_start(o, &program, &s->http, &error) != OK)
        fail_msg("%s", error.text);
}

static void server_close(struct server *s)
{
    http_stop(s->http);
    pthread_mutex_lock(&s->lock);
    s->ended = true;
    pthread_cond_broadcast(&s->more);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->updater, NULL);
    delist_close(s->delist);
    unlink(s->tokens);
    unlink(s->unix_path + 5);
    rmdir(s->directory);
}

/* ---- The client ---- */

struct answer {
    int status; /* 0: the connection was closed without one */
    char head[4096];
    char body[1 << 18];
    size_t length;
};

static void client_patience(int fd)
{
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){ .tv_sec = 20 }, sizeof(struct timeval));
}

static int client_open(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    assert_int_equal(connect(fd, (void *)&address, sizeof(address)), 0);
    client_patience(fd);
    return fd;
}

__attribute__((unused)) static int client_open_unix(const char *path)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(address.sun_path, sizeof(address.sun_path), "%.100s", path);
    assert_int_equal(connect(fd, (void *)&address, sizeof(address)), 0);
    client_patience(fd);
    return fd;
}

static void client_write(int fd, const void *data, size_t size)
{
    for (size_t at = 0; at < size;) {
        ssize_t n = send(fd, (const char *)data + at, size - at, MSG_NOSIGNAL);
        if (n <= 0)
            return; /* the answer, or its absence, will tell */
        at += (size_t)n;
    }
}

/* The value of a header of the answer, cut off, or NULL. */
static const char *answer_header(const struct answer *a, const char *name)
{
    static __thread char value[512];
    char find[64];
    snprintf(find, sizeof(find), "\r\n%s: ", name);
    const char *at = strcasestr(a->head, find);
    if (at == NULL)
        return NULL;
    at += strlen(find);
    snprintf(value, sizeof(value), "%.*s", (int)strcspn(at, "\r"), at);
    return value;
}

/* Reads one answer, 100s passed over; `head`: without a body. */
static void client_read(int fd, bool head, struct answer *a)
{
    size_t used = 0;
    *a = (struct answer){ .status = 0 };
    while (used < sizeof(a->head) - 1 && (used < 4 || memcmp(a->head + used - 4, "\r\n\r\n", 4) != 0)) {
        if (recv(fd, a->head + used, 1, 0) != 1)
            return;
        used++;
    }
    a->head[used] = '\0';
    assert_int_equal(sscanf(a->head, "HTTP/1.1 %d", &a->status), 1);
    if (a->status == 100) {
        client_read(fd, head, a);
        return;
    }
    const char *length = answer_header(a, "Content-Length");
    size_t wanted = head || length == NULL ? 0 : strtoul(length, NULL, 10);
    assert_true(wanted < sizeof(a->body));
    while (a->length < wanted) {
        ssize_t n = recv(fd, a->body + a->length, wanted - a->length, 0);
        if (n <= 0)
            break;
        a->length += (size_t)n;
    }
    a->body[a->length] = '\0';
}

static void client_say(int fd, const char *text, struct answer *a)
{
    client_write(fd, text, strlen(text));
    client_read(fd, strncmp(text, "HEAD", 4) == 0, a);
}

/* The same on a connection of its own. */
__attribute__((unused)) static void client_ask(int port, const char *text, struct answer *a)
{
    int fd = client_open(port);
    client_say(fd, text, a);
    close(fd);
}

/* The `code` of an error's body, or "". */
__attribute__((unused)) static const char *answer_code(const struct answer *a)
{
    static char code[64];
    json_t *body = json_loadb(a->body, a->length, 0, NULL);
    const char *text = json_string_value(json_object_get(json_object_get(body, "error"), "code"));
    snprintf(code, sizeof(code), "%s", text != NULL ? text : "");
    json_decref(body);
    return code;
}
