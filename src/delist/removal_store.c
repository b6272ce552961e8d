/* The rows of removal requests, with their events; the limit of a client's requests in an hour. */
#include "delist/removal_plan.h"

#include "store/requests.h"

#include <stdio.h>
#include <string.h>

#define HOUR 3600 /* seconds */

/* The request as it is stored: of people only what the privacy setting keeps. */
static struct removal_request stored_form(const struct txn *txn, const struct removal_request *request)
{
    struct removal_request r = *request;
    enum privacy privacy = delist_privacy(txn->d);

    privacy_requester(privacy, r.contact_name);
    privacy_requester(privacy, r.email);
    privacy_requester(privacy, r.company);
    privacy_requester(privacy, r.details);
    privacy_client(privacy, r.client);
    return r;
}

/* Adds an event about a request. */
static void add_event(struct txn *txn, enum event_kind kind, const struct removal_request *request,
                      const char *client, const char *reason)
{
    struct event event = {
        .kind = kind, .has_range = true, .range = request->range, .lists = request->lists
    };

    memcpy(event.item_id, request->id, sizeof(event.item_id));
    memcpy(event.actor, txn->actor->name, sizeof(event.actor));
    memcpy(event.client, client, sizeof(event.client));
    snprintf(event.reason, sizeof(event.reason), "%s", reason);
    txn_event(txn, &event);
}

void removal_add(struct txn *txn, const struct removal_request *request)
{
    struct removal_request stored = stored_form(txn, request);

    if (txn->err == OK && txn_ok(txn, requests_add(txn->store, &stored, &txn->error)))
        add_event(txn, EVENT_REQUESTED, &stored, stored.client, "");
}

bool removal_find_same(struct txn *txn, const struct removal_request *request, struct removal_request *found)
{
    bool same = false;
    enum err e = requests_find_same(txn->reader, &request->range, &request->lists, &same, found, &txn->error);

    if (!txn_ok(txn, e) || !same || found->status != request->status)
        return false;
    if (found->status != REQUEST_VERIFY)
        return true;
    /* A code that was sent to somebody else is of no use to this requester. */
    struct removal_request stored = stored_form(txn, request);
    return txn->now - found->created_at < REMOVAL_CODE_SECONDS && stored.email[0] != '\0' &&
           strcmp(stored.email, found->email) == 0;
}

bool removal_is_within_rate(struct txn *txn, const struct removal_request *request, struct refusal *refusal)
{
    struct removal_request stored = stored_form(txn, request);
    uint32_t most = delist_limits(txn->d)->requests_per_client;
    unsigned count = 0;

    if (most == 0 || stored.client[0] == '\0')
        return true;
    if (!txn_ok(txn, requests_count_client(txn->reader, stored.client, txn->now - HOUR, &count, &txn->error)))
        return false;
    if (count < most)
        return true;
    refusal_set(refusal, REFUSE_TOO_MANY, "too_many_requests", NULL,
                "Limit reached: %u removal requests an hour from this network.", most);
    refusal->retry_after = HOUR;
    return false;
}

bool removal_find(struct txn *txn, struct delist_op *op)
{
    enum err e = requests_find(txn->reader, op->id, &op->request, &txn->error);

    if (e == ERR_REFUSED)
        return refusal_set(&op->refusal, REFUSE_MISSING, "not_found", NULL,
                           "There is no request with this id.");
    return txn_ok(txn, e);
}

void removal_record(struct txn *txn, struct removal_request *request, const char *decision)
{
    request->updated_at = txn->now;
    if (txn->err == OK && txn_ok(txn, requests_change(txn->store, request, &txn->error)))
        add_event(txn, EVENT_DECIDED, request, txn->actor->client, decision);
}

bool removal_queue(struct txn *txn, const struct removal_request *asked, const struct removal_plan *plan,
                   char reply[STORE_REASON])
{
    struct removal_request rest = *asked, found;

    rest.status = REQUEST_PENDING;
    rest.lists = plan->lists[REQUEST_PENDING];
    rest.removed = (struct list_mask){ { 0 } };
    rest.effective_by = 0;
    memset(rest.proof, 0, sizeof(rest.proof));
    if (list_mask_is_empty(&rest.lists))
        return true;
    if (removal_find_same(txn, &rest, &found)) {
        rest = found;
    } else {
        store_new_id(txn->now * 1000, rest.id);
        memcpy(rest.reply, plan->reply[REQUEST_PENDING], sizeof(rest.reply));
        removal_add(txn, &rest);
    }
    if (strstr(reply, rest.id) == NULL) {
        removal_reply_add(reply, "%s", plan->reply[REQUEST_PENDING]);
        removal_reply_add(reply, "Its status is that of request %s.", rest.id);
    }
    return txn->err == OK;
}
