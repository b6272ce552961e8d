/*
 * A call of the API: a request that has been authenticated and routed, and the answer that becomes of it.
 *
 * One table (routes.c) says for each call: method, path template, least role, parameters that the query may
 * have, whether it takes a body, whether the public page's listener has it, and its handler. From it come
 * routing, 404 and 405, 400 for unknown parameters, /v1/openapi.json's skeleton and the tests.
 *
 * A handler runs in one of the server's threads and ends in one of two ways: it has answered (call_answer,
 * call_fail), or it has submitted something (call_submit): then the connection sleeps, and `then` goes on in
 * one of the server's threads when it is done.
 */
#ifndef HTTP_CALL_H
#define HTTP_CALL_H

#include "http/backend.h"

#include <jansson.h>

enum method { METHOD_GET = 1, METHOD_POST = 2, METHOD_PATCH = 4, METHOD_DELETE = 8 };

#define CALL_PARTS 2

struct call {
    const struct backend *backend;
    struct actor
        actor;       /* role ROLE_NONE: no token; everything bounded by it, its ranges valid for the call */
    bool page;       /* came in by a public listener */
    bool loopback;   /* from this machine, and no forwarding header */
    char client[64]; /* the client's address as text, whole; actor.client is what may be stored */
    enum method method;
    char *part[CALL_PARTS];     /* what stands for {} in the path template, decoded; NULL behind the last */
    json_t *body;               /* an object, or NULL when the call takes none */
    int64_t now;                /* Unix seconds, of its arrival */
    char request_id[DELIST_ID]; /* also the X-Request-Id header of the answer */

    struct delist_op op; /* for call_submit; zeroed */
    void (*then)(struct call *call);
    void *scratch; /* the handler's; freed with free() at the end */

    /* Where call_fail notes a failure instead of answering, for the items of a batch; NULL: it answers. */
    struct judgement *caught;
};

/* A parameter of the query, decoded, or NULL. Valid for the call. */
const char *call_parameter(const struct call *call, const char *name);

/* A header of the request, or NULL. */
const char *call_header(const struct call *call, const char *name);

/* What the operator calls the service, and where he can be reached (NULL: nowhere), for the page. */
const char *call_service(const struct call *call);
const char *call_contact(const struct call *call);

/* ---- Answering; one of them, once ---- */

/* Answers with `body`, which is taken over; NULL: none. HEAD is GET without the body; the caller need not
 * care. */
void call_answer(struct call *call, int status, json_t *body);

/* Answers with text: HTML, Prometheus, rendered JSON. `text` is malloc'ed and taken over. */
void call_answer_text(struct call *call, int status, const char *type, char *text, size_t length);

/* Answers {"error":{"code","message","field","allowed"},"request_id"}. */
void call_fail(struct call *call, int status, const char *code, const char *field, const char *format, ...)
    printf_like(5, 6);

/* The same for a judgement of the rules: status and Retry-After follow from its kind. */
void call_fail_judgement(struct call *call, const struct judgement *judgement);
int call_judgement_status(const struct judgement *judgement);

/* The error object of a judgement, as results of a batch have it. */
json_t *call_judgement_json(const struct judgement *judgement);

/* Headers of the answer, before it is given: Location, ETag, Retry-After...; at most eight. `name` is kept,
 * `value` copied. One that every answer has (Cache-Control...) is replaced. */
void call_set_header(struct call *call, const char *name, const char *value);

/* Submits call->op, whose verb and inputs are set (actor and done are set here); `then` is called when it is
 * done, also if the client has gone (but not after a second one that was submitted then, and not after the
 * server's end). Takes care of Idempotency-Key: call->op.render must be the function that sets op.status and
 * op.body, and a repeated answer is given without `then`. 503 when the queue is full. */
void call_submit(struct call *call, void (*then)(struct call *call));

/* The same for a reload. */
void call_reload(struct call *call, struct reload *reload, void (*then)(struct call *call));

/* Sleeps until op or time: for long polls. `then` is called again after `seconds`, or as soon as something
 * was published. */
void call_wait(struct call *call, unsigned seconds, void (*then)(struct call *call));

/* To be called by the program when something was published: wakes those that wait. Any thread; does not
 * block. */
struct http_server;
void call_wake(struct http_server *server);

/* ---- Reading bodies: fields with types, each mistake a 400 with the field's name ---- */

/* Each returns false when it has failed the call. `required`, and always for a range: 400 "missing_field". A
 * field that is not there leaves *out as it is. Unknown fields are found by call_fields. Texts are checked:
 * UTF-8, no control characters but newline and tab in those with room for more than 255 bytes (where CRLF
 * becomes a newline), at most `size` - 1 bytes; null is as if it were not there. */
bool call_fields(struct call *call, const json_t *object, const char *const *known);
bool call_text(struct call *call, const json_t *object, const char *field, bool required, char *out,
               size_t size);
bool call_bool(struct call *call, const json_t *object, const char *field, bool *out);
bool call_range(struct call *call, const json_t *object, const char *field, bool subdomains,
                struct range *out);
bool call_lists(struct call *call, const json_t *object, const char *field, bool *given,
                struct list_mask *out);
/* `expires_in` (seconds or 90s 15m 12h 7d), `expires_at` (RFC 3339, Z), null for never; both: 400. */
bool call_expiry(struct call *call, const json_t *object, struct expiry *out, bool *given);

/* ---- Small conversions ---- */

json_t *json_time(int64_t time);                             /* RFC 3339, Z; null for 0 and DELIST_FOR_EVER */
bool time_from_text(const char *text, int64_t *out);         /* RFC 3339, Z only, whole seconds */
bool duration_from_text(const char *text, int64_t *seconds); /* 90s 15m 12h 7d 2w or bare seconds; > 0 */
json_t *json_range(const struct range *range);
json_t *json_lists(const struct backend *backend,
                   const struct list_mask *lists); /* names, in order of number */

#endif
