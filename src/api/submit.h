/* Calls that hand something over and wait until it is done: operations to the updater, reloads to the loader.
 */
#ifndef API_SUBMIT_H
#define API_SUBMIT_H

#include "api/call.h"

/* Submits call->op, whose verb and inputs are set; actor and done are set here. `then` is called when it is
 * done, also if the client has gone, but not after the server's end. 503 when the queue is full.
 *
 * With an Idempotency-Key and call->op.render, the answer that it renders is stored, and a repeat is answered
 * with it, without `then`. */
void submit_operation(struct call *call, void (*then)(struct call *call));

/* Likewise for a reload. */
void submit_reload(struct call *call, struct reload *reload, void (*then)(struct call *call));

/* Sets Location and ETag, which follow from an answer's body and the operation. */
void submit_set_headers(struct call *call, const json_t *body);

#endif
