#include "http/request.h"

#include "api/mutation.h"
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- Going to sleep, and waking ---- */

/* Puts the connection to sleep: for something to be published or for `seconds`, or with `seconds` < 0 for
 * something that is under way from now on. False: it has failed the call, as the server stops. Whoever is to
 * wake it has not been told yet, so waking cannot come first. */
static bool fall_asleep(struct http_request *x, void (*then)(struct call *call), int64_t seconds)
{
    struct http_server *server = x->server;
    pthread_mutex_lock(&server->sleep_lock);
    bool stopping = server->stopping;
    if (!stopping && seconds < 0) {
        x->references++;
        server->under_way++;
    }
    if (!stopping && !x->gone) {
        x->then = then;
        x->stage = STAGE_ASLEEP;
        x->waits = seconds >= 0;
        x->until_ms = clock_ms() + seconds * 1000;
        __atomic_add_fetch(&server->waiting, x->waits, __ATOMIC_SEQ_CST);
        x->next = server->sleepers;
        x->link = &server->sleepers;
        if (x->next != NULL)
            x->next->link = &x->next;
        server->sleepers = x;
        MHD_suspend_connection(x->connection);
    }
    pthread_mutex_unlock(&server->sleep_lock);
    if (stopping) {
        x->close = true;
        call_fail(&x->call, 503, "stopping", NULL, "The server stops: try again in a moment.");
    }
    return !stopping;
}

/* Resumes the connection, once for each time that it was suspended; under the lock. */
static void wake(struct http_request *x)
{
    if (x->link == NULL)
        return;
    *x->link = x->next;
    if (x->next != NULL)
        x->next->link = x->link;
    x->link = NULL;
    __atomic_sub_fetch(&x->server->waiting, x->waits, __ATOMIC_RELAXED);
    x->waits = false;
    MHD_resume_connection(x->connection);
}

/* What was under way is over. The server may be gone as soon as the lock is released, or wait for just this.
 */
static void finish(struct http_request *x)
{
    struct http_server *server = x->server;
    pthread_mutex_lock(&server->sleep_lock);
    wake(x);
    bool last = --x->references == 0;
    bool abandoned = --server->under_way == 0 && server->abandoned;
    pthread_mutex_unlock(&server->sleep_lock);
    if (last)
        http_request_free(x);
    if (abandoned)
        server_free(server);
}

/* What was answered before, with the headers that were beside it. */
static void answer_again(struct call *call)
{
    char *text = call->op.body;
    json_t *body = json_loadb(text, call->op.body_length, 0, NULL);
    mutation_set_headers(call, body);
    json_decref(body);
    call->op.body = NULL;
    call_set_header(call, "Idempotent-Replayed", "true");
    call_answer_text(call, call->op.status, "application/json", text, call->op.body_length);
}

void suspend_over(struct http_request *x)
{
    x->stage = STAGE_RUNNING;
    if (x->dropped) {
        x->close = true;
        call_fail(&x->call, 503, "stopping", NULL,
                  "The server stops; whether this was done is not known yet: ask again.");
        return;
    }
    if (x->call.op.repeated) {
        answer_again(&x->call);
        return;
    }
    x->generation = __atomic_load_n(&x->server->generation, __ATOMIC_ACQUIRE);
    x->then(&x->call);
}

/* ---- Operations ---- */

static void too_many(struct call *call)
{
    call_fail(call, 503, "busy", NULL, "Too much is waiting to be done; try again.");
}

static void operation_done(struct delist_op *op)
{
    finish(op->context);
}

/* The fingerprint of a request, by which a repeat is known as one. */
static bool fingerprint(struct http_request *x, uint8_t digest[SHA256_SIZE])
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    if (to == NULL)
        return false;
    fprintf(to, "%s\n%s\n", x->method, x->target);
    if (x->body_used > 0)
        fwrite(x->body, 1, x->body_used, to);
    bool good = fclose(to) == 0;
    if (good)
        sha256(text, size, digest);
    free(text);
    return good;
}

