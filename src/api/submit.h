/* Hands operations over to the updater, reloads to the loader, and waits until they are done. */
#ifndef API_SUBMIT_H
#define API_SUBMIT_H

#include "api/call.h"

/* Submits call->op, whose verb and inputs are set; actor and done are set here. `then` is called when it is
 * done, also if the client has gone, but not after the server's end. 503 when the queue is full. If
 * call->lookup is wanted, that comes first; op->evidence then has what it found, or that nothing was looked
 * up.
 *
 * With an Idempotency-Key and call->op.render, the answer that it renders is stored, and a repeat is answered
 * with it, without `then`. */
void submit_operation(struct call *call, void (*then)(struct call *call));

/* Submits call->op and answers with its result, or with its refusal (by call->fail if that is set). `to_json`
 * makes the body of the answer, and sets call->op.status if it is not 200. The updater calls it, too, for
 * Idempotency-Key, before the operation is committed; so it only reads. NULL: out of memory. */
void submit_mutation(struct call *call, json_t *(*to_json)(struct call *call));

/* Submits call->reload; `then` as for submit_operation. */
void submit_reload(struct call *call, void (*then)(struct call *call));

/* Makes call->op an operation on the `what` whose id is in the path; 404 if it is not one. */
bool submit_set_target(struct call *call, enum delist_verb verb, const char *what) must_use;

/* Reads If-Match (RFC 9110 section 13.1.1), one strong ETag or *, into call->op; 412 if it is neither. */
bool submit_read_if_match(struct call *call) must_use;

#endif
