/* The rows of removal requests, with their events; who made them; how many there may be. */
#include "delist/removal_plan.h"

#include "store/requests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUEUE_SECONDS 3600 /* until a client may ask again whose request found the queue full */

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

/* ---- Requesters ---- */

/* A digest of who asks for what, which tells apart all that the same client asks for. False: it is not known
 * who asks, as by a unix socket. */
static bool identify_asker(const struct delist *d, const char *client, const struct range *range,
                           uint8_t asker[STORE_DIGEST])
{
    char text[2 * RANGE_TEXT] = "";
    struct range from, about = *range;

    if (range_parse(client, false, &from, NULL) != OK || from.family == RANGE_NAME)
        return false;
    about.subdomains = false;
    /* An IPv6 address is asked for by itself or with its /64. */
    from.first.lo = about.first.lo = 0;
    size_t used = range_format_address(from.family, from.first, text);
    text[used++] = '\1';
    if (about.family == RANGE_NAME)
        range_format(&about, text + used);
    else
        range_format_address(about.family, about.first, text + used);
    delist_digest(d, text, asker);
    return true;
}

void removal_identify(const struct delist *d, struct removal_request *r)
{
    char range[RANGE_TEXT], text[RANGE_TEXT + sizeof(*r)];

    range_format(&r->range, range);
    /* The texts have no control characters but newlines and tabs. */
    snprintf(text, sizeof(text), "%s\1%s\1%s\1%s\1%s\1%s\1%s\1%s\1%d", r->client, range, r->contact_name,
             r->email, r->company, r->details, r->category, r->lang, r->fixed);
    delist_digest(d, text, r->repeat);
    if (!identify_asker(d, r->client, &r->range, r->asker))
        memset(r->asker, 0, sizeof(r->asker));
}

struct open_visit {
    const struct range *key;
    bool (*visit)(void *context, const struct removal_request *request);
    void *context;
};

static bool visit_open(void *context, const struct removal_request *request)
{
    const struct open_visit *v = context;
    return !range_contains(&request->range, v->key) || v->visit(v->context, request);
}

enum err removal_each_open(const struct delist *d, struct store_reader *r, const char *client,
                           const struct range *key, int64_t now,
                           bool (*visit)(void *context, const struct removal_request *request), void *context,
                           struct error *error)
{
    struct open_visit v = { key, visit, context };
    uint8_t asker[STORE_DIGEST];

    if (!identify_asker(d, client, key, asker))
        return OK;
    return requests_each_open(r, asker, now - REMOVAL_CODE_SECONDS, visit_open, &v, error);
}

bool removal_find_same(struct txn *txn, const struct removal_request *request, struct removal_request *found)
{
    bool same = false;
    enum err e = requests_find_same(txn->reader, request, &same, found, &txn->error);

    /* Who asks again when another code may be sent has not received the first. */
    return txn_ok(txn, e) && same && found->status == request->status &&
           (found->status != REQUEST_VERIFY ||
            llabs(txn->now - found->created_at) <= txn->d->options.confirm_seconds);
}

/* ---- Limits ---- */

/* All who come by a unix socket are one client. */
static struct client_address client_of(const struct removal_request *request)
{
    struct range range;

    if (range_parse(request->client, false, &range, NULL) != OK || range.family == RANGE_NAME)
        return (struct client_address){ .ipv6 = false };
    return (struct client_address){ .ipv6 = range.family == RANGE_IP6, .key = range.first };
}

bool removal_is_within_rate(struct txn *txn, const struct removal_request *request, struct refusal *refusal)
{
    const struct client_address client = client_of(request);
    unsigned seconds;

    if (txn->d->requests == NULL || request->client[0] == '\0' ||
        throttle_admit(txn->d->requests, &client, txn->now * 1000, &seconds))
        return true;
    refusal_set(refusal, REFUSE_TOO_MANY, "too_many_requests", NULL,
                "Limit reached: %u removal requests an hour from one address; try again in %u s.",
                delist_limits(txn->d)->requests_per_client, seconds);
    refusal->retry_after = seconds;
    return false;
}

bool removal_has_room(struct txn *txn, const struct range *range, struct refusal *refusal)
{
    const struct delist_limits *limits = delist_limits(txn->d);
    uint64_t all = 0, same = 0, shares = proof_is_from(range, txn->actor->client) ? 2 : 1; /* no stranger */

    if (!txn_ok(txn, requests_count_pending(txn->reader, NULL, &all, &txn->error)) ||
        !txn_ok(txn, requests_count_pending(txn->reader, range, &same, &txn->error)))
        return false;
    if ((limits->pending_most == 0 || all < shares * limits->pending_most) &&
        (limits->pending_each == 0 || same < shares * limits->pending_each))
        return true;
    refusal_set(
        refusal, REFUSE_UNAVAILABLE, "queue_full", NULL,
        "Too many requests wait for a review, and this one was not stored; ask again in some hours, or "
        "from the listed address itself.");
    refusal->retry_after = QUEUE_SECONDS;
    return false;
}

/* ---- Rows ---- */

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
    struct refusal full = { .message = "" };

    rest.status = REQUEST_PENDING;
    rest.lists = plan->lists[REQUEST_PENDING];
    rest.removed = (struct list_mask){ { 0 } };
    rest.effective_by = 0;
    memset(rest.code, 0, sizeof(rest.code));
    memset(rest.control_code, 0, sizeof(rest.control_code));
    rest.control_to[0] = '\0';
    if (list_mask_is_empty(&rest.lists))
        return true;
    if (removal_find_same(txn, &rest, &found)) {
        rest = found;
    } else if (!removal_has_room(txn, &rest.range, &full)) {
        removal_reply_add(reply, "%s",
                          "The other lists need a review, for which too many requests wait: ask "
                          "again for them in some hours.");
        return txn->err == OK;
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
