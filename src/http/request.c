#include "http/request.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

/* How long a whole request, or a whole answer, may take, in idle times. */
enum { READ_TIMES = 2, WRITE_TIMES = 10 };

static int64_t deadline_ms(const struct http_server *server, unsigned times)
{
    return clock_ms() + (int64_t)server->options.idle_seconds * 1000 * times;
}

int64_t http_request_deadline_ms(const struct http_server *server)
{
    return deadline_ms(server, READ_TIMES);
}

void *http_request_new(void *serving, const char *uri, struct MHD_Connection *connection)
{
    const struct mhd_daemon *s = serving;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct http_request *x = calloc(1, sizeof(*x));
    struct timespec now;
    if (x == NULL)
        return NULL; /* http_request_go closes the connection */
    x->target = strdup(uri != NULL ? uri : "");
    if (x->target == NULL) {
        free(x);
        return NULL;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    x->server = s->server;
    x->serving = s;
    x->connection = connection;
    x->from = info != NULL ? info->socket_context : NULL;
    x->references = 1;
    x->call.backend = &x->server->backend;
    x->call.page = s->listener->page;
    x->call.now = clock_now();
    store_new_id((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000, x->call.request_id);
    return x;
}

void http_request_free(struct http_request *x)
{
    if (x->response != NULL)
        MHD_destroy_response(x->response);
    for (unsigned i = 0; i < x->headers_count; i++)
        free(x->headers[i].value);
    json_decref(x->call.body);
    free(x->call.op.body);
    free(x->call.scratch);
    tokens_release(x->tokens);
    free(x->body);
    free(x->path);
    free(x->target);
    free(x);
}

void http_request_end(void *serving, struct MHD_Connection *connection, void **exchange,
                      enum MHD_RequestTerminationCode how)
{
    struct http_request *x = *exchange;
    (void)serving;
    (void)connection;
    (void)how;
    *exchange = NULL;
    if (x == NULL)
        return;
    connections_expect(x->from, true, http_request_deadline_ms(x->server));
    /* It was woken, but before that the client went away: what is done is brought to its end all the same. */
    x->gone = true;
    if (x->stage == STAGE_ASLEEP)
        suspend_over(x);
    if (x->stage >= STAGE_RUNNING)
        __atomic_sub_fetch(&x->server->running, 1, __ATOMIC_RELAXED);
    pthread_mutex_lock(&x->server->sleep_lock);
    bool last = --x->references == 0;
    pthread_mutex_unlock(&x->server->sleep_lock);
    if (last)
        http_request_free(x);
}

/* Hands the answer over. */
static enum MHD_Result queue(struct http_request *x)
{
    struct http_counters *counters = &x->server->counters;
    if (x->response == NULL)
        return MHD_NO;
    __atomic_add_fetch(&counters->requests, 1, __ATOMIC_RELAXED);
    __atomic_add_fetch(&counters->by_status[x->status / 100 % 6], 1, __ATOMIC_RELAXED);
    connections_expect(x->from, false, deadline_ms(x->server, WRITE_TIMES));
    return MHD_queue_response(x->connection, (unsigned)x->status, x->response);
}

/* Headers are in. */
static enum MHD_Result begin(struct http_request *x, const char *method)
{
    x->stage = STAGE_BODY;
    if (request_head_check(x, method))
        return MHD_YES;
    /* Who asks before he sends the body need not send it, and who sends too much shall not. An answer at this
     * point closes the connection; otherwise it waits until the request is all in. */
    if (x->close || call_header(&x->call, "Expect") != NULL || body_is_endless(x))
        return queue(x);
    return MHD_YES;
}

/* All is in. */
static void run(struct http_request *x)
{
    x->stage = STAGE_RUNNING;
    __atomic_add_fetch(&x->server->running, 1, __ATOMIC_RELAXED);
    connections_expect(x->from, false, INT64_MAX);
    if (x->answered || !body_read(x))
        return;
    x->generation = __atomic_load_n(&x->server->generation, __ATOMIC_ACQUIRE);
    x->route->handle(&x->call);
}

enum MHD_Result http_request_go(void *serving, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *data, size_t *size,
                                void **exchange)
{
    struct http_request *x = *exchange;
    (void)serving;
    (void)connection;
    (void)url;
    (void)version;
    if (x == NULL)
        return MHD_NO;
    if (x->stage == STAGE_HEADERS)
        return begin(x, method);
    if (*size > 0) {
        size_t taken = *size;
        *size = 0;
        return body_take(x, data, taken);
    }
    if (x->stage == STAGE_BODY)
        run(x);
    else
        suspend_over(x);
    return x->stage == STAGE_ASLEEP ? MHD_YES : queue(x);
}
