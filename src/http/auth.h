/* Who makes a request, and whether the route is for him: tokens, the user at the other end of a unix socket,
 * look-ups without a token. */
#ifndef HTTP_AUTH_H
#define HTTP_AUTH_H

#include "base/attr.h"

#include <stdbool.h>

struct http_request;

/* Fills in the request's actor; its client and route are known. False: it has answered, with 401, 403 or 429.
 */
bool auth_check(struct http_request *request) must_use;

#endif
