/*
 * Requests sent and answers received, over libcurl: where the servers are, the token, fall-back from one to
 * the next, and trying again while a server is busy.
 */
#ifndef CLIENT_SESSION_H
#define CLIENT_SESSION_H

#include "client/api_request.h"
#include "client/client.h"

struct session;

/* Reads the options, the environment (DNSBLD_URL, DNSBLD_TOKEN_FILE) and the token file; sends nothing.
 * ERR_SYNTAX, ERR_SYSTEM, ERR_REFUSED (the token file is readable by others). */
enum err session_open(const struct arguments *arguments, struct session **out, struct error *error) must_use;
void session_close(struct session *x); /* NULL: nothing */

struct response {
    long status;
    char *text; /* the body, ending in a zero; never NULL */
    size_t length;
    json_t *json; /* NULL: the body is no JSON */
    unsigned retry_after;
    char request_id[64];
};

/* Sends and waits for the answer. DONE: 2xx; REFUSED: 3xx, 4xx; TROUBLE: 5xx; in these cases *out is set and
 * must be freed with session_free_response. UNREACHABLE: nobody answered, or what the answer was is not
 * known, and that was said; *out is empty.
 *
 * A server that cannot be reached is followed by the next; one that has answered is asked first from then on.
 * A request that may have been received and changes something is not sent to another. */
enum outcome session_send(struct session *x, const struct api_request *request,
                          struct response *out) must_use;

/* Says what a response that is not DONE is about: its error, the rule, the request's id. */
void session_complain(const struct response *response);

/* The same of an error object within an answer, about `subject`. */
void session_complain_of(const char *subject, const json_t *error, const char *request_id);

void session_free_response(struct response *response);

#endif
