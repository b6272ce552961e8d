/* Calls that change something: an operation is submitted, and its result makes the answer. */
#ifndef API_MUTATION_H
#define API_MUTATION_H

#include "api/submit.h"

struct mutation {
    /* Makes the answer of an operation that succeeded: the body, and call->op.status if it is not 200. The
     * updater calls it, too, for Idempotency-Key, before the operation is committed; so it only reads. NULL:
     * out of memory. */
    json_t *(*to_json)(struct call *call);
    void (*then)(struct call *call); /* sets more headers of that answer; may be NULL */
    void (*fail)(struct call *call); /* answers an operation that was refused; NULL: call_refuse */
};

/* Submits call->op. `mutation` must outlive the call. */
void mutation_submit(struct call *call, const struct mutation *mutation);

/* Reads If-Match (RFC 9110 section 13.1.1), one strong ETag or *, into call->op. False: the call has failed.
 */
bool mutation_read_if_match(struct call *call) must_use;

#endif
