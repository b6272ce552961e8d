/* Proving control over what is to be removed: by DNS, from the address, by a code to a mailbox of the domain.
 */
#include "delist/removal_plan.h"
#include "delist/verbs.h"
#include "store/proof_mails.h"
#include "store/requests.h"

#include <stdlib.h>
#include <string.h>

#define BUSY_SECONDS 10 /* until a client may ask again for whom nothing was looked up */

/* ---- What a request waits for ---- */

unsigned removal_proofs_of(const struct delist *d, const struct list_mask *lists)
{
    unsigned kinds = 0;

    for (unsigned list = 0; list < LISTS_MAX; list++) {
        const struct list_policy *policy = delist_policy(d, list);
        if (list_mask_has(lists, list) && policy != NULL && policy->removal != REMOVAL_NEVER)
            kinds |= policy->proof;
    }
    return kinds;
}

unsigned removal_proofs(const struct delist *d, const struct removal_request *request)
{
    struct list_mask left = list_mask_less(&request->lists, &request->removed);

    return request->status == REQUEST_VERIFY ? removal_proofs_of(d, &left) : 0;
}

bool removal_may_be_reviewed(const struct delist *d, const struct removal_request *request)
{
    struct list_mask left = list_mask_less(&request->lists, &request->removed);

    for (unsigned list = 0; list < LISTS_MAX && request->status == REQUEST_VERIFY; list++) {
        const struct list_policy *policy = delist_policy(d, list);
        if (list_mask_has(&left, list) && policy != NULL && policy->removal == REMOVAL_OWNER)
            return true;
    }
    return false;
}

/* Whether a proof of this kind needs a look-up in DNS. */
static bool is_looked_up(const struct removal_request *request, enum proof_kind kind)
{
    return kind == PROOF_DNS || (kind == PROOF_MAIL && request->range.family != RANGE_NAME);
}

bool removal_may_prove(const struct delist *d, const struct removal_request *request, enum proof_kind kind,
                       int64_t now, struct refusal *refusal)
{
    if (!removal_waits(request, now, refusal))
        return false;
    if ((removal_proofs(d, request) & kind) == 0)
        return refusal_set(refusal, REFUSE_RULE, "other_proof", "kind",
                           "None of its lists takes a proof of this kind.");
    return !is_looked_up(request, kind) || request->checks < REMOVAL_CHECKS ||
           refusal_set(refusal, REFUSE_RULE, "too_many_checks", NULL,
                       "The DNS was asked %d times for this request. Request the removal again.",
                       REMOVAL_CHECKS);
}

/* ---- Proofs ---- */

/* Whether DNS, if it was asked, has answered; else refuses. */
static bool is_answered(struct delist_op *op)
{
    if (op->evidence.finding == PROOF_BUSY) {
        refusal_set(&op->refusal, REFUSE_UNAVAILABLE, "busy", NULL,
                    "Too many look-ups wait: try again in a moment.");
        op->refusal.retry_after = BUSY_SECONDS;
        return false;
    }
    return op->evidence.finding != PROOF_NO_ANSWER ||
           refusal_set(&op->refusal, REFUSE_UNAVAILABLE, "no_answer", NULL,
                       "The DNS did not answer in time.");
}

/* The operation refuses, but the look-up before it counts, and what it has found is kept. */
static void keep_check(struct txn *txn, struct delist_op *op)
{
    struct removal_request *r = &op->request;

    if (!is_looked_up(r, op->evidence.kind) || op->evidence.finding == PROOF_BUSY)
        return; /* there was none, and nothing to keep */
    txn->keep = true;
    r->checks++;
    txn_ok(txn, requests_change(txn->store, r, &txn->error));
}

/* Makes *mail the one about the target of this day: the one that was sent, or a new one to `mailbox`, whose
 * code is then in op->confirm_code. */
