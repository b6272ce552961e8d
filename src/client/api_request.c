#include "client/api_request.h"

#include "client/safe_text.h"

#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

json_t *api_request_fields(const struct arguments *arguments)
{
    json_t *fields = client_not_null(json_object());
    for (size_t i = 0; i < arguments->given_count; i++) {
        json_t *value = arguments->given[i].value;
        const char *field = arguments_options[arguments->given[i].id].field;
        if (field == NULL)
            continue;
        if (!json_is_array(value))
            json_object_set(fields, field, value);
        else if (arguments->verb->one_list)
            json_object_set(fields, "list", json_array_get(value, 0));
        else if (json_array_extend(json_object_get(fields, field), value) != 0) /* the first of them */
            json_object_set_new(fields, field, json_copy(value));
    }
    return fields;
}

/* Writes text as one segment of a path or one value of a query (RFC 3986). */
static void write_escaped(const char *text, FILE *to)
{
    char *escaped = client_not_null(curl_easy_escape(NULL, text, 0));
    fputs(escaped, to);
    curl_free(escaped);
}

void api_request_set_query(struct api_request *request, const char *name, json_t *value)
{
    if (request->query == NULL)
        request->query = client_not_null(json_object());
    json_object_set_new(request->query, name, value);
}

char *api_request_target(const struct api_request *request)
{
    char *target, between = '?';
    size_t size;
    const char *name;
    json_t *value;
    FILE *to = client_not_null(open_memstream(&target, &size));
    fputs(request->path, to);
    json_object_foreach(request->query, name, value)
    {
        fprintf(to, "%c%s=", between, name);
        if (json_is_integer(value))
            fprintf(to, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        else if (json_is_true(value))
            fputs("true", to);
        else
            write_escaped(json_string_value(value), to);
        between = '&';
    }
    client_close_text(to);
    return target;
}

/* Writes the path with words in place of {}; *used: their number. */
static enum err fill_path(const struct verb *verb, const char *path, char *const *words, size_t count,
                          size_t *used, char **out, struct error *error)
{
    size_t size;
    FILE *to = client_not_null(open_memstream(out, &size));
    enum err err = OK;
    for (*used = 0; *path != '\0' && err == OK; path++) {
        json_t *word = NULL;
        if (*path != '{' || *used == count) {
            fputc(*path, to);
            continue;
        }
        err = input_parse(*used == 0 ? verb->word : INPUT_PLAIN, words[*used], &word, error);
        ++*used;
        if (err == OK)
            write_escaped(json_string_value(word), to);
        json_decref(word);
        path++; /* the } */
    }
    client_close_text(to);
    return err;
}

/* Adds the words that are not in the path to the body. */
static enum err add_words(const struct verb *verb, char *const *words, size_t count, json_t *body,
                          struct error *error)
{
    json_t *array = verb->max_words == VERB_MANY ? client_not_null(json_array()) : NULL, *word;
    enum err err = OK;
    for (size_t i = 0; i < count && err == OK; i++) {
        err = input_parse(verb->word, words[i], &word, error);
        if (err == OK && array != NULL)
            json_array_append_new(array, word);
        else if (err == OK)
            json_object_set_new(body, verb->field, word);
    }
    if (json_array_size(array) > 0)
        json_object_set(body, verb->field, array);
    json_decref(array);
    return err;
}

/* True when a call may have fields: then it gets a body, even an empty one. */
static bool has_body(const struct verb *verb)
{
    bool fields = verb->field != NULL;
    for (int i = 0; i < OPTIONS_COUNT; i++)
        fields |= (verb->options & OPTION_BIT(i)) != 0 && arguments_options[i].field != NULL;
    return fields && (strcmp(verb->method, "POST") == 0 || strcmp(verb->method, "PATCH") == 0);
}

enum err api_request_build(const struct arguments *arguments, const char *path, char *const *words,
                           size_t count, struct api_request *out, struct error *error)
{
    const struct verb *verb = arguments->verb;
    json_t *fields = api_request_fields(arguments);
    size_t used;
    struct api_request r = { .method = verb->method, .text = verb->text, .min_timeout = verb->min_timeout };
    r.if_match = arguments_value(arguments, OPTION_IF_MATCH);
    r.idempotency_key = arguments_value(arguments, OPTION_IDEMPOTENCY_KEY);
    *(has_body(verb) ? &r.body : &r.query) = fields;
    enum err err = fill_path(verb, path, words, count, &used, &r.path, error);
    if (err == OK && verb->field != NULL)
        err = add_words(verb, words + used, count - used, fields, error);
    if (err == OK)
        *out = r;
    else
        api_request_free(&r);
    return err;
}

void api_request_free(struct api_request *request)
{
    free(request->path);
    json_decref(request->query);
    json_decref(request->body);
    *request = (struct api_request){ .path = NULL };
}
