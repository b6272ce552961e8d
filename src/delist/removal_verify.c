/* A removal request is confirmed by the code that was sent by e-mail. */
#include "delist/removal.h"

#include "delist/removal_plan.h"
#include "store/requests.h"

#include <string.h>

/* The revision of a request that waits for its code counts the wrong ones: nothing else changes it. */
static void refuse_code(struct txn *w, struct delist_op *op)
{
    struct removal_request *r = &op->request;

    list_policy_refuse(&op->judgement, REFUSE_RULE, "wrong_code", "code",
                       "This is not the code that was sent.");
    w->keep = true;
    if (r->revision < REMOVAL_CODE_ATTEMPTS) {
        txn_ok(w, requests_change(w->store, r, &w->error));
        return;
    }
    r->status = REQUEST_DENIED;
    memset(r->proof, 0, sizeof(r->proof));
    r->reply[0] = '\0';
    removal_say(r->reply, "Too many wrong codes were entered. It can be asked for again.");
    removal_settle(w, w->actor, r, "denied: too many wrong codes");
}

/* Whether the code settles it. One that was used already is no mistake: people click twice. */
static bool is_confirmed(struct txn *w, struct delist_op *op)
{
    struct removal_request *r = &op->request;
    bool matches = removal_code_matches(op->reason, r->proof);

    if (r->status != REQUEST_VERIFY)
        return !matches && list_policy_refuse(&op->judgement, REFUSE_CONFLICT, "decided", NULL,
                                              "The request does not wait for a code: %s.",
                                              request_status_word(r->status));
    if (w->now - r->created_at >= REMOVAL_CODE_SECONDS)
        return list_policy_refuse(&op->judgement, REFUSE_RULE, "expired", "code",
                                  "The code was good for a day. Ask for the removal again.");
    if (!matches)
        refuse_code(w, op);
    return matches;
}

static void confirm(struct txn *w, struct delist_op *op, const struct actor *actor)
{
    struct removal_request *r = &op->request, asked = *r;
    struct list_mask left = list_mask_less(&r->lists, &r->removed);
    struct removal_sight sight;
    struct removal_plan plan;

    if (!removal_look(w, &r->range, &sight, &op->judgement) ||
        !removal_judge(w, &sight, &r->range, &left, true, &plan) ||
        !removal_carry_out(w, actor, &sight, &plan.lists[REQUEST_REMOVED], NULL, false, r, &op->judgement))
        return;
    r->status = !list_mask_is_empty(&r->removed)                    ? REQUEST_REMOVED
                : !list_mask_is_empty(&plan.lists[REQUEST_PENDING]) ? REQUEST_PENDING
                                                                    : REQUEST_DENIED;
    r->reply[0] = '\0';
    removal_say(r->reply, "%s", plan.reply[REQUEST_REMOVED]);
    if (r->status == REQUEST_PENDING)
        removal_say(r->reply, "%s", plan.reply[REQUEST_PENDING]);
    else
        removal_queue(w, actor, &asked, &plan, r->reply);
    removal_say(r->reply, "%s", plan.reply[REQUEST_DENIED]);
    removal_settle(w, actor, r, "confirmed");
}

void removal_verify(struct txn *w, struct delist_op *op)
{
    struct actor actor = removal_actor(op->actor, true);

    if (!removal_find(w, op))
        return;
    w->actor = &actor;
    if (is_confirmed(w, op))
        confirm(w, op, &actor);
    w->actor = op->actor;
}
