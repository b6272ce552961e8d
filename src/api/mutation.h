/*
 * Calls that change something: an operation is submitted, and when it is done an answer is made of it.
 */
#ifndef API_MUTATION_H
#define API_MUTATION_H

#include "http/call.h"

struct mutation {
    /* Makes the answer of one that went well: the body, and call->op.status if it is not 200. It is also
     * called by the updater, for Idempotency-Key, before the operation is committed: otherwise it only reads.
     */
    json_t *(*form)(struct call *call);
    void (*then)(struct call *call); /* sets more headers of that answer; may be NULL */
    void (*fail)(struct call *call); /* answers when it did not go well; NULL: call_refuse */
};

/* Submits call->op; `operation` must outlive the call. */
void mutation_submit(struct call *call, const struct mutation *operation);

/* Sets Location and ETag, which follow from an answer's body and what the operation was. */
void mutation_set_headers(struct call *call, const json_t *body);

/* If-Match (RFC 9110 section 13.1.1), one strong ETag of ours or *, for call->op. False: it has failed the
 * call. */
bool mutation_read_if_match(struct call *call) must_use;

#endif
