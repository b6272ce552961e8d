/*
 * A call of the API or the page: a complete request that has found its route, and what handlers make of it.
 *
 * A handler runs in one of the HTTP server's threads. It answers (http_answer, call_fail), submits an
 * operation (submit.h) or waits (http_wait). In the last two cases the request is suspended, and
 * `then` goes on in one of the server's threads. The functions here are for that thread.
 */
#ifndef API_CALL_H
#define API_CALL_H

#include "api/backend.h"
#include "http/request.h"

struct call {
    struct http_request *request;
    const struct backend *backend;
    /* The request's. */
    const struct actor *actor;
    const char *part;
    json_t *body;
    int64_t now;
    int argument;           /* the route's */
    enum overlay_kind kind; /* the argument of routes of items */

    struct delist_op op;           /* for submit_operation; zeroed */
    struct resolver_lookup lookup; /* in DNS, before the operation; zeroed: none */
    struct idempotency idempotency;
    void (*then)(struct call *call);       /* after the submitted operation or reload */
    json_t *(*to_json)(struct call *call); /* submit_mutation */
    void (*fail)(struct call *call);       /* answers a mutation that was refused; NULL: http_refuse */
    struct reload reload;                  /* for submit_reload; zeroed. Its outcomes are freed at the end */
    void *scratch;                         /* the handler's; freed with free() at the end */
};

/* For struct http_program; `backend` is a struct backend. */
struct call *call_new(void *backend, struct http_request *request);
void call_free(struct call *call);

/* The language of the texts that are for people: that of the page, or the first that the client accepts. */
enum language call_language(const struct call *call);

/* ---- Answering, once: http_answer() and the like (http/response.h), or one of these ---- */

#define call_fail(call, ...) http_fail((call)->request, __VA_ARGS__)

void call_set_etag(struct call *call, uint64_t revision); /* of the answer; strong */

bool call_fail_missing(struct call *call, const char *what); /* 404: no `what` has the id in the path */
bool call_fail_store(struct call *call, const struct error *error); /* 503; `error` goes to the log */
bool call_fail_memory(struct call *call);                           /* 503 */

/* ---- What the call is about; false: the call has failed ---- */

/* Whether `text` has the form of an id. */
bool call_is_id(const char *text);

/* Checks that call->part has; if not, there is no such `what` (404). */
bool call_check_id(struct call *call, const char *what) must_use;

/* Finds the configured list of this name; 400 about `field`. */
bool call_find_list(struct call *call, const char *field, const char *name, unsigned *out) must_use;

/* Parses a range; 400 about `field`. `subdomains`: a domain name includes its subdomains. */
bool call_parse_range(struct call *call, const char *field, const char *text, bool subdomains,
                      struct range *out) must_use;

/* Opens a snapshot of the store, for call_end_read or store_read_end; 503. */
bool call_read_store(struct call *call, struct store_reader **out) must_use;

/* Ends the snapshot. `err` is what came of reading it: ERR_REFUSED (if `what` is not NULL): there is no such
 * `what`, 404; other errors: 503. */
bool call_end_read(struct call *call, struct store_reader *reader, enum err err, const char *what,
                   const struct error *error);

/* Makes call->scratch, in place of an earlier one: `size` bytes, zeroed. NULL: the call has failed, out of
 * memory. */
void *call_new_scratch(struct call *call, size_t size);

#endif
