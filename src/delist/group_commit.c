/* Groups of operations: savepoint, verb, answer noted; one commit, one publish. */
#include "delist/txn.h"
#include "store/fault.h"
#include "view/coverage.h"

#include <stdlib.h>
#include <string.h>

#define RETRY_SECONDS 5

/* ---- One operation ---- */

static void reset(struct delist_op *op)
{
    op->judgement = (struct refusal){ .kind = REFUSE_NOT };
    memset(&op->item, 0, sizeof(op->item));
    op->still_covered_count = 0;
    op->batch_id[0] = op->confirm_code[0] = '\0';
    op->affected = op->sequence = 0;
    op->repeated = false;
    op->status = 0;
    op->body = NULL;
    op->body_length = 0;
}

/* True when the key of a repeat settles the operation. */
static bool is_repeat(struct txn *w, struct delist_op *op)
{
    int status;
    char *body;
    size_t length;

    if (op->repeat == NULL)
        return false;
    enum err err = idempotency_find(w->eyes, op->repeat, w->now, &status, &body, &length, &w->error);
    if (err == ERR_REFUSED) {
        list_policy_refuse(&op->judgement, REFUSE_RULE, "key_reused", "Idempotency-Key",
                           "This Idempotency-Key came with another request before.");
        return true;
    }
    if (!txn_ok(w, err))
        return true;
    if (status == 0)
        return false;
    op->repeated = true;
    op->status = status;
    op->body = body;
    op->body_length = length;
    return true;
}

static void note_answer(struct txn *w, struct delist_op *op)
{
    if (op->repeat == NULL || op->render == NULL || w->err != OK)
        return;
    op->render(op);
    if (op->body != NULL)
        txn_ok(w, idempotency_add(w->store, op->repeat, w->now, op->status, op->body, op->body_length,
                                  &w->error));
}

static void perform(struct txn *w, struct delist_op *op)
{
    switch (op->verb) {
    case DELIST_CREATE:
        delist_create(w, op);
        break;
    case DELIST_CHANGE:
        delist_change(w, op);
        break;
    case DELIST_END:
        delist_end(w, op);
        break;
    case DELIST_REVERT:
        delist_revert(w, op);
        break;
    case DELIST_SUSPEND:
    case DELIST_RESUME:
        delist_suspend(w, op, op->verb == DELIST_SUSPEND);
        break;
    case DELIST_REQUEST:
        removal_request(w, op);
        break;
    case DELIST_VERIFY:
        removal_verify(w, op);
        break;
    case DELIST_APPROVE:
    case DELIST_DENY:
        removal_decide(w, op);
        break;
    case DELIST_NOTE:
        delist_note(w, op);
        break;
    case DELIST_ERASE:
        delist_erase(w, op);
        break;
    case DELIST_FEED:
        feed_apply(w, op);
        break;
    }
}

/* A refusal takes back what was written, and is not noted: to do it again does no harm. */
static void apply_one(struct txn *w, struct delist_op *op)
{
    fault_pass("taken");
    if (is_repeat(w, op) || !txn_ok(w, store_savepoint(w->store, &w->error)))
        return;
    w->actor = op->actor;
    w->sequence = 0;
    w->effort = COVERAGE_RUNS_MAX;
    w->keep = false;
    perform(w, op);
    if (w->err != OK)
        return;
    if (op->judgement.kind != REFUSE_NOT && !w->keep) {
        txn_ok(w, store_undo(w->store, &w->error));
        return;
    }
    op->sequence = w->sequence;
    if (op->judgement.kind == REFUSE_NOT)
        note_answer(w, op);
    txn_ok(w, store_release(w->store, &w->error));
}

/* ---- Groups ---- */

static void fail(const struct txn *w, struct delist_op *op)
{
    free(op->body);
    reset(op);
    if (w->retry && w->err == ERR_LIMIT)
        list_policy_refuse(&op->judgement, REFUSE_UNAVAILABLE, "overlay_full", NULL,
                           "There is no memory for more delistings and listings; nothing was done.");
    else
        list_policy_refuse(&op->judgement, REFUSE_UNAVAILABLE, "store_unavailable", NULL,
                           "The change cannot be stored now; nothing was done.");
    op->judgement.retry_after = RETRY_SECONDS;
    for (size_t i = 0; op->verb == DELIST_CREATE && i < op->count; i++)
        op->created[i].judgement = op->judgement;
}

/* Returns whether it should be tried again in smaller groups. */
static bool apply_group(struct delist *d, struct delist_op *const *ops, size_t count, int64_t now)
{
    struct txn w;

    txn_open(&w, d, now);
    for (size_t i = 0; i < count; i++)
        reset(ops[i]);
    for (size_t i = 0; i < count && w.err == OK; i++)
        apply_one(&w, ops[i]);
    bool done = txn_close(&w);
    for (size_t i = 0; i < count && !done; i++)
        fail(&w, ops[i]);
    for (size_t i = 0; i < count && done; i++) {
        struct delist_op *op = ops[i];
        if (op->judgement.kind != REFUSE_NOT || op->repeated)
            continue;
        audit_log(d, op);
        if (op->confirm_code[0] != '\0' && d->options.confirm != NULL)
            d->options.confirm(d->options.context, &op->request, op->confirm_code);
    }
    return !done && w.retry;
}

void delist_apply(struct delist *d, struct delist_op *const *ops, size_t count, int64_t now)
{
    for (size_t i = 0; i < count; i++)
        if (ops[i]->verb == DELIST_REQUEST)
            ops[i]->asked = ops[i]->request;
    if (!apply_group(d, ops, count, now) || count <= 1)
        return;
    for (size_t i = 0; i < count; i++) {
        if (ops[i]->verb == DELIST_REQUEST)
            ops[i]->request = ops[i]->asked;
        apply_group(d, &ops[i], 1, now);
    }
}
