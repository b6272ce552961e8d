/* Requests, as libmicrohttpd calls for them: their life (request.h). */
#include "base/clock.h"
#include "http/json_text.h"
#include "http/mhd_daemon.h"
#include "http/request.h"
#include "http/server_private.h"
#include "http/tokens.h"

#include <stdlib.h>
#include <string.h>

int64_t mhd_request_deadline_ms(const struct http_server *server, enum deadline_factor factor)
{
    return clock_ms() + (int64_t)server->options.idle_seconds * 1000 * factor;
}

static void expect(const struct http_request *r, bool reading, int64_t deadline_ms)
{
    connections_expect(r->daemon->connections, r->connection, reading, deadline_ms);
}

void *mhd_request_new(void *daemon, const char *uri, struct MHD_Connection *connection)
{
    const struct mhd_daemon *d = daemon;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct http_connection *c = info != NULL ? info->socket_context : NULL; /* NULL: it was out of memory */
    struct http_request *r = c != NULL ? calloc(1, sizeof(*r)) : NULL;
    struct timespec now;
    if (r == NULL || (r->target = strdup(uri != NULL ? uri : "")) == NULL) {
        free(r);
        return NULL; /* mhd_request_continue closes the connection */
    }
    clock_gettime(CLOCK_REALTIME, &now);
    store_new_id((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000, r->id);
    r->now = clock_now();
    r->page = d->listener->page;
    r->server = d->server;
    r->daemon = d;
    r->mhd = connection;
    r->connection = c;
    c->request = r;
    r->references = 1;
    return r;
}

const char *http_header(const struct http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->mhd, MHD_HEADER_KIND, name);
}

const char *http_parameter(const struct http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->mhd, MHD_GET_ARGUMENT_KIND, name);
}

void request_release(struct http_request *r)
{
    if (__atomic_sub_fetch(&r->references, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    if (r->call != NULL)
        r->server->program.free_call(r->call);
    if (r->response.mhd != NULL)
        MHD_destroy_response(r->response.mhd);
    for (unsigned i = 0; i < r->response.headers_count; i++)
        free(r->response.headers[i].value);
    json_decref(r->body.json);
    free(r->body.bytes);
    tokens_release(r->tokens);
    free(r->path);
    free(r->target);
    free(r);
}

void mhd_request_end(void *daemon, struct MHD_Connection *connection, void **request,
                     enum MHD_RequestTerminationCode how)
{
    struct http_request *r = *request;
    (void)daemon, (void)connection, (void)how;
    *request = NULL;
    if (r == NULL)
        return;
    r->connection->request = NULL;
    expect(r, true, mhd_request_deadline_ms(r->server, DEADLINE_READ));
    /* Resumed, but the client went away before: what was done is completed all the same. */
    r->suspension.gone = true;
    if (r->stage == STAGE_SUSPENDED)
        suspend_continue(r);
    if (r->stage >= STAGE_RUNNING)
        __atomic_sub_fetch(&r->server->running, 1, __ATOMIC_RELAXED);
    request_release(r);
}

void mhd_request_drop(struct http_connection *connection)
{
    if (connection->request != NULL)
        request_release(connection->request);
}

/* Hands the answer over to libmicrohttpd. */
static enum MHD_Result queue_response(struct http_request *r)
{
    struct http_counters *counters = &r->server->counters;
    const struct request_response *response = &r->response;
    if (response->mhd == NULL)
        return MHD_NO;
    __atomic_add_fetch(&counters->requests, 1, __ATOMIC_RELAXED);
    __atomic_add_fetch(&counters->by_status[response->status / 100 % 6], 1, __ATOMIC_RELAXED);
    expect(r, false, mhd_request_deadline_ms(r->server, DEADLINE_WRITE));
    return MHD_queue_response(r->mhd, (unsigned)response->status, response->mhd);
}

/* The headers are complete. */
static enum MHD_Result begin(struct http_request *r, const char *method)
{
    r->stage = STAGE_BODY;
    json_text_begin();
    if (request_head_check(r, method))
        return MHD_YES;
    /* A client that sends Expect need not send the body, and one whose body is too large must not. An answer
     * at this point closes the connection; otherwise it waits until the request is complete. */
    if (r->response.close || http_header(r, "Expect") != NULL || body_is_excessive(r))
        return queue_response(r);
    return MHD_YES;
}

/* The request is complete. */
static void run(struct http_request *r)
{
    struct http_server *server = r->server;
    r->stage = STAGE_RUNNING;
    __atomic_add_fetch(&server->running, 1, __ATOMIC_RELAXED);
    expect(r, false, INT64_MAX);
    suspend_begin(r);
    if (r->response.answered || !body_parse(r))
        return;
    r->call = server->program.new_call(server->program.context, r);
    if (r->call != NULL)
        r->route->handle(r->call);
    else
        http_fail_memory(r);
}

enum MHD_Result mhd_request_continue(void *daemon, struct MHD_Connection *connection, const char *url,
                                     const char *method, const char *version, const char *data, size_t *size,
                                     void **request)
{
    struct http_request *r = *request;
    (void)daemon, (void)connection, (void)url, (void)version;
    if (r == NULL)
        return MHD_NO;
    if (r->stage == STAGE_HEADERS)
        return begin(r, method);
    if (*size > 0) {
        size_t received = *size;
        *size = 0;
        return body_append(r, data, received) ? MHD_YES : MHD_NO;
    }
    if (r->stage == STAGE_BODY)
        run(r);
    else
        suspend_continue(r);
    if (r->stage == STAGE_SUSPENDED)
        return MHD_YES;
    if (!r->response.answered) /* the handler was out of memory */
        http_fail_memory(r);
    return queue_response(r);
}
