/* The body of a request: its announcement in the headers, its bytes, its JSON. */
#ifndef HTTP_BODY_H
#define HTTP_BODY_H

#include "base/attr.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_request;

/* Of a request. */
struct request_body {
    json_t *json; /* an object; NULL: the route takes no body */
    char *bytes;  /* as sent, `used` of them */
    size_t used, size, max;
    uint64_t received; /* also those that were discarded */
    bool form;         /* a form's fields, not JSON */
};

/* Checks what the headers say of the body. A POST that takes none may have an empty object, as some clients
 * send it. False: it has answered. */
bool body_expect(struct http_request *request) must_use;

/* Appends a piece of the body, or discards it after a failure. False: the connection is to be closed. */
bool body_append(struct http_request *request, const char *data, size_t size) must_use;

/* Whether the body is too large even to be discarded. */
bool body_is_excessive(const struct http_request *request);

/* Makes `json` of the bytes. False: it has answered. */
bool body_parse(struct http_request *request) must_use;

#endif
