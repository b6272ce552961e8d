/* Groups of operations: for each a savepoint, its verb, its answer recorded; then one commit, one publish. */
#include "delist/removal_plan.h"
#include "delist/verbs.h"
#include "store/fault.h"
#include "view/coverage.h"

#include <stdlib.h>
#include <string.h>

#define RETRY_SECONDS 5 /* Retry-After of a group that failed */

/* ---- Verbs ---- */

static void suspend(struct txn *txn, struct delist_op *op)
{
    bool suspend = op->verb == DELIST_SUSPEND;

    if (txn->suspended == suspend ||
        !txn_ok(txn, store_set_fact(txn->store, "suspended", suspend, &txn->error)))
        return;
    txn->suspended = suspend;
    txn_record(txn, suspend ? EVENT_SUSPENDED : EVENT_RESUMED, op->reason);
}

static void audit(struct txn *txn, struct delist_op *op)
{
    txn_record(txn, EVENT_ADMIN, op->reason);
}

/* The event does not say whose data it was. */
static void erase(struct txn *txn, struct delist_op *op)
{
    if (txn_ok(txn, privacy_erase(txn->store, op->subject, &op->affected, &txn->error)))
        txn_record(txn, EVENT_ADMIN, "personal data erased");
}

static void (*const verbs[])(struct txn *txn, struct delist_op *op) = {
    [DELIST_CREATE] = delist_create,  [DELIST_CHANGE] = delist_change,
    [DELIST_END] = delist_end,        [DELIST_END_MATCHING] = delist_end_matching,
    [DELIST_REVERT] = delist_revert,  [DELIST_SUSPEND] = suspend,
    [DELIST_RESUME] = suspend,        [DELIST_REQUEST] = removal_request,
    [DELIST_VERIFY] = removal_verify, [DELIST_APPROVE] = removal_decide,
    [DELIST_DENY] = removal_decide,   [DELIST_AUDIT] = audit,
    [DELIST_ERASE] = erase,           [DELIST_FEED] = feed_apply,
    [DELIST_PROVE] = removal_prove,   [DELIST_REVIEW] = removal_review,
};

/* ---- One operation ---- */

static void reset(struct delist_op *op)
{
    op->refusal = (struct refusal){ .kind = REFUSE_NONE };
    memset(&op->item, 0, sizeof(op->item));
    op->still_covered_count = 0;
    op->batch_id[0] = op->confirm_code[0] = '\0';
    op->affected = op->sequence = 0;
    op->replayed = false;
    op->status = 0;
    op->body = NULL;
    op->body_length = 0;
}

/* True if the idempotency key decides the operation: its answer is known, or the key is refused. */
static bool is_replayed(struct txn *txn, struct delist_op *op)
{
    if (op->idempotency == NULL)
        return false;
    enum err err = idempotency_find(txn->reader, op->idempotency, txn->now, &op->status, &op->body,
                                    &op->body_length, &txn->error);
    if (err == ERR_REFUSED)
        return !refusal_set(&op->refusal, REFUSE_RULE, "key_reused", "Idempotency-Key",
                            "This Idempotency-Key was used for another request.");
    op->replayed = txn_ok(txn, err) && op->status != 0;
    return op->replayed || txn->err != OK;
}

/* Of the public only what changed something: others could fill the disk with answers to repeats. */
static void record_answer(struct txn *txn, struct delist_op *op)
{
    bool kept = op->sequence != 0 || !delist_is_public(op);

    if (op->idempotency == NULL || op->render == NULL || txn->err != OK || !kept)
        return;
    op->render(op);
    if (op->body == NULL)
        txn_ok(txn, error_set(&txn->error, ERR_MEMORY, "out of memory for an answer"));
    else
        txn_ok(txn, idempotency_add(txn->store, op->idempotency, txn->now, op->status, op->body,
                                    op->body_length, &txn->error));
}

/* A refusal rolls back what was written, and its answer is not recorded: repeating it does no harm. */
static void apply_one(struct txn *txn, struct delist_op *op)
{
    fault_pass("taken");
    if (is_replayed(txn, op) || !txn_ok(txn, store_savepoint(txn->store, &txn->error)))
        return;
    txn->actor = op->actor;
    txn->sequence = 0;
    txn->effort = COVERAGE_RUNS_MAX;
    txn->keep = false;
    verbs[op->verb](txn, op);
    if (txn->err != OK)
        return;
    if (op->refusal.kind != REFUSE_NONE && !txn->keep) {
        txn_ok(txn, store_undo(txn->store, &txn->error));
        return;
    }
    op->sequence = txn->sequence;
    if (op->refusal.kind == REFUSE_NONE)
        record_answer(txn, op);
    txn_ok(txn, store_release(txn->store, &txn->error));
}

/* ---- Groups ---- */

static void fail(const struct txn *txn, struct delist_op *op)
{
    bool full = txn->retry && txn->err == ERR_LIMIT;

    free(op->body);
    reset(op);
    refusal_set(&op->refusal, REFUSE_UNAVAILABLE, full ? "overlay_full" : "store_unavailable", NULL,
                "%s; nothing was done.",
                full ? "Out of memory for more delistings and listings" : "The change cannot be stored now");
    op->refusal.retry_after = RETRY_SECONDS;
    for (size_t i = 0; op->verb == DELIST_CREATE && i < op->count; i++)
        op->created[i].refusal = op->refusal;
}

/* Sends the code of a request, if it has one, to the form of the address by which mailboxes are counted. */
static void send_code(const struct delist *d, const struct delist_op *op)
{
    const struct removal_request *r = &op->request;
    bool control = op->verb == DELIST_PROVE;
    char mailbox[STORE_EMAIL];

    if (op->confirm_code[0] != '\0' && d->options.confirm != NULL &&
        removal_parse_email(control ? r->control_to : r->email, mailbox))
        d->options.confirm(d->options.confirm_context, r, mailbox, control, op->confirm_code);
}

/* Returns whether its operations should be tried again one by one. */
static bool apply_group(struct delist *d, struct delist_op *const *ops, size_t count, int64_t now)
{
    struct txn txn;

    txn_open(&txn, d, now);
    for (size_t i = 0; i < count; i++)
        reset(ops[i]);
    for (size_t i = 0; i < count && txn.err == OK; i++)
        apply_one(&txn, ops[i]);
    bool done = txn_close(&txn);
    for (size_t i = 0; i < count; i++) {
        struct delist_op *op = ops[i];
        if (!done)
            fail(&txn, op);
        if (op->refusal.kind != REFUSE_NONE || op->replayed)
            continue;
        audit_log(d, op);
        send_code(d, op);
    }
    return !done && txn.retry;
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
