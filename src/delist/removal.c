/* Removal requests: asked for, and decided by operators. Codes: removal_verify.c. */
#include "delist/removal.h"

#include "delist/removal_plan.h"
#include "store/requests.h"

#include <stdio.h>
#include <string.h>

#define HOUR 3600

/* ---- What may be asked for ---- */

/* One address, of IPv6 also its /64, or a domain. */
static bool is_single(const struct range *r)
{
    return range_is_single(r) || (r->family == RANGE_IP6 && r->first.hi == r->last.hi && r->first.lo == 0 &&
                                  r->last.lo == UINT64_MAX);
}

/* An address that a mail can be sent to and nothing else: no line ends, no blanks, one @ between something.
 */
static bool is_email(const char *text)
{
    const char *at = strchr(text, '@');

    for (const char *p = text; *p != '\0'; p++)
        if ((unsigned char)*p <= ' ' || *p == 0x7f || (*p == '@' && p != at))
            return false;
    return at != NULL && at != text && at[1] != '\0' && text[0] != '-';
}

static bool is_well_formed(const struct removal_request *r, struct refusal *j)
{
    if (!is_single(&r->range)) {
        list_policy_refuse(j, REFUSE_RULE, "too_wide", "query",
                           "Only single addresses and domains can be asked for here.");
        snprintf(j->allowed, sizeof(j->allowed), "an address, of IPv6 also its /64, or a domain");
        return false;
    }
    return r->email[0] == '\0' || is_email(r->email) ||
           list_policy_refuse(j, REFUSE_RULE, "bad_email", "email", "This is no e-mail address.");
}

/* ---- Rows ---- */

/* The request as it is to be stored: of people only what the privacy setting leaves. */
static struct removal_request stored_form(const struct txn *w, const struct removal_request *request)
{
    struct removal_request r = *request;
    enum privacy privacy = w->d->options.privacy;

    privacy_requester(privacy, r.contact_name);
    privacy_requester(privacy, r.email);
    privacy_requester(privacy, r.company);
    privacy_requester(privacy, r.details);
    privacy_client(privacy, r.client);
    return r;
}

static void add(struct txn *w, const struct actor *actor, const struct removal_request *request)
{
    struct removal_request stored = stored_form(w, request);
    struct event event = { .kind = EVENT_REQUESTED, .has_range = true };

    if (w->err != OK || !txn_ok(w, requests_add(w->store, &stored, &w->error)))
        return;
    memcpy(event.item_id, stored.id, sizeof(event.item_id));
    event.range = stored.range;
    event.lists = stored.lists;
    memcpy(event.actor, actor->name, sizeof(event.actor));
    memcpy(event.client, stored.client, sizeof(event.client));
    txn_event(w, &event);
}

/* The open request for the same, if the new one would add nothing to it. */
static bool find_same(struct txn *w, const struct removal_request *request, struct removal_request *found)
{
    bool same = false;
    enum err e = requests_find_same(w->eyes, &request->range, &request->lists, &same, found, &w->error);

    if (!txn_ok(w, e) || !same || found->status != request->status)
        return false;
    if (found->status != REQUEST_VERIFY)
        return true;
    /* Somebody else's code would be of no use to the one who asks now. */
    struct removal_request stored = stored_form(w, request);
    return w->now - found->created_at < REMOVAL_CODE_SECONDS && stored.email[0] != '\0' &&
           strcmp(stored.email, found->email) == 0;
}

static bool within_rate(struct txn *w, const struct removal_request *request, struct refusal *j)
{
    uint32_t most = w->d->options.limits.requests_per_client;
    struct removal_request stored = stored_form(w, request);
    unsigned count = 0;

    if (most == 0 || stored.client[0] == '\0')
        return true;
    if (!txn_ok(w, requests_count_client(w->eyes, stored.client, w->now - HOUR, &count, &w->error)))
        return false;
    if (count < most)
        return true;
    list_policy_refuse(j, REFUSE_TOO_MANY, "too_many_requests", NULL,
                       "Too many removal requests from this network: %u an hour are the most.", most);
    j->retry_after = HOUR;
    return false;
}

/* ---- Asking ---- */

struct actor removal_actor(const struct actor *actor, bool is_public)
{
    struct actor a = *actor;

    memcpy(a.origin, "request", sizeof("request"));
    if (!is_public)
        return a;
    memcpy(a.name, "public", sizeof("public"));
    a.role = ROLE_NONE;
    memset(&a.lists, 0xff, sizeof(a.lists));
    a.ranges_count = 0;
    return a;
}