/* Idempotency-Key: fills in op.repeat if there is one; false: it has failed the call. */
static bool take_key(struct http_request *x)
{
    const char *key = call_header(&x->call, "Idempotency-Key");
    const struct actor *actor = &x->call.actor;
    if (key == NULL)
        return true;
    size_t length = strlen(key);
    for (const char *c = key; *c != '\0'; c++)
        if (*c < ' ' || *c > '~')
            length = 0;
    if (length == 0 || length >= sizeof(x->repeat.key)) {
        call_fail(&x->call, 400, "bad_idempotency_key", NULL,
                  "Idempotency-Key must be 1 to 255 printable ASCII characters.");
        return false;
    }
    memcpy(x->repeat.key, key, length + 1);
    if (actor->role != ROLE_NONE)
        memcpy(x->repeat.actor, actor->name, sizeof(x->repeat.actor));
    else /* keys of nobody in particular are those of an address; no token has a name with a blank */
        snprintf(x->repeat.actor, sizeof(x->repeat.actor), "public %.50s", actor->client);
    if (!fingerprint(x, x->repeat.fingerprint)) {
        too_many(&x->call);
        return false;
    }
    x->call.op.repeat = &x->repeat;
    return true;
}

/* Whoever it was handed to has taken it, or is never going to say that it is done. */
static void handed_over(struct http_request *x, bool taken)
{
    if (taken)
        return;
    x->then = too_many;
    finish(x);
}

void call_submit(struct call *call, void (*then)(struct call *call))
{
    struct http_request *x = http_request_of(call);
    call->op.actor = &call->actor;
    call->op.done = operation_done;
    call->op.context = x;
    if (take_key(x) && fall_asleep(x, then, -1))
        handed_over(x, call->backend->submit(call->backend->context, &call->op));
}

static void reload_done(struct reload *reload)
{
    finish(reload->context);
}

void call_reload(struct call *call, struct reload *reload, void (*then)(struct call *call))
{
    struct http_request *x = http_request_of(call);
    reload->done = reload_done;
    reload->context = x;
    if (fall_asleep(x, then, -1))
        handed_over(x, call->backend->reload(call->backend->context, reload));
}

/* ---- Waiting for something to be published ---- */

void call_wait(struct call *call, unsigned seconds, void (*then)(struct call *call))
{
    struct http_request *x = http_request_of(call);
    if (!fall_asleep(x, then, seconds))
        return;
    /* What was published since the handler looked woke nobody. */
    if (__atomic_load_n(&x->server->generation, __ATOMIC_SEQ_CST) != x->generation)
        server_wake(x->server);
}

void call_wake(struct http_server *server)
{
    __atomic_add_fetch(&server->generation, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&server->waiting, __ATOMIC_SEQ_CST) > 0)
        server_wake(server);
}

void suspend_tick(struct http_server *server, int64_t now_ms)
{
    uint64_t generation = __atomic_load_n(&server->generation, __ATOMIC_SEQ_CST);
    pthread_mutex_lock(&server->sleep_lock);
    for (struct http_request *x = server->sleepers, *next; x != NULL; x = next) {
        next = x->next;
        if (x->waits && (x->until_ms <= now_ms || x->generation != generation))
            wake(x);
    }
    pthread_mutex_unlock(&server->sleep_lock);
}

/* ---- The end ---- */

/* Wakes those that sleep, unless what they sleep for is under way; with `all` them too. */
static void drop(struct http_server *server, bool all)
{
    pthread_mutex_lock(&server->sleep_lock);
    __atomic_store_n(&server->stopping, true, __ATOMIC_RELAXED);
    for (struct http_request *x = server->sleepers, *next; x != NULL; x = next) {
        next = x->next;
        x->dropped = x->waits || all;
        if (x->dropped)
            wake(x);
    }
    pthread_mutex_unlock(&server->sleep_lock);
}

static bool is_quiet(struct http_server *server)
{
    pthread_mutex_lock(&server->sleep_lock);
    bool quiet = server->sleepers == NULL && __atomic_load_n(&server->running, __ATOMIC_RELAXED) == 0;
    pthread_mutex_unlock(&server->sleep_lock);
    return quiet;
}

/* Until all are answered, or for `ms`. */
static void settle(struct http_server *server, unsigned ms)
{
    for (unsigned i = 0; i < ms / 10 && !is_quiet(server); i++)
        nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
}

void suspend_stop(struct http_server *server, unsigned ms)
{
    drop(server, false);
    settle(server, ms);
    drop(server, true);
    settle(server, 1000);
}

bool suspend_end(struct http_server *server)
{
    pthread_mutex_lock(&server->sleep_lock);
    server->abandoned = server->under_way > 0;
    bool over = !server->abandoned;
    pthread_mutex_unlock(&server->sleep_lock);
    return over;
}
