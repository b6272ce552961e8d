#include "support/http_fixture.h"

#include "api/calls.h"
#include "support/log_capture.h"
#include "support/memory_delist.h"
#include "support/temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

static bool submit(void *context, struct delist_op *op)
{
    struct http_fixture *s = context;

    pthread_mutex_lock(&s->lock);
    bool taken = !s->full && s->count < HTTP_FIXTURE_OPS;
    if (taken)
        s->ops[s->count++] = op;
    pthread_cond_broadcast(&s->more);
    pthread_mutex_unlock(&s->lock);
    return taken;
}

static bool reload(void *context, struct reload *reload)
{
    struct http_fixture *s = context;

    pthread_mutex_lock(&s->lock);
    s->reload = reload;
    pthread_cond_broadcast(&s->more);
    pthread_mutex_unlock(&s->lock);
    return true;
}

/* Does an operation: the second one with a key finds the answer of the first. */
static void perform(struct delist_op *op)
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

static void *update(void *context)
{
    struct http_fixture *s = context;

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
            perform(op);
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

void http_fixture_hold(struct http_fixture *s, bool hold)
{
    pthread_mutex_lock(&s->lock);
    s->hold = hold;
    pthread_cond_broadcast(&s->more);
    pthread_mutex_unlock(&s->lock);
}

void http_fixture_await(struct http_fixture *s, unsigned count)
{
    pthread_mutex_lock(&s->lock);
    while (s->count < count)
        pthread_cond_wait(&s->more, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

void http_fixture_await_done(struct http_fixture *s, unsigned count)
{
    pthread_mutex_lock(&s->lock);
    while (s->done < count)
        pthread_cond_wait(&s->more, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

static int list_number(const void *context, const char *name)
{
    return delist_list_number(context, name);
}

static bool has_list(void *context, const char *name)
{
    return strcmp(((struct http_fixture *)context)->rules.name, name) == 0;
}

static int port_of(int fd)
{
    struct sockaddr_in address;
    socklen_t length = sizeof(address);
    assert_int_equal(getsockname(fd, (void *)&address, &length), 0);
    return ntohs(address.sin_port);
}

void http_fixture_open(struct http_fixture *s)
{
    struct error error = { 0 };

    log_capture_clear();
    snprintf(s->rules.name, sizeof(s->rules.name), "xbl");
    snprintf(s->directory, sizeof(s->directory), "/tmp/http-test-XXXXXX");
    assert_non_null(mkdtemp(s->directory));
    snprintf(s->tokens, sizeof(s->tokens), "%s/tokens", s->directory);
    temp_replace_file(s->tokens, HTTP_FIXTURE_TOKENS);
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
    s->port = port_of(o->listener[0].socket);
    s->page_port = port_of(o->listener[1].socket);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->more, NULL);
    s->delist = memory_delist_open(&s->rules, 1);
    s->backend = (struct backend){ .context = s,
                                   .delist = s->delist,
                                   .draining = &s->draining,
                                   .submit = submit,
                                   .view_open = memory_delist_view,
                                   .view_close = memory_delist_view_close,
                                   .has_list = has_list,
                                   .reload = reload };
    const struct http_program program = { .tables = s->tables != NULL ? s->tables : s->routes,
                                          .lists = { list_number, s->delist },
                                          .no_such_path = "nothing here",
                                          .gets_error = &api_gets_error,
                                          .posts_error = &api_posts_error,
                                          .context = &s->backend,
                                          .new_call = call_new,
                                          .free_call = call_free };
    pthread_create(&s->updater, NULL, update, s);
    if (http_start(o, &program, &s->http, &error) != OK)
        fail_msg("%s", error.text);
}

void http_fixture_close(struct http_fixture *s)
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

int http_fixture_teardown(void **state)
{
    struct http_fixture *s = *state;

    http_fixture_hold(s, false);
    if (s->http != NULL)
        http_fixture_close(s);
    return 0;
}