bool removal_queue(struct txn *w, const struct actor *actor, const struct removal_request *asked,
                   const struct removal_plan *plan, char reply[DELIST_REASON])
{
    struct removal_request rest = *asked, found;

    rest.status = REQUEST_PENDING;
    rest.lists = plan->lists[REQUEST_PENDING];
    rest.removed = (struct list_mask){ { 0 } };
    rest.effective_by = 0;
    memset(rest.proof, 0, sizeof(rest.proof));
    if (list_mask_is_empty(&rest.lists))
        return true;
    if (find_same(w, &rest, &found)) {
        rest = found;
    } else {
        store_new_id(w->now * 1000, rest.id);
        memcpy(rest.reply, plan->reply[REQUEST_PENDING], sizeof(rest.reply));
        add(w, actor, &rest);
    }
    if (strstr(reply, rest.id) == NULL) {
        removal_say(reply, "%s", plan->reply[REQUEST_PENDING]);
        removal_say(reply, "Its status is that of request %s.", rest.id);
    }
    return w->err == OK;
}

/* What is asked for, of the lists that have it. */
static bool choose_lists(const struct txn *w, const struct removal_sight *sight, struct removal_request *r,
                         struct refusal *j)
{
    bool named = !list_mask_is_empty(&r->lists);
    struct list_mask asked = list_mask_common(named ? &r->lists : &w->d->lists, &w->d->lists);
    struct list_mask unloaded = list_mask_common(&asked, &sight->unloaded);

    r->lists = list_mask_common(&asked, &sight->listed);
    if (!list_mask_is_empty(&r->lists))
        return true;
    if (!list_mask_is_empty(&unloaded))
        return removal_not_loaded(j);
    return list_policy_refuse(j, REFUSE_RULE, "not_listed", "query", "It is on none of %s lists.",
                              named ? "these" : "the");
}

/* The status of the whole, its lists, and what is said: verify (with what was removed at once), removed,
 * pending, denied. What else there is to be reviewed goes into a request of its own. */
static void sum_up(const struct removal_plan *plan, struct removal_request *r)
{
    static const enum request_status order[] = { REQUEST_VERIFY, REQUEST_REMOVED, REQUEST_PENDING,
                                                 REQUEST_DENIED };
    unsigned i = 0;

    while (i + 1 < ARRAY_SIZE(order) && list_mask_is_empty(&plan->lists[order[i]]))
        i++;
    r->status = order[i];
    r->lists = plan->lists[order[i]];
    removal_say(r->reply, "%s", plan->reply[order[i]]);
    if (r->status != REQUEST_VERIFY)
        return;
    list_mask_join(&r->lists, &plan->lists[REQUEST_REMOVED]);
    removal_say(r->reply, "%s", plan->reply[REQUEST_REMOVED]);
}

static bool prepare_code(struct delist_op *op)
{
    if (op->request.email[0] == '\0')
        return list_policy_refuse(&op->judgement, REFUSE_RULE, "email_needed", "email",
                                  "This removal is to be confirmed by e-mail: name an address.");
    return removal_code_new(op->confirm_code, op->request.proof) == OK ||
           list_policy_refuse(&op->judgement, REFUSE_UNAVAILABLE, "no_random", NULL,
                              "No random numbers can be had now.");
}

/* Stores what was judged and does what can be done at once. Refusals come first. */
static void take_request(struct txn *w, struct delist_op *op, const struct actor *actor,
                         const struct removal_sight *sight, const struct removal_plan *plan)
{
    struct removal_request *r = &op->request, asked = *r, found;
    struct list_mask fresh = list_mask_less(&plan->lists[REQUEST_REMOVED], &sight->hidden);

    sum_up(plan, r);
    bool same = list_mask_is_empty(&fresh) && find_same(w, r, &found);
    if (w->err != OK || (!same && !within_rate(w, r, &op->judgement)))
        return;
    if (!same) {
        if (r->status == REQUEST_VERIFY && !prepare_code(op))
            return;
        if (!removal_carry_out(w, actor, sight, &plan->lists[REQUEST_REMOVED], NULL, false, r,
                               &op->judgement))
            return;
    } else {
        *r = found;
    }
    if (r->status != REQUEST_PENDING)
        removal_queue(w, actor, &asked, plan, r->reply);
    if (same)
        return;
    if (r->status != REQUEST_DENIED)
        removal_say(r->reply, "%s", plan->reply[REQUEST_DENIED]);
    add(w, actor, r);
}

