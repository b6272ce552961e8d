/* What the request line and the headers of a request decide: framing, route, who makes it, parameters. */
#ifndef HTTP_REQUEST_HEAD_H
#define HTTP_REQUEST_HEAD_H

#include "base/attr.h"

#include <stdbool.h>

struct http_request;

/* Checks all that needs no body, and fills in the request's route, client and actor. False: it has answered.
 */
bool request_head_check(struct http_request *request, const char *method) must_use;

#endif
