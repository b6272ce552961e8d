/*
 * A session with the servers, over libcurl: sends requests with the token, tries one server after the other,
 * and retries while a server is busy.
 */
#ifndef CLIENT_SESSION_H
#define CLIENT_SESSION_H

#include "client/api_request.h"
#include "client/client.h"

struct session;

/* Reads the options, the environment (DNSBLD_URL, DNSBLD_TOKEN_FILE) and the token file, whose first word is
 * the token and where # begins a comment; sends nothing. ERR_LIMIT, ERR_SYNTAX, ERR_SYSTEM, ERR_REFUSED (the
 * token file is readable by others). */
enum err session_open(const struct arguments *arguments, struct session **out, struct error *error) must_use;
void session_close(struct session *s); /* NULL: nothing */

struct response {
    long status;
    char *text; /* the body and a zero byte; never NULL */
    size_t length;
    json_t *json;         /* NULL: the body is not JSON */
    unsigned retry_after; /* seconds */
    char request_id[64];
};

/* Sends a request and waits for the answer. DONE: 2xx; REFUSED: 3xx, 4xx; FAILED: 5xx, or not an answer of
 * the API: *out is set, and must be freed with session_free_response. UNREACHABLE: no server answered, or the
 * answer was lost; that has been reported, and *out is empty.
 *
 * When a server cannot be reached, the next is tried; the one that answered is tried first from then on. A
 * request that changes something is not sent again once a server may have received it. */
enum outcome session_send(struct session *s, const struct api_request *request,
                          struct response *out) must_use;

/* Reports the error of a response that is not DONE, with the id of the request. */
void session_report(const struct response *response);

/* Likewise for an error object within an answer, about `subject`. */
void session_report_error(const char *subject, const json_t *error, const char *request_id);

void session_free_response(struct response *response);

#endif