static bool prepare_mail(struct txn *txn, struct delist_op *op, const char *mailbox, struct proof_mail *mail)
{
    struct range target = proof_target(&op->request.range);
    bool sent = false;

    if (!txn_ok(txn, proof_mails_find(txn->reader, &target, &sent, mail, &txn->error)))
        return false;
    if (sent && llabs(txn->now - mail->sent_at) < PROOF_MAIL_SECONDS)
        return true;
    if (!removal_has_mail(txn, &op->refusal))
        return false;
    *mail = (struct proof_mail){ .sent_at = txn->now };
    memcpy(mail->mailbox, mailbox, strlen(mailbox) + 1);
    return removal_make_code(txn, op, mail->code) &&
           txn_ok(txn, proof_mails_set(txn->store, &target, mail, &txn->error));
}

/* The mailboxes are found anew each time: those that are stored are only shown. */
static void prove_by_mail(struct txn *txn, struct delist_op *op)
{
    char mailboxes[PROOF_MAILBOXES][STORE_EMAIL];
    struct removal_request *r = &op->request;
    struct proof_mail mail;
    size_t count = proof_mailboxes(&r->range, op->evidence.hosts, mailboxes), chosen = 0;

    if (op->evidence.finding == PROOF_FOUND || op->evidence.finding == PROOF_MISSING)
        memcpy(r->hosts, op->evidence.hosts, sizeof(r->hosts));
    while (chosen < count && strcmp(mailboxes[chosen], op->reason) != 0)
        chosen++;
    if (chosen == count) {
        if (is_answered(op) && count == 0)
            refusal_set(&op->refusal, REFUSE_RULE, "no_mailbox", NULL,
                        "No mailbox is known to which a code could be sent.");
        else if (op->refusal.kind == REFUSE_NONE)
            refusal_set(&op->refusal, REFUSE_RULE, "other_mailbox", "to",
                        "Choose one of the mailboxes that the request names.");
        keep_check(txn, op);
        return;
    }
    if (!prepare_mail(txn, op, mailboxes[chosen], &mail))
        return;
    r->checks += is_looked_up(r, PROOF_MAIL);
    memcpy(r->control_code, mail.code, sizeof(r->control_code));
    memcpy(r->control_to, mail.mailbox, sizeof(r->control_to));
    txn_ok(txn, requests_change(txn->store, r, &txn->error));
}

static void prove_by_record(struct txn *txn, struct delist_op *op)
{
    if (op->evidence.finding == PROOF_FOUND) {
        removal_confirm(txn, op, PROOF_DNS);
        return;
    }
    if (is_answered(op))
        refusal_set(&op->refusal, REFUSE_RULE, "no_record", NULL, "There is no such record in DNS yet.");
    keep_check(txn, op);
}

void removal_prove(struct txn *txn, struct delist_op *op)
{
    removal_act(txn, true);
    if (!removal_find(txn, op) ||
        !removal_may_prove(txn->d, &op->request, op->evidence.kind, txn->now, &op->refusal))
        return;
    if (op->evidence.kind == PROOF_MAIL)
        prove_by_mail(txn, op);
    else if (op->evidence.kind == PROOF_DNS)
        prove_by_record(txn, op);
    else if (proof_is_from(&op->request.range, op->actor->client))
        removal_confirm(txn, op, PROOF_ADDRESS);
    else
        refusal_set(&op->refusal, REFUSE_RULE, "other_address", NULL,
                    "This call does not come from the address itself.");
}

/* ---- Instead of a proof ---- */

void removal_review(struct txn *txn, struct delist_op *op)
{
    struct removal_request *r = &op->request;

    removal_act(txn, true);
    if (!removal_find(txn, op) || !removal_waits(r, txn->now, &op->refusal))
        return;
    if (!removal_may_be_reviewed(txn->d, r)) {
        refusal_set(&op->refusal, REFUSE_RULE, "no_review", NULL, "No operator reviews it on these lists.");
        return;
    }
    if (!removal_has_room(txn, &r->range, &op->refusal))
        return;
    r->status = REQUEST_PENDING;
    r->reply[0] = '\0';
    removal_reply_add(r->reply, "An operator will review the request.");
    removal_record(txn, r, "review asked for");
}
