#include "client/arguments.h"

#include "client/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <getopt.h>

enum { EXPIRY = 1, STICKY, FORMAT }; /* arguments_option.group */

#define OPTION(id, ...) [OPTION_##id] = { __VA_ARGS__ },
const struct arguments_option arguments_options[OPTIONS_COUNT] = {
#include "client/options.h"
};

/* Builds the two tables of getopt_long; a long option is identified by its row. */
static void build_getopt(char letters[2 * OPTIONS_COUNT + 2], struct option longs[OPTIONS_COUNT + 1])
{
    *letters++ = ':'; /* getopt prints nothing, and reports a missing argument as ':' */
    for (int i = 0; i < OPTIONS_COUNT; i++) {
        const struct arguments_option *option = &arguments_options[i];
        longs[i] = (struct option){ option->name, option->argument != NULL, NULL, 256 + i };
        if (option->letter != 0) {
            *letters++ = option->letter;
            if (option->argument != NULL)
                *letters++ = ':';
        }
    }
    *letters = '\0';
    longs[OPTIONS_COUNT] = (struct option){ NULL, 0, NULL, 0 };
}

static enum option_id find_option(int key)
{
    int i = key - 256;
    if (key < 256)
        for (i = 0; arguments_options[i].letter != key;)
            i++;
    return (enum option_id)i;
}

static enum err parse_options(int argc, char **argv, struct arguments *out, struct error *error)
{
    char letters[2 * OPTIONS_COUNT + 2];
    struct option longs[OPTIONS_COUNT + 1];
    build_getopt(letters, longs);
    optind = 0; /* restart: a test calls this more than once */
    for (int key; (key = getopt_long(argc, argv, letters, longs, NULL)) != -1;) {
        if (key == '?' && optopt > 0 && optopt < 256)
            return error_set(error, ERR_SYNTAX, "-%c: unknown option", optopt);
        if (key == '?' && optopt >= 256)
            return error_set(error, ERR_SYNTAX, "%s: takes no argument", argv[optind - 1]);
        if (key == '?')
            return error_set(error, ERR_SYNTAX, "%s: unknown option, or an ambiguous abbreviation",
                             argv[optind - 1]);
        if (key == ':')
            return error_set(error, ERR_SYNTAX, "%s: an argument is missing", argv[optind - 1]);
        out->given[out->given_count++] = (struct given_option){ .id = find_option(key), .text = optarg };
    }
    return OK;
}

/* Whether `word` is one of `choices`, separated by |; without a |, every word is. */
static bool is_choice(const char *choices, const char *word)
{
    size_t length = strlen(word);
    if (strchr(choices, '|') == NULL)
        return true;
    for (const char *p = choices; p != NULL; p = strchr(p, '|')) {
        p += *p == '|';
        if (strncmp(p, word, length) == 0 && (p[length] == '|' || p[length] == '\0'))
            return true;
    }
    return false;
}

/* Parses the value of an option, unless it is for the client itself. */
static enum err parse_value(struct arguments *a, size_t i, struct error *error)
{
    struct given_option *given = &a->given[i];
    const struct arguments_option *option = &arguments_options[given->id];
    struct error reason;
    if (option->kind == INPUT_PLAIN)
        return OK;
    if (input_parse(option->kind, given->text, &given->value, &reason) != OK)
        return error_set(error, reason.code, "--%s: %s", option->name, reason.text);
    if (option->kind != INPUT_LISTS || !a->verb->one_list)
        return OK;
    bool one = json_array_size(given->value) == 1;
    for (size_t k = 0; k < i; k++)
        one &= !json_is_array(a->given[k].value);
    return one ? OK : error_set(error, ERR_SYNTAX, "--%s: '%s' takes one list", option->name, a->verb->name);
}

/* Checks that the verb has each option, that its value is allowed, and that none excludes another. */
static enum err check_options(struct arguments *a, struct error *error)
{
    enum err err = OK;
    for (size_t i = 0; i < a->given_count && err == OK; i++) {
        const struct given_option *given = &a->given[i];
        const struct arguments_option *option = &arguments_options[given->id];
        if (((a->verb->options | OPTIONS_COMMON) & OPTION_BIT(given->id)) == 0)
            return error_set(error, ERR_SYNTAX, "--%s: '%s' has no such option", option->name, a->verb->name);
        if (option->argument != NULL && !is_choice(option->argument, given->text))
            return error_set(error, ERR_SYNTAX, "--%s: '%s' is not one of %s", option->name, given->text,
                             option->argument);
        for (size_t k = 0; k < i && option->group != 0; k++)
            if (a->given[k].id != given->id && arguments_options[a->given[k].id].group == option->group)
                return error_set(error, ERR_SYNTAX, "--%s and --%s exclude each other",
                                 arguments_options[a->given[k].id].name, option->name);
        err = parse_value(a, i, error);
    }
    return err;
}

static enum err check_words(const struct arguments *a, struct error *error)
{
    const struct verb *verb = a->verb;
    bool from_file = arguments_has(a, OPTION_FILE);
    if (a->words_count < verb->min_words && !from_file)
        return error_set(error, ERR_SYNTAX, "too few arguments: %s %s", verb->name, verb->arguments);
    if (a->words_count > verb->max_words && verb->max_words != VERB_MANY)
        return error_set(error, ERR_SYNTAX, "'%s': too many arguments", a->words[verb->max_words]);
    return OK;
}

enum err arguments_parse(int argc, char **argv, struct arguments *out, struct error *error)
{
    *out = (struct arguments){ .given = calloc((size_t)argc + 1, sizeof(*out->given)) };
    if (out->given == NULL)
        return error_set(error, ERR_MEMORY, "out of memory");
    enum err err = parse_options(argc, argv, out, error);
    if (err != OK)
        return err;
    size_t used = 0;
    out->words = argv + optind;
    out->words_count = (size_t)(argc - optind);
    out->verb = verbs_find(out->words, out->words_count, &used);
    bool informs = arguments_has(out, OPTION_HELP) || arguments_has(out, OPTION_VERSION);
    if (out->verb == NULL && out->words_count > 0)
        return error_set(error, ERR_SYNTAX, "'%s': no such verb", out->words[0]);
    if (out->verb == NULL || informs)
        return informs ? OK : error_set(error, ERR_SYNTAX, "a verb is missing");
    out->words += used;
    out->words_count -= used;
    err = check_options(out, error);
    return err == OK ? check_words(out, error) : err;
}

void arguments_free(struct arguments *arguments)
{
    for (size_t i = 0; i < arguments->given_count; i++)
        json_decref(arguments->given[i].value);
    free(arguments->given);
    *arguments = (struct arguments){ .verb = NULL };
}

static const struct given_option *find_given(const struct arguments *arguments, enum option_id id)
{
    for (size_t i = arguments->given_count; i-- > 0;)
        if (arguments->given[i].id == id)
            return &arguments->given[i];
    return NULL;
}

const char *arguments_value(const struct arguments *arguments, enum option_id id)
{
    const struct given_option *given = find_given(arguments, id);
    return given == NULL ? NULL : given->text != NULL ? given->text : "";
}

bool arguments_has(const struct arguments *arguments, enum option_id id)
{
    return find_given(arguments, id) != NULL;
}

unsigned arguments_seconds(const struct arguments *arguments, enum option_id id, unsigned none)
{
    const struct given_option *given = find_given(arguments, id);
    return given != NULL ? (unsigned)json_integer_value(given->value) : none;
}