void removal_request(struct txn *w, struct delist_op *op)
{
    struct actor actor = removal_actor(op->actor, true);
    struct removal_request *r = &op->request;
    struct removal_sight sight;
    struct removal_plan plan;

    store_new_id(w->now * 1000, r->id);
    r->created_at = r->updated_at = w->now;
    r->revision = 1;
    r->removed = (struct list_mask){ { 0 } };
    r->effective_by = 0;
    r->reply[0] = r->decided_by[0] = '\0';
    memset(r->proof, 0, sizeof(r->proof));
    memcpy(r->client, op->actor->client, sizeof(r->client));
    if (!is_well_formed(r, &op->judgement) || !removal_look(w, &r->range, &sight, &op->judgement) ||
        !choose_lists(w, &sight, r, &op->judgement) ||
        !removal_judge(w, &sight, &r->range, &r->lists, false, &plan))
        return;
    w->actor = &actor;
    take_request(w, op, &actor, &sight, &plan);
    w->actor = op->actor;
}

/* ---- Deciding ---- */

bool removal_find(struct txn *w, struct delist_op *op)
{
    enum err e = requests_find(w->eyes, op->id, &op->request, &w->error);

    if (e == ERR_REFUSED)
        return list_policy_refuse(&op->judgement, REFUSE_MISSING, "not_found", NULL,
                                  "There is no request with this id.");
    return txn_ok(w, e);
}

void removal_settle(struct txn *w, const struct actor *actor, struct removal_request *request,
                    const char *decision)
{
    struct event event = { .kind = EVENT_DECIDED, .has_range = true };

    request->updated_at = w->now;
    if (w->err != OK || !txn_ok(w, requests_change(w->store, request, &w->error)))
        return;
    memcpy(event.item_id, request->id, sizeof(event.item_id));
    event.range = request->range;
    event.lists = request->lists;
    memcpy(event.actor, actor->name, sizeof(event.actor));
    memcpy(event.client, actor->client, sizeof(event.client));
    snprintf(event.reason, sizeof(event.reason), "%s", decision);
    txn_event(w, &event);
}

/* Whether the request waits for a decision, and this actor may make it. */
static bool may_decide(struct txn *w, struct delist_op *op)
{
    const struct removal_request *r = &op->request;

    if (!removal_find(w, op) || !list_policy_reach(op->actor, &r->range, &r->lists, &op->judgement))
        return false;
    if (op->has_revision && op->revision != r->revision)
        return list_policy_refuse(&op->judgement, REFUSE_CHANGED, "changed", "If-Match",
                                  "The request has changed meanwhile.");
    return r->status == REQUEST_PENDING || r->status == REQUEST_VERIFY ||
           list_policy_refuse(&op->judgement, REFUSE_CONFLICT, "decided", NULL,
                              "The request is decided already: %s.", request_status_word(r->status));
}

/* Makes the delistings; the lists may have left the configuration meanwhile. */
static bool approve(struct txn *w, struct delist_op *op)
{
    struct removal_request *r = &op->request;
    struct actor actor = removal_actor(op->actor, false);
    struct list_mask left = list_mask_less(&r->lists, &r->removed);
    struct removal_sight sight;

    left = list_mask_common(&left, &w->d->lists);
    if (list_mask_is_empty(&left))
        return list_policy_refuse(&op->judgement, REFUSE_CONFLICT, "no_lists", NULL,
                                  "None of its lists is in the configuration any more.");
    return removal_look(w, &r->range, &sight, &op->judgement) &&
           removal_carry_out(w, &actor, &sight, &left, op->has_expiry ? &op->expiry : NULL, op->force, r,
                             &op->judgement);
}

void removal_decide(struct txn *w, struct delist_op *op)
{
    struct removal_request *r = &op->request;
    bool approved = op->verb == DELIST_APPROVE;

    if (!may_decide(w, op) || (approved && !approve(w, op)))
        return;
    r->status = approved ? REQUEST_REMOVED : REQUEST_DENIED;
    memset(r->proof, 0, sizeof(r->proof));
    memcpy(r->decided_by, op->actor->name, sizeof(r->decided_by));
    snprintf(r->reply, sizeof(r->reply), "%s",
             op->reason[0] != '\0' ? op->reason
             : approved            ? "An operator has approved the request."
                                   : "An operator has denied the request.");
    removal_settle(w, op->actor, r, approved ? "approved" : "denied");
}
