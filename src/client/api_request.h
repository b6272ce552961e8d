/* The request for a command line: path, query and body. Each value is checked before anything is sent. */
#ifndef CLIENT_API_REQUEST_H
#define CLIENT_API_REQUEST_H

#include "client/arguments.h"
#include "client/verbs.h"
#include "overlay/range.h"

#include <jansson.h>

struct api_request {
    const char *method;
    char *path;
    json_t *query; /* strings and integers; NULL: none */
    json_t *body;  /* NULL: none */
    const char *if_match, *idempotency_key;
    bool text;            /* the answer is not JSON */
    unsigned min_timeout; /* seconds, as in struct verb */
};

/* Parses the value of an option into the form of the API. ERR_SYNTAX: `error` is about the text alone. */
enum err api_request_parse_value(enum option_kind kind, const char *text, json_t **out,
                                 struct error *error) must_use;

/* Likewise, and `error` names the option. */
enum err api_request_parse_option(enum option_id id, enum option_kind kind, const char *text, json_t **out,
                                  struct error *error) must_use;

/* Parses a range; with WORD_ADDRESS, only one address or domain. */
enum err api_request_parse_range(enum verb_word word, const char *text, struct range *out,
                                 struct error *error) must_use;

/* Builds the fields of the body that options give; an object. */
enum err api_request_build_fields(const struct arguments *arguments, json_t **out,
                                  struct error *error) must_use;

/* Builds the request of arguments->verb under `path`, with these words. Free with api_request_free. */
enum err api_request_build(const struct arguments *arguments, const char *path, char *const *words,
                           size_t count, struct api_request *out, struct error *error) must_use;

/* Sets a parameter of the query. */
void api_request_set_query(struct api_request *request, const char *name, const char *value);

/* Path and query, escaped (RFC 3986); malloc'ed. */
char *api_request_target(const struct api_request *request);

void api_request_free(struct api_request *request);

#endif
