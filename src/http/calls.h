/* The handlers of the table of calls, by file. */
#ifndef HTTP_CALLS_H
#define HTTP_CALLS_H

#include "http/call.h"

/* items_create.c */
void delistings_create(struct call *call);
void delistings_bulk(struct call *call);
void listings_create(struct call *call);
void listings_bulk(struct call *call);
void allows_create(struct call *call);
void allows_bulk(struct call *call);

/* items_calls.c */
void delistings_index(struct call *call);
void delistings_show(struct call *call);
void delistings_change(struct call *call);
void delistings_end(struct call *call);
void listings_index(struct call *call);
void listings_show(struct call *call);
void listings_change(struct call *call);
void listings_end(struct call *call);
void allows_index(struct call *call);
void allows_show(struct call *call);
void allows_change(struct call *call);
void allows_end(struct call *call);
void batches_revert(struct call *call);
void overlay_suspend(struct call *call);
void overlay_resume(struct call *call);

/* public_page.c */
void page_show(struct call *call);
void page_style(struct call *call);
void page_remove(struct call *call);
void page_confirm(struct call *call);
void page_request(struct call *call);

/* lookup_calls.c; lookup_of: what the look-up answers, NULL when it has failed the call */
json_t *lookup_of(struct call *call, const struct range *key);
void lookup_path(struct call *call);
void lookup_query(struct call *call);
void lookup_bulk(struct call *call);

/* request_calls.c; the first two return false when they have failed the call */
bool request_read(struct call *call, struct removal_request *out); /* of the body */
bool request_find(struct call *call, struct removal_request *out); /* by call->part[0] */
void requests_create(struct call *call);
void requests_show(struct call *call);
void requests_verify(struct call *call);
void requests_index(struct call *call);
void requests_approve(struct call *call);
void requests_deny(struct call *call);

/* history_calls.c */
void history_show(struct call *call);
void changes_show(struct call *call);
void hits_index(struct call *call);
void privacy_show(struct call *call);
void privacy_delete(struct call *call);

/* state_calls.c */
void lists_index(struct call *call);
void lists_loads(struct call *call);
void zones_index(struct call *call);
void status_show(struct call *call);
void health_show(struct call *call);
void ready_show(struct call *call);
void live_show(struct call *call);
void metrics_show(struct call *call);

/* admin_calls.c */
void admin_reload(struct call *call);
void admin_backup(struct call *call);

/* openapi.c */
void openapi_show(struct call *call);
const char *openapi_text(size_t *length); /* the document, without a zero at its end */

#endif
