/*
 * A call of the API: a request that has been authenticated and routed, and the answer that becomes of it.
 *
 * One table (api/routes.c) says for each call: method, path template, least role, parameters that the query
 * may have, whether it takes a body, whether the public page's listener has it, and its handler. From it come
 * routing, 404 and 405, 400 for unknown parameters, and the test of docs/openapi.json.
 *
 * A handler runs in one of the server's threads and ends in one of two ways: it has answered (call_answer,
 * call_fail), or it has submitted something (call_submit): then the connection sleeps, and `then` goes on in
 * one of the server's threads when it is done. The functions here are for that thread, unless they say
 * otherwise.
 */
#ifndef HTTP_CALL_H
#define HTTP_CALL_H

#include "http/backend.h"

#include <jansson.h>

struct call {
    const struct backend *backend;
    struct actor
        actor;       /* role ROLE_NONE: no token; everything bounded by it, its ranges valid for the call */
    bool page;       /* came in by a public listener */
    bool loopback;   /* from this machine, and no forwarding header */
    char client[64]; /* the client's address as text, whole; actor.client is what may be stored */
    enum overlay_kind kind;    /* of the items that the path names, if it does */
    const char *part;          /* what stands for {} in the path template, decoded; NULL: it has none */
    json_t *body;              /* an object, or NULL when the call takes none */
    int64_t now;               /* Unix seconds, of its arrival */
    char request_id[STORE_ID]; /* also the X-Request-Id header of the answer */

    struct delist_op op;              /* for call_submit; zeroed */
    const struct mutation *operation; /* api/mutation.h's */
    void *scratch;                    /* the handler's; freed with free() at the end */

    /* Where call_fail notes a failure instead of answering, for the items of a batch; NULL: it answers. */
    struct refusal *caught;
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

/* Answers {"error":{"code","message","field","allowed"},"request_id"}; `field` and `allowed` may be NULL. */
void call_fail(struct call *call, int status, const char *code, const char *field, const char *format, ...)
    printf_like(5, 6);
void call_fail_allowed(struct call *call, int status, const char *code, const char *field,
                       const char *allowed, const char *format, ...) printf_like(6, 7);

/* The same for a judgement of the rules: status and Retry-After follow from its kind. */
void call_refuse(struct call *call, const struct refusal *judgement);
int call_refusal_status(const struct refusal *judgement);

/* 404: there is no `what` with the id in the path. */
void call_fail_missing(struct call *call, const char *what);

/* 503: the store did not do what it should. `error` goes to the log. */
void call_fail_store(struct call *call, const struct error *error);

/* Headers of the answer, before it is given: Location, ETag...; at most eight. `name` is kept, `value`
 * copied. One that every answer has (Cache-Control...) is replaced. */
void call_set_header(struct call *call, const char *name, const char *value);
void call_set_etag(struct call *call, uint64_t revision);       /* of what is answered, a strong one */
void call_set_retry_after(struct call *call, unsigned seconds); /* 0: none */

/* ---- What it is about ---- */

/* Whether `text` is written as ids are. */
bool call_is_id(const char *text);

/* Whether call->part is; false: it has failed the call, as there is no such `what`. */
bool call_check_id(struct call *call, const char *what) must_use;

/* The configured list of this name; false: it has failed the call, with a 400 about `field`. */
bool call_find_list(struct call *call, const char *field, const char *name, unsigned *out) must_use;

/* The range that `text` says; false: the same. `subdomains`: a domain name means what is below it, too. */
bool call_parse_range(struct call *call, const char *field, const char *text, bool subdomains,
                      struct range *out) must_use;

/* A snapshot of the store, for store_read_end; false: it has failed the call. */
bool call_read_store(struct call *call, struct store_reader **out) must_use;

/* Makes call->scratch `size` bytes, zeroed. */
void *call_new_scratch(struct call *call, size_t size);

/* ---- Sleeping ---- */

/* Submits call->op, whose verb and inputs are set (actor and done are set here); `then` is called when it is
 * done, also if the client has gone (but not after a second one that was submitted then, and not after the
 * server's end). Takes care of Idempotency-Key: if call->op.render is set, the answer that it makes is kept,
 * and given to a repeat without `then`. 503 when the queue is full. */
void call_submit(struct call *call, void (*then)(struct call *call));

/* The same for a reload. */
void call_reload(struct call *call, struct reload *reload, void (*then)(struct call *call));

/* Sleeps for `seconds`, or until something is published: for long polls. Then `then` is called. */
void call_wait(struct call *call, unsigned seconds, void (*then)(struct call *call));

/* To be called by the program when something was published: wakes those that wait. Any thread; does not
 * block. */
struct http_server;
void call_wake(struct http_server *server);

#endif
