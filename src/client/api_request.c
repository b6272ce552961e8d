#include "client/api_request.h"

#include "client/safe_text.h"
#include "list/duration.h"
#include "overlay/range.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- Values ---- */

static enum err read_span(const char *text, json_t **out, struct error *error)
{
    uint32_t seconds;
    const char *end = duration_parse(text, &seconds);
    if (end == NULL || *end != '\0' || seconds == 0)
        return error_set(error, ERR_SYNTAX, "'%s': a time such as 90s, 15m, 12h or 7d expected", text);
    *out = json_integer(seconds);
    return OK;
}

static enum err read_time(const char *text, json_t **out, struct error *error)
{
    static const char *const forms[] = { "%Y-%m-%d", "%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M:%SZ",
                                         "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S" };
    for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
        struct tm tm = { .tm_mday = 0 };
        char canonical[32];
        const char *end = strptime(text, forms[i], &tm);
        int day = tm.tm_mday;
        if (end == NULL || *end != '\0' || timegm(&tm) < 0 || tm.tm_mday != day)
            continue;
        strftime(canonical, sizeof(canonical), "%Y-%m-%dT%H:%M:%SZ", &tm);
        *out = json_string(canonical);
        return OK;
    }
    return error_set(error, ERR_SYNTAX,
                     "'%s': a date or time in UTC expected: 2030-12-31 or 2030-12-31T18:00Z", text);
}

static enum err read_count(const char *text, json_t **out, struct error *error)
{
    char *end;
    errno = 0;
    long long n = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || n < 0 || errno != 0)
        return error_set(error, ERR_SYNTAX, "'%s': a number expected", text);
    *out = json_integer(n);
    return OK;
}

static enum err read_text(const char *text, json_t **out, struct error *error)
{
    *out = json_string(text);
    return *out != NULL ? OK : error_set(error, ERR_SYNTAX, "the text is not UTF-8");
}

static enum err read_lists(const char *text, json_t **out, struct error *error)
{
    json_t *lists = client_need(json_array());
    for (const char *p = text; p != NULL;) {
        size_t length = strcspn(p, ",");
        json_t *name = json_stringn(p, length);
        if (length == 0 || name == NULL) {
            json_decref(name);
            json_decref(lists);
            return error_set(error, ERR_SYNTAX, "'%s': names of lists with commas between them expected",
                             text);
        }
        json_array_append_new(lists, name);
        p = p[length] == ',' ? p + length + 1 : NULL;
    }
    *out = lists;
    return OK;
}

enum err api_request_range(enum verb_word word, const char *text, struct range *out, struct error *error)
{
    struct range range;
    enum err err = range_parse(text, false, &range, error);
    if (err == OK && word == WORD_ADDRESS && range_size(&range) != 1)
        err = error_set(error, ERR_SYNTAX, "'%s': an address or a domain expected, not a range", text);
    if (err == OK)
        *out = range;
    return err;
}

/* A word of the command line or a file, in the API's form, malloc'ed. */
static enum err read_word(enum verb_word word, const char *text, char **out, struct error *error)
{
    struct range range;
    char canonical[RANGE_TEXT];
    json_t *value;
    enum err err =
        word == WORD_TEXT ? read_text(text, &value, error) : api_request_range(word, text, &range, error);
    if (err != OK)
        return err;
    if (word == WORD_TEXT) {
        json_decref(value);
        if (*text == '\0')
            return error_set(error, ERR_SYNTAX, "an argument is empty");
    } else {
        range_format(&range, canonical);
        text = canonical;
    }
    *out = client_format("%s", text);
    return OK;
}

enum err api_request_value(enum option_kind kind, const char *text, json_t **out, struct error *error)
{
    char *word;
    enum err err = OK;
    switch (kind) {
    case OPTION_IS_LISTS:
        return read_lists(text, out, error);
    case OPTION_IS_SPAN:
        return read_span(text, out, error);
    case OPTION_IS_TIME:
        return read_time(text, out, error);
    case OPTION_IS_COUNT:
        return read_count(text, out, error);
    case OPTION_IS_RANGE:
        err = read_word(WORD_RANGE, text, &word, error);
        if (err == OK) {
            *out = json_string(word);
            free(word);
        }
        return err;
    case OPTION_IS_TRUE:
    case OPTION_IS_FALSE:
        *out = json_boolean(kind == OPTION_IS_TRUE);
        return OK;
    case OPTION_IS_NULL:
        *out = json_null();
        return OK;
    default:
        return read_text(text, out, error);
    }
}

enum err api_request_option(enum option_id id, enum option_kind kind, const char *text, json_t **out,
                            struct error *error)
{
    struct error reason;
    if (api_request_value(kind, text, out, &reason) == OK)
        return OK;
    return error_set(error, reason.code, "--%s: %s", arguments_options[id].name, reason.text);
}

