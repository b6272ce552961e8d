#include "client/api_request.h"

#include "client/safe_text.h"
#include "list/duration.h"
#include "overlay/range.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- Values ---- */

static enum err parse_duration(const char *text, json_t **out, struct error *error)
{
    uint32_t seconds;
    const char *end = duration_parse(text, &seconds);
    if (end == NULL || *end != '\0' || seconds == 0)
        return error_set(error, ERR_SYNTAX, "'%s' is not a valid time, such as 90s, 15m, 12h or 7d", text);
    *out = json_integer(seconds);
    return OK;
}

static enum err parse_time(const char *text, json_t **out, struct error *error)
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
                     "'%s' is not a valid time in UTC, such as 2030-12-31 or 2030-12-31T18:00Z", text);
}

static enum err parse_count(const char *text, json_t **out, struct error *error)
{
    char *end;
    errno = 0;
    long long n = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || n < 0 || errno != 0)
        return error_set(error, ERR_SYNTAX, "'%s' is not a valid number", text);
    *out = json_integer(n);
    return OK;
}

static enum err parse_text(const char *text, json_t **out, struct error *error)
{
    *out = json_string(text);
    return *out != NULL ? OK : error_set(error, ERR_SYNTAX, "the text is not valid UTF-8");
}

static enum err parse_lists(const char *text, json_t **out, struct error *error)
{
    json_t *lists = client_not_null(json_array());
    for (const char *p = text; p != NULL;) {
        size_t length = strcspn(p, ",");
        json_t *name = json_stringn(p, length);
        if (length == 0 || name == NULL) {
            json_decref(name);
            json_decref(lists);
            return error_set(error, ERR_SYNTAX, "'%s' is not a valid list of names, such as xbl,pbl", text);
        }
        json_array_append_new(lists, name);
        p = p[length] == ',' ? p + length + 1 : NULL;
    }
    *out = lists;
    return OK;
}

enum err api_request_parse_range(enum verb_word word, const char *text, struct range *out,
                                 struct error *error)
{
    struct range range;
    enum err err = range_parse(text, false, &range, error);
    if (err == OK && word == WORD_ADDRESS && range_size(&range) != 1)
        err = error_set(error, ERR_SYNTAX, "'%s': expected an address or a domain, not a range", text);
    if (err == OK)
        *out = range;
    return err;
}

/* Parses a word of the command line: a text that is not empty, or a range in its canonical form. */
static enum err parse_word(enum verb_word word, const char *text, json_t **out, struct error *error)
{
    struct range range;
    char canonical[RANGE_TEXT];
    if (word == WORD_TEXT)
        return *text != '\0' ? parse_text(text, out, error)
                             : error_set(error, ERR_SYNTAX, "an argument is empty");
    enum err err = api_request_parse_range(word, text, &range, error);
    if (err == OK) {
        range_format(&range, canonical);
        *out = client_not_null(json_string(canonical));
    }
    return err;
}

enum err api_request_parse_value(enum option_kind kind, const char *text, json_t **out, struct error *error)
{
    switch (kind) {
    case OPTION_IS_LISTS:
        return parse_lists(text, out, error);
    case OPTION_IS_DURATION:
        return parse_duration(text, out, error);
    case OPTION_IS_TIME:
        return parse_time(text, out, error);
    case OPTION_IS_COUNT:
        return parse_count(text, out, error);
    case OPTION_IS_RANGE:
        return parse_word(WORD_RANGE, text, out, error);
    case OPTION_IS_TRUE:
    case OPTION_IS_FALSE:
        *out = json_boolean(kind == OPTION_IS_TRUE);
        return OK;
    case OPTION_IS_NULL:
        *out = json_null();
        return OK;
    default:
        return parse_text(text, out, error);
    }
}

enum err api_request_parse_option(enum option_id id, enum option_kind kind, const char *text, json_t **out,
                                  struct error *error)
{
    struct error reason;
    if (api_request_parse_value(kind, text, out, &reason) == OK)
        return OK;
    return error_set(error, reason.code, "--%s: %s", arguments_options[id].name, reason.text);
}

/* ---- Body and query ---- */

/* Adds the value of an option to its field; names of lists add up. */
static enum err add_field(const struct verb *verb, const struct given_option *given, json_t *fields,
                          struct error *error)
{
    const struct arguments_option *option = &arguments_options[given->id];
    json_t *value, *lists = option->kind == OPTION_IS_LISTS ? json_object_get(fields, option->field) : NULL;
    enum err err = api_request_parse_option(given->id, option->kind, given->value, &value, error);
    if (err != OK)
        return err;
    if (option->kind == OPTION_IS_LISTS && verb->one_list) {
        if (json_array_size(value) != 1 || json_object_get(fields, "list") != NULL)
            err = error_set(error, ERR_SYNTAX, "--%s: '%s' takes one list", option->name, verb->name);
        else
            json_object_set(fields, "list", json_array_get(value, 0));
    } else if (lists != NULL) {
        json_array_extend(lists, value);
    } else {
        json_object_set(fields, option->field, client_not_null(value));
    }
    json_decref(value);
    return err;
}

enum err api_request_build_fields(const struct arguments *arguments, json_t **out, struct error *error)
{
    json_t *fields = client_not_null(json_object());
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

/* Writes text as one segment of a path or one value of a query: escapes all but the unreserved characters of
 * RFC 3986. */
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
        request->query = client_not_null(json_object());
    json_object_set_new(request->query, name, json_string(value));
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
        err = parse_word(*used == 0 ? verb->word : WORD_TEXT, words[*used], &word, error);
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
        err = parse_word(verb->word, words[i], &word, error);
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
    json_t *fields;
    size_t used;
    struct api_request r = { .method = verb->method, .text = verb->text, .min_timeout = verb->min_timeout };
    r.if_match = arguments_value(arguments, OPTION_IF_MATCH);
    r.idempotency_key = arguments_value(arguments, OPTION_IDEMPOTENCY_KEY);
    enum err err = api_request_build_fields(arguments, &fields, error);
    if (err != OK)
        return err;
    *(has_body(verb) ? &r.body : &r.query) = fields;
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
