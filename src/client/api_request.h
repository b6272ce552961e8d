/* A request as the command line has it: path, query and body, each value checked before anything is sent. */
#ifndef CLIENT_API_REQUEST_H
#define CLIENT_API_REQUEST_H

#include "client/arguments.h"
#include "client/verbs.h"
#include "overlay/range.h"

#include <jansson.h>

struct api_request {
    const char *method;
    char *path;
    json_t *query; /* texts and numbers; NULL: none */
    json_t *body;  /* NULL: none */
    const char *if_match, *idempotency_key;
    bool text;         /* the answer is no JSON */
    unsigned patience; /* seconds, as in struct verb */
};

/* What `text` is as the value of an option, in the API's form. ERR_SYNTAX: `error` is about the text alone.
 */
enum err api_request_value(enum option_kind kind, const char *text, json_t **out,
                           struct error *error) must_use;

/* The same, and `error` names the option. */
enum err api_request_option(enum option_id id, enum option_kind kind, const char *text, json_t **out,
                            struct error *error) must_use;

/* A range, or one address or domain only. */
enum err api_request_range(enum verb_word word, const char *text, struct range *out,
                           struct error *error) must_use;

/* The body's fields that options say; an object. */
enum err api_request_fields(const struct arguments *arguments, json_t **out, struct error *error) must_use;

/* The request of a.verb with these words, under `path`. Free with api_request_free. */
enum err api_request_build(const struct arguments *arguments, const char *path, char *const *words,
                           size_t count, struct api_request *out, struct error *error) must_use;

/* Sets a parameter of the query. */
void api_request_set_query(struct api_request *request, const char *name, const char *value);

/* Path and query, escaped as RFC 3986 has it; malloc'ed. */
char *api_request_target(const struct api_request *request);

void api_request_free(struct api_request *request);

#endif
