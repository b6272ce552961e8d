/* Proof of control over what a removal request is for: what can be proven, and the calls that do. */
#include "api/calls.h"
#include "api/fields.h"
#include "api/submit.h"
#include "api/to_json.h"
#include "delist/removal.h"

#include <string.h>

/* ---- Look-ups in DNS ---- */

/* Prepares a look-up for `request`, which the operation follows. */
static void prepare_lookup(struct call *call, const struct removal_request *request)
{
    struct resolver_lookup *lookup = &call->lookup;
    lookup->wanted = true;
    lookup->client = call->request->client.address;
    lookup->evidence = &call->op.evidence;
    lookup->range = request->range;
    proof_record_value(request->id, lookup->value);
}

void api_proof_find_hosts(struct call *call, const struct list_mask *lists)
{
    const struct removal_request *r = &call->op.request;
    unsigned kinds = removal_proofs_of(call->backend->delist, lists);
    bool is_there = (kinds & PROOF_ADDRESS) != 0 && proof_is_from(&r->range, call->actor->client);
    call->op.evidence.kind = PROOF_MAIL;
    if ((kinds & PROOF_MAIL) != 0 && !is_there && proof_pointer_name(&r->range, call->lookup.name))
        prepare_lookup(call, r);
}

/* ---- Calls ---- */

bool api_proof_parse(struct call *call, const char *id)
{
    struct delist_op *op = &call->op;
    struct removal_request *r = &op->request;
    struct refusal refusal;
    char kind[STORE_NAME];
    op->verb = DELIST_PROVE;
    if (!field_bytes(call, call->body, "kind", true, kind, sizeof(kind)) ||
        !field_bytes(call, call->body, "to", false, op->reason, STORE_EMAIL))
        return false;
    op->evidence.kind = (enum proof_kind)proof_kind_find(kind);
    if (op->evidence.kind == 0)
        return call_fail(call, 400, "bad_kind", "kind", "kind must be mail, dns or address.");
    if (!api_requests_read(call, id, r))
        return false;
    memcpy(op->id, r->id, sizeof(op->id));
    if (!removal_may_prove(call->backend->delist, r, op->evidence.kind, call->now, &refusal))
        return http_refuse(call->request, &refusal);
    bool is_asked = op->evidence.kind == PROOF_DNS    ? proof_record_name(&r->range, call->lookup.name)
                    : op->evidence.kind == PROOF_MAIL ? proof_pointer_name(&r->range, call->lookup.name)
                                                      : false;
    if (is_asked)
        prepare_lookup(call, r);
    return true;
}

/* The request as it is now. */
static json_t *request_json(struct call *call)
{
    return to_json_request(call->backend, &call->op.request, false);
}

void api_requests_prove(struct call *call)
{
    if (field_check_known(call, call->body, "kind, to") && api_proof_parse(call, call->part))
        submit_mutation(call, request_json);
}

void api_requests_review(struct call *call)
{
    if (submit_set_target(call, DELIST_REVIEW, "request"))
        submit_mutation(call, request_json);
}