/* ---- Body and query ---- */

/* A value of an option given, for its field; lists are put together. */
static enum err add_field(const struct verb *verb, const struct given *given, json_t *fields,
                          struct error *error)
{
    const struct arguments_option *row = &arguments_options[given->id];
    const char *field = row->field;
    json_t *value, *there = json_object_get(fields, field);
    enum err err = api_request_option(given->id, row->kind, given->value, &value, error);
    if (err != OK)
        return err;
    if (row->kind != OPTION_IS_LISTS || (!verb->one_list && there == NULL))
        return json_object_set_new(fields, field, value) == 0
                   ? OK
                   : error_set(error, ERR_MEMORY, "no memory is left");
    if (!verb->one_list) {
        json_array_extend(there, value);
    } else if (json_array_size(value) == 1 && json_object_get(fields, "list") == NULL) {
        json_object_set(fields, "list", json_array_get(value, 0));
    } else {
        json_decref(value);
        return error_set(error, ERR_SYNTAX, "--%s: '%s' takes one list", row->name, verb->name);
    }
    json_decref(value);
    return OK;
}

enum err api_request_fields(const struct arguments *arguments, json_t **out, struct error *error)
{
    json_t *fields = client_need(json_object());
    enum err err = OK;
    for (size_t i = 0; i < arguments->given_count && err == OK; i++)
        if (arguments_options[arguments->given[i].id].field != NULL)
            err = add_field(arguments->verb, &arguments->given[i], fields, error);
    if (err != OK)
        json_decref(fields);
    else
        *out = fields;
    return err;
}

/* Writes text as one segment of a path or one value of a query: all but the unreserved characters of RFC 3986
 * are escaped. */
static void write_escaped(const char *text, FILE *to)
{
    for (const char *p = text; *p != '\0'; p++) {
        bool plain = (*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
                     strchr("-._~", *p) != NULL;
        fprintf(to, plain ? "%c" : "%%%02X", (unsigned char)*p);
    }
}

void api_request_set_query(struct api_request *request, const char *name, const char *value)
{
    if (request->query == NULL)
        request->query = client_need(json_object());
    json_object_set_new(request->query, name, json_string(value));
}

char *api_request_target(const struct api_request *request)
{
    char *target, between = '?';
    size_t size;
    const char *name;
    json_t *value;
    FILE *to = client_need(open_memstream(&target, &size));
    fputs(request->path, to);
    json_object_foreach(request->query, name, value)
    {
        fprintf(to, "%c%s=", between, name);
        if (json_is_integer(value))
            fprintf(to, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        else
            write_escaped(json_string_value(value), to);
        between = '&';
    }
    return fclose(to) == 0 ? target : client_need(NULL);
}

/* The path with words in place of {}; *used: how many. */
static enum err fill_path(const struct verb *verb, const char *path, char *const *words, size_t count,
                          size_t *used, char **out, struct error *error)
{
    size_t size;
    FILE *to = client_need(open_memstream(out, &size));
    enum err err = OK;
    for (*used = 0; *path != '\0' && err == OK; path++) {
        char *word = NULL;
        if (*path != '{' || *used == count) {
            fputc(*path, to);
            continue;
        }
        err = read_word(*used == 0 ? verb->word : WORD_TEXT, words[*used], &word, error);
        ++*used;
        if (err == OK)
            write_escaped(word, to);
        free(word);
        path++; /* over the } */
    }
    if (fclose(to) != 0)
        client_need(NULL);
    return err;
}

static enum err add_words(const struct verb *verb, char *const *words, size_t count, json_t *body,
                          struct error *error)
{
    json_t *array = verb->most == VERB_MANY ? client_need(json_array()) : NULL;
    enum err err = OK;
    for (size_t i = 0; i < count && err == OK; i++) {
        char *word = NULL;
        err = read_word(verb->word, words[i], &word, error);
        if (err == OK && array != NULL)
            json_array_append_new(array, json_string(word));
        else if (err == OK)
            json_object_set_new(body, verb->field, json_string(word));
        free(word);
    }
    if (json_array_size(array) > 0)
        json_object_set(body, verb->field, array);
    json_decref(array);
    return err;
}

/* A call that could have a field gets a body, be it empty. */
static bool takes_body(const struct verb *verb)
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
    json_t *fields;
    size_t used;
    struct api_request r = { .method = verb->method, .text = verb->text, .patience = verb->patience };
    r.if_match = arguments_value(arguments, OPTION_IF_MATCH);
    r.idempotency_key = arguments_value(arguments, OPTION_IDEMPOTENCY_KEY);
    enum err err = api_request_fields(arguments, &fields, error);
    if (err != OK)
        return err;
    *(takes_body(verb) ? &r.body : &r.query) = fields;
    err = fill_path(verb, path, words, count, &used, &r.path, error);
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
