/* The handlers of the API's routes, by file, with what page/ needs of them. */
#ifndef API_CALLS_H
#define API_CALLS_H

#include "api/call.h"
#include "http/server.h"

/* The routes of /v1 and of monitoring; ends with a route without a path. */
extern const struct route api_routes[];
extern const struct route api_control_routes[]; /* of the control socket, some of the former */

/* How too many calls to limited routes are refused: they look up, or ask for a removal. */
extern const struct http_limit_error api_gets_error, api_posts_error;

/* items_create.c; items of call->kind */
void api_item_create(struct call *call);
void api_item_create_bulk(struct call *call);

/* items_calls.c */
void api_item_index(struct call *call);
void api_item_show(struct call *call);
void api_item_change(struct call *call);
void api_item_end(struct call *call);
void api_item_end_matching(struct call *call);
void api_revert_batch(struct call *call);
void api_set_suspended(struct call *call); /* the argument: DELIST_SUSPEND or DELIST_RESUME */

/* lookup_calls.c */
void api_lookup_show(struct call *call);
void api_lookup_bulk(struct call *call);
/* The answer to a look-up, a new reference; NULL: the call has failed. Overwrites call->scratch. */
json_t *api_lookup_json(struct call *call, const struct range *key);

/* request_calls.c */
void api_requests_create(struct call *call);
void api_requests_show(struct call *call);
void api_requests_verify(struct call *call);
void api_requests_index(struct call *call);
void api_requests_decide(struct call *call); /* the argument: DELIST_APPROVE or DELIST_DENY */
/* Parses the body, a removal request, into call->op, and refuses what needs no updater for that. False: the
 * call has failed. */
bool api_requests_parse(struct call *call) must_use;
/* Reads the request with this id. False: likewise. */
bool api_requests_read(struct call *call, const char *id, struct removal_request *out) must_use;

/* proof_calls.c */
void api_requests_prove(struct call *call);
void api_requests_review(struct call *call);
/* Parses `kind` and `to` of the body, a proof for the request `id`, into call->op, prepares the look-up that
 * it needs, and refuses what needs none. False: the call has failed; then call->op.id is set if there is such
 * a request. */
bool api_proof_parse(struct call *call, const char *id) must_use;
/* Prepares the look-up for a new removal request, call->op.request, if one of `lists` takes a code to a
 * mailbox of the address's domain. */
void api_proof_find_hosts(struct call *call, const struct list_mask *lists);

/* history_calls.c */
void api_history_show(struct call *call);
void api_history_changes(struct call *call);
void api_history_show_subject(struct call *call);
void api_history_erase_subject(struct call *call);

/* hits_calls.c */
void api_hits_index(struct call *call);

/* state_calls.c */
void api_state_lists(struct call *call);
void api_state_list_loads(struct call *call);
void api_state_zones(struct call *call);
void api_state_status(struct call *call);
void api_state_metrics(struct call *call);

/* health_calls.c */
enum health { HEALTH_LIVE, HEALTH_READY, HEALTH_ALL };
void api_health_show(struct call *call); /* the argument: enum health */

/* admin_calls.c */
void api_admin_reload(struct call *call);
void api_admin_drain(struct call *call); /* the argument: whether to, or to end it */
void api_admin_backup(struct call *call);

/* openapi.c */
void api_openapi_show(struct call *call);
const char *openapi_text(size_t *length); /* without a zero byte at its end */

#endif
