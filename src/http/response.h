/*
 * Answers. Each request is answered once, by one of the http_answer and http_fail functions, in one of the
 * server's threads.
 */
#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H

#include "delist/refusal.h"

#include <jansson.h>

struct http_request;

#define RESPONSE_HEADERS_MAX 8

/* Of a request. */
struct request_response {
    bool answered;
    struct MHD_Response *mhd; /* NULL although answered: out of memory */
    int status;
    bool close; /* the connection after the answer, which need not wait for the request's body */
    struct {
        const char *name;
        char *value;
    } headers[RESPONSE_HEADERS_MAX];
    unsigned headers_count;
};

/* Sets a header of the answer, before it is given; at most RESPONSE_HEADERS_MAX. `name` is kept, `value`
 * copied. It replaces one that every answer has (Cache-Control...). */
void http_set_header(struct http_request *request, const char *name, const char *value);
void http_set_retry_after(struct http_request *request, unsigned seconds); /* 0: none */

/* Answers with a JSON document, and takes `body` over. If there was no memory for a part of the answer
 * (json_text_lost), it is 503 instead. A HEAD request is answered like GET; libmicrohttpd leaves the body
 * out. */
void http_answer(struct http_request *request, int status, json_t *body);

/* Likewise with text: HTML, Prometheus, JSON. `text` is malloc'ed and taken over; NULL: out of memory. */
void http_answer_text(struct http_request *request, int status, const char *type, char *text, size_t length);

/* ---- Failing: all return false, so that checks read `return http_fail(...)` ---- */

/* Answers {"error":{"code","message","field","allowed"},"request_id"}, or stores it in request->caught.
 * `code`: the table is in docs/api.md; `field`: of the body, or a parameter or header; `allowed`: what is
 * allowed instead. NULL or empty: null. A 503 says Retry-After: 1. */
bool http_fail_allowed(struct http_request *request, int status, const char *code, const char *field,
                       const char *allowed, const char *format, ...) printf_like(6, 7);
#define http_fail(request, status, code, field, ...)                                                         \
    http_fail_allowed(request, status, code, field, NULL, __VA_ARGS__)

/* Likewise for a refusal; the status follows from its kind. */
bool http_refuse(struct http_request *request, const struct refusal *refusal);
int http_refusal_status(const struct refusal *refusal);
json_t *http_refusal_json(const struct refusal *refusal); /* the error object */

/* 503 no_memory. Allocates next to nothing. */
bool http_fail_memory(struct http_request *request);

#endif
