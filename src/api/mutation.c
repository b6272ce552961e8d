#include "api/mutation.h"

#include "http/json_text.h"

#include <string.h>

static json_t *make_body(struct call *call)
{
    call->op.status = 200;
    return call->mutation->to_json(call);
}

/* Renders the answer that is stored with the Idempotency-Key, in the operation's transaction. The updater's
 * thread. */
static void render(struct delist_op *op)
{
    json_text_begin();
    op->body = json_text_dump(make_body(op->context));
    op->body_length = op->body != NULL ? strlen(op->body) : 0;
}

static void done(struct call *call)
{
    const struct mutation *mutation = call->mutation;
    if (call->op.refusal.kind == REFUSE_NONE) {
        json_t *body = make_body(call);
        submit_set_headers(call, body);
        if (mutation->then != NULL)
            mutation->then(call);
        http_answer(call->request, call->op.status, body);
    } else if (mutation->fail != NULL) {
        mutation->fail(call);
    } else {
        http_refuse(call->request, &call->op.refusal);
    }
}

void mutation_submit(struct call *call, const struct mutation *mutation)
{
    call->mutation = mutation;
    call->op.render = render;
    submit_operation(call, done);
}

bool mutation_read_if_match(struct call *call)
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
