#include "api/submit.h"

#include "api/to_json.h"
#include "base/sha256.h"
#include "http/json_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Idempotency-Key ---- */

/* The fingerprint of a request, by which its repeat is recognised: method, target and body, which has no zero
 * byte, as it was parsed. */
static bool compute_fingerprint(const struct http_request *r, uint8_t digest[SHA256_SIZE])
{
    char *text;
    int length = asprintf(&text, "%s\n%s\n%.*s", r->method, r->target, (int)r->body.used,
                          r->body.used > 0 ? r->body.bytes : "");
    if (length < 0)
        return false;
    sha256(text, (size_t)length, digest);
    free(text);
    return true;
}

/* Without a token a key belongs to the address, of which only a digest is kept. No token has a name with a
 * blank. */
static void name_public(const struct call *call, char name[STORE_NAME])
{
    uint8_t digest[STORE_DIGEST];
    char *end = name + snprintf(name, STORE_NAME, "public ");
    delist_digest(call->backend->delist, call->actor->client, digest);
    for (size_t i = 0; i < sizeof(digest); i++)
        end += sprintf(end, "%02x", digest[i]);
}

/* Fills in op.idempotency if there is a key. False: the call has failed. */
static bool read_key(struct call *call)
{
    const char *key = http_header(call->request, "Idempotency-Key");
    const struct actor *actor = call->actor;
    struct idempotency *out = &call->idempotency;
    if (key == NULL)
        return true;
    size_t length = strlen(key);
    for (const char *c = key; *c != '\0'; c++)
        if (*c < ' ' || *c > '~')
            length = 0;
    if (length == 0 || length >= sizeof(out->key))
        return call_fail(call, 400, "bad_idempotency_key", NULL,
                         "Idempotency-Key must be 1 to 255 printable ASCII characters.");
    memcpy(out->key, key, length + 1);
    if (actor->role != ROLE_NONE)
        memcpy(out->actor, actor->name, sizeof(out->actor));
    else
        name_public(call, out->actor);
    if (!compute_fingerprint(call->request, out->fingerprint))
        return call_fail_memory(call);
    call->op.idempotency = out;
    return true;
}

/* Sets Location and ETag, which follow from an answer's body and the operation. */
static void set_headers(struct call *call, const json_t *body)
{
    const char *id = json_string_value(json_object_get(body, "id"));
    const json_t *revision = json_object_get(body, "revision");
    bool request = call->op.verb == DELIST_REQUEST;
    char path[96];
    if (id != NULL && (request || call->op.verb == DELIST_CREATE)) {
        snprintf(path, sizeof(path), "/v1/%s/%s", request ? "requests" : to_json_collection(call->op.kind),
                 id);
        http_set_header(call->request, "Location", path);
    }
    if (revision != NULL)
        call_set_etag(call, (uint64_t)json_integer_value(revision));
}

/* Answers as the first request with this key was answered. */
static void answer_repeat(struct call *call)
{
    char *text = call->op.body;
    json_t *body = json_loadb(text, call->op.body_length, 0, NULL);
    set_headers(call, body);
    json_decref(body);
    call->op.body = NULL;
    http_set_header(call->request, "Idempotent-Replayed", "true");
    http_answer_text(call->request, call->op.status, "application/json", text, call->op.body_length);
}

/* ---- Handing over ---- */

#define BUSY "Too many operations are waiting; try again in a moment."

static void fail_busy(struct call *call)
{
    call_fail(call, 503, "busy", NULL, BUSY);
}

static void resumed(struct call *call)
{
    if (call->op.replayed)
        answer_repeat(call);
    else
        call->then(call);
}

/* The updater resumes the request only if it has accepted the operation. Otherwise its refusal is that of a
 * group that failed. */
