/* The handlers of the API's routes, by file, with what page/ needs of them. */
#ifndef API_CALLS_H
#define API_CALLS_H

#include "api/call.h"

/* The routes of /v1 and of monitoring; ends with a route without a path. */
extern const struct route api_routes[];

/* items_create.c; items of call->kind */
void item_create(struct call *call);
void item_create_bulk(struct call *call);

/* items_calls.c */
void item_index(struct call *call);
void item_show(struct call *call);
void item_change(struct call *call);
void item_end(struct call *call);
void items_revert_batch(struct call *call);
void items_set_suspended(struct call *call); /* the argument: DELIST_SUSPEND or DELIST_RESUME */

/* lookup_calls.c */
void lookup_show(struct call *call);
void lookup_bulk(struct call *call);
/* The answer of a look-up; NULL: the call has failed. */
json_t *lookup_json(struct call *call, const struct range *key);

/* request_calls.c */
void requests_create(struct call *call);
void requests_show(struct call *call);
void requests_verify(struct call *call);
void requests_index(struct call *call);
void requests_decide(struct call *call); /* the argument: DELIST_APPROVE or DELIST_DENY */
/* Makes call->op of the body, a removal request. False: the call has failed. */
bool requests_read(struct call *call) must_use;
/* Reads the request whose id is in the path. False: likewise. */
bool requests_load(struct call *call, struct removal_request *out) must_use;

/* history_calls.c */
void history_show(struct call *call);
void history_changes(struct call *call);
void history_show_subject(struct call *call);
void history_erase_subject(struct call *call);

/* hits_calls.c */
void hits_index(struct call *call);

/* state_calls.c */
void state_lists(struct call *call);
void state_list_loads(struct call *call);
void state_zones(struct call *call);
void state_status(struct call *call);
void state_metrics(struct call *call);

/* health_calls.c */
enum health { HEALTH_LIVE, HEALTH_READY, HEALTH_ALL };
void health_show(struct call *call); /* the argument: enum health */

/* admin_calls.c */
void admin_reload(struct call *call);
void admin_backup(struct call *call);

/* openapi.c */
void openapi_show(struct call *call);
const char *openapi_text(size_t *length); /* without a zero byte at its end */

#endif
