/* Removal requests: made by the public, decided by operators. Codes: removal_verify.c. */
#include "delist/removal_plan.h"
#include "delist/verbs.h"
#include "store/requests.h"

#include <stdio.h>
#include <string.h>

/* ---- Valid requests ---- */

/* One address, of IPv6 also its /64, or a domain. */
static bool is_single(const struct range *r)
{
    return range_is_single(r) || (r->family == RANGE_IP6 && r->first.hi == r->last.hi && r->first.lo == 0 &&
                                  r->last.lo == UINT64_MAX);
}

/* No line ends (some programs take U+2028 and U+2029 for one), no blanks, one @. Without the special
 * characters of RFC 5322 section 3.2.3 an address names one mailbox. */
bool removal_parse_email(const char *text, char out[STORE_EMAIL])
{
    const char *at = strchr(text, '@');
    struct range domain;
    char name[RANGE_TEXT];

    for (const char *p = text; *p != '\0'; p++)
        if ((unsigned char)*p <= ' ' || *p == 0x7f || strchr("()<>[]:;,\\\"", *p) != NULL ||
            (*p == '@' && p != at))
            return false;
    if (at == NULL || at == text || text[0] == '-' || strstr(text, "\u2028") != NULL ||
        strstr(text, "\u2029") != NULL || range_parse(at + 1, false, &domain, NULL) != OK ||
        domain.family != RANGE_NAME)
        return false;
    size_t local = (size_t)(at + 1 - text), length = range_format(&domain, name);
    if (local + length >= STORE_EMAIL) /* A-labels may be longer */
        return false;
    memmove(out, text, local);
    memcpy(out + local, name, length + 1);
    return true;
}

static bool is_well_formed(const struct removal_request *r, struct refusal *refusal)
{
    char mailbox[STORE_EMAIL];

    if (!is_single(&r->range)) {
        refusal_set(refusal, REFUSE_RULE, "too_wide", "query",
                    "Removal can be requested for single addresses and domains only.");
        snprintf(refusal->allowed, sizeof(refusal->allowed), "an address, of IPv6 also its /64, or a domain");
        return false;
    }
    return r->email[0] == '\0' || removal_parse_email(r->email, mailbox) ||
           refusal_set(refusal, REFUSE_RULE, "bad_email", "email", "Not a valid e-mail address.");
}

/* ---- Requesting ---- */

/* Leaves the lists that have the range: of those requested, or of all if none was named. */
static bool choose_lists(const struct delist *d, const struct removal_state *state, struct list_mask *lists,
                         struct refusal *refusal)
{
    bool named = !list_mask_is_empty(lists);
    struct list_mask asked = named ? list_mask_common(lists, &d->lists) : d->lists;
    struct list_mask unloaded = list_mask_common(&asked, &state->unloaded);

    *lists = list_mask_common(&asked, &state->listed);
    if (!list_mask_is_empty(lists))
        return true;
    if (!list_mask_is_empty(&unloaded))
        return removal_not_loaded(refusal);
    return refusal_set(refusal, REFUSE_RULE, "not_listed", "query", "It is not listed on any of %s lists.",
                       named ? "these" : "the");
}

/* Whether only the store knows which lists have the range: an item may list it. */
static bool may_be_item(const struct delist *d, const struct overlay_view *overlay, const struct range *range)
{
    struct overlay_record record;

    if (delist_suspended(d) || (overlay->lists && range->family == RANGE_NAME))
        return true;
    if (!overlay->lists)
        return false;
    overlay_lookup(overlay, range->family, range->first, &record);
    for (unsigned i = 0; i < record.count; i++)
        if (record.item[i]->kind == OVERLAY_LIST)
            return true;
    return false;
}

bool removal_check(const struct delist *d, const struct view *view, const struct removal_request *request,
                   struct list_mask *lists, struct refusal *refusal)
{
    struct removal_state state;

    *lists = request->lists;
    if (!is_well_formed(request, refusal))
        return false;
    if (view == NULL)
        return removal_not_loaded(refusal);
    if (!may_be_item(d, &view->overlay, &request->range) &&
        removal_inspect_view(view, &request->range, &state) == OK) /* otherwise it may go better later */
        return choose_lists(d, &state, lists, refusal);
    if (list_mask_is_empty(lists))
        *lists = d->lists;
    return true;
}

/* ---- What lists require ---- */

/* Whether something is written there, blanks (of Japanese, too) aside. */
static bool is_filled_in(const char *text)
{
    static const char wide[] = "\u3000";

    for (;;) {
        if (strncmp(text, wide, sizeof(wide) - 1) == 0)
            text += sizeof(wide) - 1;
        else if (*text == ' ' || *text == '\t' || *text == '\n')
            text++;
        else
            return *text != '\0';
    }
}

