/* Codes that are sent by e-mail, and confirming a removal request by one. */
#include "base/mailbox.h"
#include "base/sha256.h"
#include "delist/removal_plan.h"
#include "delist/verbs.h"
#include "store/requests.h"

#include <stdio.h>
#include <string.h>

#include <sys/random.h>

/* ---- Codes ---- */

enum { SYMBOLS = 16, GROUP = 4 };

/* 32 symbols, without 0, O, 1 and I, which look alike. */
static const char symbols[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
_Static_assert(sizeof(symbols) == 32 + 1, "a symbol is five random bits");
_Static_assert(SYMBOLS + SYMBOLS / GROUP <= STORE_ID, "a dash between groups, and the terminating zero");

bool removal_make_code(struct txn *txn, struct delist_op *op, uint8_t digest[32])
{
    uint8_t random[SYMBOLS];
    char plain[SYMBOLS], *code = op->confirm_code;

    if (getrandom(random, sizeof(random), 0) != sizeof(random))
        return refusal_set(&op->refusal, REFUSE_UNAVAILABLE, "no_random", NULL,
                           "No random numbers are available now.");
    txn->codes++;
    for (unsigned i = 0; i < SYMBOLS; i++) {
        plain[i] = symbols[random[i] % 32];
        code[i + i / GROUP] = plain[i];
        if (i % GROUP == GROUP - 1)
            code[i + i / GROUP + 1] = i + 1 < SYMBOLS ? '-' : '\0';
    }
    sha256(plain, sizeof(plain), digest);
    return true;
}

/* Whether `code`, as a person typed it, has this digest. Constant time. */
static bool matches_code(const char *code, const uint8_t stored[32])
{
    char plain[SYMBOLS] = { 0 };
    uint8_t digest[SHA256_SIZE], different = 0, set = 0;
    unsigned length = 0;

    for (; *code != '\0'; code++) {
        if (*code == '-' || *code == ' ')
            continue;
        if (length < SYMBOLS)
            plain[length] = *code >= 'a' && *code <= 'z' ? (char)(*code - 'a' + 'A') : *code;
        length++;
    }
    sha256(plain, sizeof(plain), digest);
    for (unsigned i = 0; i < sizeof(digest); i++) {
        different |= digest[i] ^ stored[i];
        set |= stored[i];
    }
    return different == 0 && set != 0 && length == SYMBOLS;
}

#define CODE_SECONDS 30 /* until a client may ask again while too many codes wait to be sent */

/* A digest of mailbox and range. */
static void digest_mailbox(const struct delist *d, const struct removal_request *r, uint8_t out[STORE_DIGEST])
{
    char text[RANGE_TEXT + STORE_EMAIL], *end = text + range_format(&r->range, text), email[STORE_EMAIL] = "";

    (void)removal_parse_email(r->email, email); /* it was valid */
    *end++ = ' ';
    mailbox_fold(end, email);
    delist_digest(d, text, out);
}

bool removal_has_mail(struct txn *txn, struct refusal *refusal)
{
    const struct delist_options *options = &txn->d->options;

    if (options->confirm != NULL &&
        (options->confirm_room == NULL || options->confirm_room(options->confirm_context) > txn->codes))
        return true;
    refusal_set(refusal, REFUSE_UNAVAILABLE, "no_mail", NULL,
                "No code can be sent by e-mail now. Try again later.");
    refusal->retry_after = CODE_SECONDS;
    return false;
}

bool removal_prepare_code(struct txn *txn, struct delist_op *op)
{
    const struct delist_options *options = &txn->d->options;
    struct removal_request *r = &op->request;
    int64_t since = txn->now - options->confirm_seconds, until = txn->now + options->confirm_seconds;
    uint8_t mailbox[STORE_DIGEST];
    bool sent = false;

    if (r->email[0] == '\0')
        return refusal_set(&op->refusal, REFUSE_RULE, "email_needed", "email",
                           "This removal must be confirmed by e-mail: enter an address.");
    /* First: whether one was sent to the mailbox before is not to be seen by who is refused. */
    if (!removal_has_mail(txn, &op->refusal))
        return false;
    digest_mailbox(txn->d, r, mailbox);
    if (!txn_ok(txn, requests_find_code(txn->reader, mailbox, since, until, &sent, r->code, &txn->error)))
        return false;
    if (sent)
        return true;
    memcpy(r->mailbox, mailbox, sizeof(r->mailbox));
    return removal_make_code(txn, op, r->code);
}

/* ---- Confirming ---- */

static void refuse_code(struct txn *txn, struct delist_op *op)
{
    struct removal_request *r = &op->request;

    refusal_set(&op->refusal, REFUSE_RULE, "wrong_code", "code", "This is not the code that was sent.");
    txn->keep = true;
    if (++r->wrong_codes < REMOVAL_CODE_ATTEMPTS) {
        txn_ok(txn, requests_change(txn->store, r, &txn->error));
        return;
    }
    r->status = REQUEST_DENIED;
    r->reply[0] = '\0';
    removal_reply_add(r->reply, "Too many wrong codes were entered. The removal can be requested again.");
    removal_record(txn, r, "denied: too many wrong codes");
}

bool removal_waits(const struct removal_request *request, int64_t now, struct refusal *refusal)
{
    if (request->status != REQUEST_VERIFY)
        return refusal_set(refusal, REFUSE_CONFLICT, "decided", NULL,
                           "The request does not wait for a code or a proof: %s.",
                           request_status_word(request->status));
    return now - request->created_at < REMOVAL_CODE_SECONDS ||
           refusal_set(refusal, REFUSE_RULE, "expired", "code",
                       "The request has expired after a day. Request the removal again.");
}

/* Whether to carry the request out now; *proven: by which of its codes. A code that was used already is no
 * error: people click twice. */
static bool is_confirmed(struct txn *txn, struct delist_op *op, enum proof_kind *proven)
{
    struct removal_request *r = &op->request;
    bool control = matches_code(op->reason, r->control_code),
         matches = control || matches_code(op->reason, r->code);

    *proven = control ? PROOF_MAIL : PROOF_CONFIRM;
    if (matches && (r->status == REQUEST_REMOVED || r->status == REQUEST_PENDING))
        return false;
    if (!removal_waits(r, txn->now, &op->refusal))
        return false;
    if (!matches)
        refuse_code(txn, op);
    return matches;
}

void removal_confirm(struct txn *txn, struct delist_op *op, enum proof_kind proven)
{
    struct removal_request *r = &op->request;
    struct list_mask left = list_mask_less(&r->lists, &r->removed);
    struct removal_state state;
    struct removal_plan plan;
    char decision[STORE_NAME];

    if (!removal_inspect(txn, &r->range, &state, &op->refusal) ||
        !removal_decide_lists(txn, &state, &r->range, &left, proven, &plan) ||
        !removal_carry_out(txn, &state, &plan.lists[REQUEST_REMOVED], NULL, false, r, &op->refusal))
        return;
    r->status = !list_mask_is_empty(&plan.lists[REQUEST_VERIFY])    ? REQUEST_VERIFY
                : !list_mask_is_empty(&r->removed)                  ? REQUEST_REMOVED
                : !list_mask_is_empty(&plan.lists[REQUEST_PENDING]) ? REQUEST_PENDING
                                                                    : REQUEST_DENIED;
    if (r->status == REQUEST_PENDING && !removal_has_room(txn, &r->range, &op->refusal))
        return;
    r->reply[0] = '\0';
    removal_reply_add(r->reply, "%s", plan.reply[REQUEST_REMOVED]);
    if (r->status == REQUEST_VERIFY)
        removal_reply_add(r->reply, "%s", plan.reply[REQUEST_VERIFY]);
    if (r->status == REQUEST_PENDING)
        removal_reply_add(r->reply, "%s", plan.reply[REQUEST_PENDING]);
    else
        removal_queue(txn, r, &plan, r->reply);
    removal_reply_add(r->reply, "%s", plan.reply[REQUEST_DENIED]);
    snprintf(decision, sizeof(decision), "control proven: %s", proof_kind_word(proven));
    removal_record(txn, r, proven == PROOF_CONFIRM ? "confirmed" : decision);
}

void removal_verify(struct txn *txn, struct delist_op *op)
{
    enum proof_kind proven;

    removal_act(txn, true);
    if (removal_find(txn, op) && is_confirmed(txn, op, &proven))
        removal_confirm(txn, op, proven);
}