static void end_submission(struct call *call, bool accepted)
{
    if (accepted)
        return;
    refusal_set(&call->op.refusal, REFUSE_UNAVAILABLE, "busy", NULL, BUSY);
    call->op.refusal.retry_after = 1;
    for (size_t i = 0; call->op.verb == DELIST_CREATE && i < call->op.count; i++)
        call->op.created[i].refusal = call->op.refusal;
    http_resume(call->request);
}

static bool submit_op(struct call *call)
{
    return call->backend->submit(call->backend->context, &call->op);
}

/* In a thread of the resolver. */
static void lookup_done(struct resolver_lookup *lookup)
{
    struct call *call = lookup->context;
    end_submission(call, submit_op(call));
}

/* Submits the operation, or begins the look-up that it needs. */
static bool begin(struct call *call)
{
    call->lookup.done = lookup_done;
    call->lookup.context = call;
    if (!call->lookup.wanted)
        return submit_op(call);
    if (call->backend->look_up(call->backend->context, &call->lookup))
        return true;
    call->op.evidence.finding = PROOF_BUSY;
    return submit_op(call);
}

static void operation_done(struct delist_op *op)
{
    http_resume(((struct call *)op->context)->request);
}

void submit_operation(struct call *call, void (*then)(struct call *call))
{
    call->op.actor = call->actor;
    call->op.done = operation_done;
    call->op.context = call;
    call->then = then;
    if (read_key(call) && http_suspend(call->request, resumed))
        end_submission(call, begin(call));
}

static void reload_done(struct reload *reload)
{
    http_resume(((struct call *)reload->context)->request);
}

void submit_reload(struct call *call, void (*then)(struct call *call))
{
    call->reload.done = reload_done;
    call->reload.context = call;
    call->then = then;
    if (!http_suspend(call->request, resumed) || call->backend->reload(call->backend->context, &call->reload))
        return;
    call->then = fail_busy;
    http_resume(call->request);
}

/* ---- Mutations ---- */

static json_t *make_body(struct call *call)
{
    call->op.status = 200;
    return call->to_json(call);
}

/* Renders the answer that is stored with the Idempotency-Key, in the operation's transaction. The updater's
 * thread. */
static void render(struct delist_op *op)
{
    json_text_begin();
    op->body = json_text_dump(make_body(op->context));
    op->body_length = op->body != NULL ? strlen(op->body) : 0;
}

static void answer_result(struct call *call)
{
    if (call->op.refusal.kind == REFUSE_NONE) {
        json_t *body = make_body(call);
        set_headers(call, body);
        if (call->op.verb == DELIST_REQUEST)
            call_set_etag(call, call->op.request.revision);
        http_answer(call->request, call->op.status, body);
    } else if (call->fail != NULL) {
        call->fail(call);
    } else {
        http_refuse(call->request, &call->op.refusal);
    }
}

void submit_mutation(struct call *call, json_t *(*to_json)(struct call *call))
{
    call->to_json = to_json;
    call->op.render = render;
    submit_operation(call, answer_result);
}

bool submit_set_target(struct call *call, enum delist_verb verb, const char *what)
{
    if (!call_check_id(call, what))
        return false;
    call->op.verb = verb;
    memcpy(call->op.id, call->part, STORE_ID);
    return true;
}

bool submit_read_if_match(struct call *call)
{
    const char *text = http_header(call->request, "If-Match");
    uint64_t revision = 0;
    size_t length = text != NULL ? strlen(text) : 0;
    if (text == NULL || strcmp(text, "*") == 0)
        return true;
    bool valid = length >= 3 && length <= 20 && text[0] == '"' && text[length - 1] == '"';
    for (size_t i = 1; valid && i < length - 1; i++) {
        valid = text[i] >= '0' && text[i] <= '9';
        revision = revision * 10 + (uint64_t)(text[i] - '0');
    }
    if (!valid) /* what was never an ETag here matches nothing */
        return call_fail(call, 412, "changed", "If-Match", "If-Match must be the ETag of the last answer.");
    call->op.has_revision = true;
    call->op.revision = revision;
    return true;
}