/* Bits of enum form_field. */
static unsigned fields_of(const struct removal_request *r)
{
    const bool given[FORM_FIELDS] = {
        [FORM_CONTACT_NAME] = is_filled_in(r->contact_name), [FORM_EMAIL] = is_filled_in(r->email),
        [FORM_COMPANY] = is_filled_in(r->company),           [FORM_CATEGORY] = is_filled_in(r->category),
        [FORM_DETAILS] = is_filled_in(r->details),           [FORM_FIXED] = r->fixed,
    };
    unsigned bits = 0;

    for (unsigned field = 0; field < FORM_FIELDS; field++)
        bits |= (unsigned)given[field] << field;
    return bits;
}

/* Whether the request has the fields that those lists require on which it may succeed. */
static bool has_fields(const struct txn *txn, const struct removal_state *state,
                       const struct removal_plan *plan, const struct removal_request *r,
                       struct refusal *refusal)
{
    struct list_mask useful = list_mask_less(&plan->lists[REQUEST_REMOVED], &state->hidden);
    unsigned given = fields_of(r);

    list_mask_join(&useful, &plan->lists[REQUEST_PENDING]);
    list_mask_join(&useful, &plan->lists[REQUEST_VERIFY]);
    for (unsigned list = 0; list < LISTS_MAX; list++) {
        const struct list_policy *policy = delist_policy(txn->d, list);
        unsigned missing = list_mask_has(&useful, list) ? policy->required & ~given : 0;
        if (missing == 0)
            continue;
        const char *field = list_policy_field_word((enum form_field)__builtin_ctz(missing));
        return refusal_set(refusal, REFUSE_RULE, "field_needed", field, "%s: a request must fill in %s.",
                           policy->name, field);
    }
    return true;
}

/* ---- Making them ---- */

/* Sets the status of the request, its lists and the reply: the first that applies of verify (together with
 * what is removed at once), removed, pending, denied. */
static void summarize(const struct removal_plan *plan, struct removal_request *r)
{
    static const enum request_status order[] = { REQUEST_VERIFY, REQUEST_REMOVED, REQUEST_PENDING,
                                                 REQUEST_DENIED };
    unsigned i = 0;

    while (i + 1 < ARRAY_SIZE(order) && list_mask_is_empty(&plan->lists[order[i]]))
        i++;
    r->status = order[i];
    r->lists = plan->lists[order[i]];
    removal_reply_add(r->reply, "%s", plan->reply[order[i]]);
    if (r->status != REQUEST_VERIFY)
        return;
    list_mask_join(&r->lists, &plan->lists[REQUEST_REMOVED]);
    removal_reply_add(r->reply, "%s", plan->reply[REQUEST_REMOVED]);
}

/* Whether a request that is none of its requester's before may be stored. The limit comes last: what is
 * refused does not count. */
static bool is_admitted(struct txn *txn, struct delist_op *op, const struct removal_plan *plan)
{
    const struct removal_request *r = &op->request;

    return (!plan->needs_code || removal_prepare_code(txn, op)) &&
           (r->status != REQUEST_PENDING || removal_has_room(txn, &r->range, &op->refusal)) &&
           (!delist_is_public(op) || removal_is_within_rate(txn, r, &op->refusal));
}

/* Stores the request and makes the delistings that need no confirmation. Refusals come first. */
static void process(struct txn *txn, struct delist_op *op, const struct removal_state *state,
                    const struct removal_plan *plan)
{
    struct removal_request *r = &op->request, asked = *r, found;
    struct list_mask fresh = list_mask_less(&plan->lists[REQUEST_REMOVED], &state->hidden);

    summarize(plan, r);
    bool same = list_mask_is_empty(&fresh) && removal_find_same(txn, r, &found);
    if (txn->err != OK || (!same && !is_admitted(txn, op, plan)))
        return;
    if (!same) {
        if (!removal_carry_out(txn, state, &plan->lists[REQUEST_REMOVED], NULL, false, r, &op->refusal))
            return;
    } else {
        *r = found;
    }
    if (r->status != REQUEST_PENDING)
        removal_queue(txn, &asked, plan, r->reply);
    if (same)
        return;
    if (r->status != REQUEST_DENIED)
        removal_reply_add(r->reply, "%s", plan->reply[REQUEST_DENIED]);
    removal_add(txn, r);
}

