#include "api/mutation.h"

#include "api/to_json.h"

#include <stddef.h>
#include <string.h>

static struct call *call_of(struct delist_op *op)
{
    return (struct call *)((char *)op - offsetof(struct call, op));
}

static json_t *form(struct call *call)
{
    call->op.status = 200;
    return call->operation->form(call);
}

/* The updater's thread: the answer is noted with the key, in the transaction. */
static void render(struct delist_op *op)
{
    json_t *body = form(call_of(op));
    op->body = json_dumps(body, JSON_COMPACT);
    op->body_length = op->body != NULL ? strlen(op->body) : 0;
    json_decref(body);
}

void mutation_set_headers(struct call *call, const json_t *body)
{
    const char *id = json_string_value(json_object_get(body, "id"));
    const json_t *revision = json_object_get(body, "revision");
    bool request = call->op.verb == DELIST_REQUEST;
    char path[96];
    if (id != NULL && (request || call->op.verb == DELIST_CREATE)) {
        snprintf(path, sizeof(path), "/v1/%s/%s", request ? "requests" : to_json_collection(call->op.kind),
                 id);
        call_set_header(call, "Location", path);
    }
    if (revision != NULL)
        call_set_etag(call, (uint64_t)json_integer_value(revision));
}

static void done(struct call *call)
{
    const struct mutation *operation = call->operation;
    if (call->op.judgement.kind == REFUSE_NOT) {
        json_t *body = form(call);
        mutation_set_headers(call, body);
        if (operation->then != NULL)
            operation->then(call);
        call_answer(call, call->op.status, body);
    } else if (operation->fail != NULL) {
        operation->fail(call);
    } else {
        call_refuse(call, &call->op.judgement);
    }
}

void mutation_submit(struct call *call, const struct mutation *operation)
{
    call->operation = operation;
    call->op.render = render;
    call_submit(call, done);
}

/* What we never gave out matches nothing. */
bool mutation_read_if_match(struct call *call)
{
    const char *text = call_header(call, "If-Match");
    uint64_t revision = 0;
    size_t length = text != NULL ? strlen(text) : 0;
    if (text == NULL || strcmp(text, "*") == 0)
        return true;
    bool ours = length >= 3 && length <= 20 && text[0] == '"' && text[length - 1] == '"';
    for (size_t i = 1; ours && i < length - 1; i++) {
        ours = text[i] >= '0' && text[i] <= '9';
        revision = revision * 10 + (uint64_t)(text[i] - '0');
    }
    if (!ours) {
        call_fail(call, 412, "changed", "If-Match", "If-Match is the ETag of the answer that was last seen.");
        return false;
    }
    call->op.has_revision = true;
    call->op.revision = revision;
    return true;
}
