/* Confirming a removal request by the code that was sent by e-mail. */
#include "delist/removal.h"

#include "delist/removal_code.h"
#include "delist/removal_store.h"
#include "store/requests.h"

#include <string.h>

/* The revision of a request that waits for its code counts the wrong codes: nothing else changes it. */
static void refuse_code(struct txn *txn, struct delist_op *op)
{
    struct removal_request *r = &op->request;

    refusal_set(&op->refusal, REFUSE_RULE, "wrong_code", "code", "This is not the code that was sent.");
    txn->keep = true;
    if (r->revision < REMOVAL_CODE_ATTEMPTS) {
        txn_ok(txn, requests_change(txn->store, r, &txn->error));
        return;
    }
    r->status = REQUEST_DENIED;
    memset(r->proof, 0, sizeof(r->proof));
    r->reply[0] = '\0';
    removal_say(r->reply, "Too many wrong codes were entered. The removal can be requested again.");
    removal_record(txn, txn->actor, r, "denied: too many wrong codes");
}

/* Whether to carry the request out now. A code that was used already is no error: people click twice. */
static bool is_confirmed(struct txn *txn, struct delist_op *op)
{
    struct removal_request *r = &op->request;
    bool matches = removal_code_matches(op->reason, r->proof);

    if (r->status != REQUEST_VERIFY)
        return !matches &&
               refusal_set(&op->refusal, REFUSE_CONFLICT, "decided", NULL,
                           "The request does not wait for a code: %s.", request_status_word(r->status));
    if (txn->now - r->created_at >= REMOVAL_CODE_SECONDS)
        return refusal_set(&op->refusal, REFUSE_RULE, "expired", "code",
                           "The code has expired after a day. Request the removal again.");
    if (!matches)
        refuse_code(txn, op);
    return matches;
}

static void confirm(struct txn *txn, struct delist_op *op, const struct actor *actor)
{
    struct removal_request *r = &op->request, asked = *r;
    struct list_mask left = list_mask_less(&r->lists, &r->removed);
    struct removal_state state;
    struct removal_plan plan;

    if (!removal_inspect(txn, &r->range, &state, &op->refusal) ||
        !removal_decide_lists(txn, &state, &r->range, &left, true, &plan) ||
        !removal_carry_out(txn, actor, &state, &plan.lists[REQUEST_REMOVED], NULL, false, r, &op->refusal))
        return;
    r->status = !list_mask_is_empty(&r->removed)                    ? REQUEST_REMOVED
                : !list_mask_is_empty(&plan.lists[REQUEST_PENDING]) ? REQUEST_PENDING
                                                                    : REQUEST_DENIED;
    r->reply[0] = '\0';
    removal_say(r->reply, "%s", plan.reply[REQUEST_REMOVED]);
    if (r->status == REQUEST_PENDING)
        removal_say(r->reply, "%s", plan.reply[REQUEST_PENDING]);
    else
        removal_queue(txn, actor, &asked, &plan, r->reply);
    removal_say(r->reply, "%s", plan.reply[REQUEST_DENIED]);
    removal_record(txn, actor, r, "confirmed");
}

void removal_verify(struct txn *txn, struct delist_op *op)
{
    struct actor actor = removal_actor(op->actor, true);

    if (!removal_find(txn, op))
        return;
    txn->actor = &actor;
    if (is_confirmed(txn, op))
        confirm(txn, op, &actor);
    txn->actor = op->actor;
}