void removal_request(struct txn *txn, struct delist_op *op)
{
    struct removal_request *r = &op->request;
    struct removal_state state;
    struct removal_plan plan;
    unsigned proven = proof_is_from(&r->range, op->actor->client) ? PROOF_ADDRESS : 0;

    removal_act(txn, true);
    store_new_id(txn->now * 1000, r->id);
    r->created_at = r->updated_at = txn->now;
    r->revision = 1;
    r->removed = (struct list_mask){ { 0 } };
    r->effective_by = 0;
    r->reply[0] = r->decided_by[0] = '\0';
    memset(r->code, 0, sizeof(r->code));
    memset(r->mailbox, 0, sizeof(r->mailbox));
    memset(r->control_code, 0, sizeof(r->control_code));
    r->control_to[0] = '\0';
    r->wrong_codes = r->checks = 0;
    memcpy(r->hosts, op->evidence.hosts, sizeof(r->hosts));
    memcpy(r->client, op->actor->client, sizeof(r->client));
    removal_identify(txn->d, r);
    if (!is_well_formed(r, &op->refusal) || !removal_inspect(txn, &r->range, &state, &op->refusal) ||
        !choose_lists(txn->d, &state, &r->lists, &op->refusal) ||
        !removal_decide_lists(txn, &state, &r->range, &r->lists, proven, &plan) ||
        !has_fields(txn, &state, &plan, r, &op->refusal))
        return;
    process(txn, op, &state, &plan);
}

/* ---- Deciding ---- */

/* Whether the request waits for a decision that this actor may make. */
static bool may_decide(struct txn *txn, struct delist_op *op)
{
    const struct removal_request *r = &op->request;

    if (!removal_find(txn, op) || !list_policy_check_scope(op->actor, &r->range, &r->lists, &op->refusal))
        return false;
    if (op->has_revision && op->revision != r->revision)
        return refusal_set(&op->refusal, REFUSE_CHANGED, "changed", "If-Match",
                           "The request was changed meanwhile.");
    return r->status == REQUEST_PENDING || r->status == REQUEST_VERIFY ||
           refusal_set(&op->refusal, REFUSE_CONFLICT, "decided", NULL, "The request was already decided: %s.",
                       request_status_word(r->status));
}

/* Makes the delistings, on lists that are still configured. */
static bool approve(struct txn *txn, struct delist_op *op)
{
    struct removal_request *r = &op->request;
    struct list_mask left = list_mask_less(&r->lists, &r->removed);
    struct removal_state state;

    left = list_mask_common(&left, &txn->d->lists);
    if (list_mask_is_empty(&left))
        return refusal_set(&op->refusal, REFUSE_CONFLICT, "no_lists", NULL,
                           "None of its lists is configured any more.");
    return removal_inspect(txn, &r->range, &state, &op->refusal) &&
           removal_carry_out(txn, &state, &left, op->has_expiry ? &op->expiry : NULL, op->force, r,
                             &op->refusal);
}

/* Its code is kept: whoever enters it sees what was decided. */
static void record_decision(struct txn *txn, const struct delist_op *op, struct removal_request *r,
                            const char *reply)
{
    bool approved = op->verb == DELIST_APPROVE;

    r->status = approved ? REQUEST_REMOVED : REQUEST_DENIED;
    memcpy(r->decided_by, op->actor->name, sizeof(r->decided_by));
    snprintf(r->reply, sizeof(r->reply), "%s",
             reply[0] != '\0' ? reply
             : approved       ? "An operator has approved the request."
                              : "An operator has denied the request.");
    removal_record(txn, r, approved ? "approved" : "denied");
}

/* An approval settles what others ask for in vain from then on: their requests for the same range, on lists
 * that do not have it any more. The reply was written to one requester, and is not for them. A denial settles
 * nothing: others may have better reasons. */
static void approve_others(struct txn *txn, const struct delist_op *op)
{
    const struct removal_request *r = &op->request;
    struct removal_request other = { .id = "" };
    bool found = true;

    while (found && txn->err == OK) {
        enum err e = requests_find_pending(txn->reader, &r->range, other.id, &found, &other, &txn->error);
        if (!txn_ok(txn, e) || !found || !list_mask_is_within(&other.lists, &r->removed))
            continue;
        other.removed = other.lists;
        other.effective_by = r->effective_by;
        record_decision(txn, op, &other, "");
    }
}

void removal_decide(struct txn *txn, struct delist_op *op)
{
    bool approved = op->verb == DELIST_APPROVE;

    removal_act(txn, false);
    if (!may_decide(txn, op) || (approved && !approve(txn, op)))
        return;
    record_decision(txn, op, &op->request, op->reason);
    if (approved)
        approve_others(txn, op);
}
