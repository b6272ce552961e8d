/* The request for a command line: path, query and body. Each value is checked before anything is sent. */
#ifndef CLIENT_API_REQUEST_H
#define CLIENT_API_REQUEST_H

#include "client/arguments.h"
#include "client/verbs.h"

struct api_request {
    const char *method;
    char *path;
    json_t *query; /* strings, integers and true; NULL: none */
    json_t *body;  /* NULL: none */
    const char *if_match, *idempotency_key;
    bool text;            /* the answer is not JSON */
    unsigned min_timeout; /* seconds, as in struct verb */
};

/* The fields of a request that options give; a new object. Names of lists add up. */
json_t *api_request_fields(const struct arguments *arguments);

/* Builds the request of arguments->verb under `path`, with these words. Free with api_request_free. */
enum err api_request_build(const struct arguments *arguments, const char *path, char *const *words,
                           size_t count, struct api_request *out, struct error *error) must_use;

/* Sets a parameter of the query to a string, an integer or true, a new reference. */
void api_request_set_query(struct api_request *request, const char *name, json_t *value);

/* Path and query, escaped (RFC 3986); malloc'ed. */
char *api_request_target(const struct api_request *request);

void api_request_free(struct api_request *request);

#endif
