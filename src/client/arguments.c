#include "client/arguments.h"

#include "client/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <getopt.h>

enum { EXPIRY = 1, STICKY, FORMAT }; /* arguments_option.group */

#define TEXT(f)     .field = f, .kind = OPTION_IS_TEXT
#define LISTS       .field = "lists", .kind = OPTION_IS_LISTS
#define DURATION(f) .field = f, .kind = OPTION_IS_DURATION
#define TIME(f)     .field = f, .kind = OPTION_IS_TIME
#define COUNT(f)    .field = f, .kind = OPTION_IS_COUNT
#define RANGE(f)    .field = f, .kind = OPTION_IS_RANGE
#define TRUE(f)     .field = f, .kind = OPTION_IS_TRUE
#define FALSE(f)    .field = f, .kind = OPTION_IS_FALSE
#define ONE(of)     .group = of

const struct arguments_option arguments_options[OPTIONS_COUNT] = {
    [OPTION_URL] = { "url", 'u', "URL",
                     "the server: http://, https:// or unix:PATH; repeat for more to try" },
    [OPTION_TOKEN_FILE] = { "token-file", 0, "FILE",
                            "the file with the token, which others must not be able to read" },
    [OPTION_CACERT] = { "cacert", 0, "FILE", "the authorities to trust for https, instead of the system's" },
    [OPTION_TIMEOUT] = { "timeout", 0, "TIME", "how long to wait for an answer (30s)" },
    [OPTION_WAIT] = { "wait", 0, "TIME", "how long to retry while the server is busy or cannot be reached" },
    [OPTION_JSON] = { "json", 'j', NULL, "write JSON, also to a terminal", ONE(FORMAT) },
    [OPTION_TABLE] = { "table", 0, NULL, "write tables, also when not to a terminal", ONE(FORMAT) },
    [OPTION_HELP] = { "help", 'h', NULL, "show this help" },
    [OPTION_VERSION] = { "version", 0, NULL, "show the version" },
    [OPTION_LIST] = { "list", 'l', "NAME", "the list; repeat it or use commas for more than one", LISTS },
    [OPTION_LISTS] = { "lists", 0, "NAME,...", "the same as --list", LISTS },
    [OPTION_FOR] = { "for", 0, "TIME", "for so long: 90s, 15m, 12h, 7d", DURATION("expires_in"),
                     ONE(EXPIRY) },
    [OPTION_UNTIL] = { "until", 0, "WHEN", "until then: 2030-12-31 or 2030-12-31T18:00Z", TIME("expires_at"),
                       ONE(EXPIRY) },
    [OPTION_FOREVER] = { "forever", 0, NULL, "without an end", .field = "expires_in", .kind = OPTION_IS_NULL,
                         ONE(EXPIRY) },
    [OPTION_REASON] = { "reason", 'r', "TEXT", "why", TEXT("reason") },
    [OPTION_REQUESTER] = { "requester", 0, "TEXT", "who asked for it", TEXT("requester") },
    [OPTION_STICKY] = { "sticky", 0, NULL, "stay in force even if the list adds the range again",
                        TRUE("sticky"), ONE(STICKY) },
    [OPTION_NO_STICKY] = { "no-sticky", 0, NULL, "end when the list adds the range again", FALSE("sticky"),
                           ONE(STICKY) },
    [OPTION_CODE] = { "code", 0, "ADDRESS", "the address to answer, such as 127.0.0.4", TEXT("code") },
    [OPTION_TEXT] = { "text", 0, "TEXT", "the text to answer", TEXT("text") },
    [OPTION_SUBDOMAINS] = { "subdomains", 0, NULL, "of a domain, include all names below it",
                            TRUE("include_subdomains") },
    [OPTION_DRY_RUN] = { "dry-run", 'n', NULL, "only say what would be done", TRUE("dry_run") },
    [OPTION_FORCE] = { "force", 0, NULL, "override the rules; for administrators", TRUE("force") },
    [OPTION_FILE] = { "file", 'f', "FILE", "read one per line from this file; - is standard input" },
    [OPTION_NO_ATOMIC] = { "no-atomic", 0, NULL,
                           "of a batch, do what is possible instead of all or nothing" },
    [OPTION_YES] = { "yes", 'y', NULL, "do not ask for confirmation" },
    [OPTION_IF_MATCH] = { "if-match", 0, "REVISION", "only if this is still its revision" },
    [OPTION_IDEMPOTENCY_KEY] = { "idempotency-key", 0, "KEY",
                                 "a repeat with the same key within 24 hours does nothing new" },
    [OPTION_KIND] = { "kind", 0, "delisting|listing|allow", "what the id belongs to" },
    [OPTION_STATE] = { "state", 0, "active|fulfilled|expired|ended|relisted", "only in this state",
                       TEXT("state") },
    [OPTION_COVERS] = { "covers", 0, "ADDRESS", "only what holds for this address or domain",
                        RANGE("covers") },
    [OPTION_WITHIN] = { "within", 0, "RANGE", "only what lies in this range", RANGE("within") },
    [OPTION_CREATED_BY] = { "created-by", 0, "NAME", "only what the token of this name created",
                            TEXT("created_by") },
    [OPTION_BATCH] = { "batch", 0, "ID", "only what this batch created", TEXT("batch_id") },
    [OPTION_EXPIRES_BEFORE] = { "expires-before", 0, "WHEN", "only what expires before then",
                                TIME("expires_before") },
    [OPTION_STATUS] = { "status", 0, "pending|verify|removed|denied", "only requests with this status",
                        TEXT("status") },
    [OPTION_ORDER] = { "order", 0, "oldest|newest", "which come first (oldest)", TEXT("order") },
    [OPTION_LIMIT] = { "limit", 0, "NUMBER", "at most so many (100)", COUNT("limit") },
    [OPTION_ALL] = { "all", 'a', NULL, "all pages" },
    [OPTION_NAME] = { "name", 0, "TEXT", "who asks", TEXT("contact_name") },
    [OPTION_EMAIL] = { "email", 0, "ADDRESS", "how to reach them", TEXT("email") },
    [OPTION_COMPANY] = { "company", 0, "TEXT", "the company that they ask for", TEXT("company") },
    [OPTION_DETAILS] = { "details", 0, "TEXT", "what happened, and what was done about it", TEXT("details") },
    [OPTION_CATEGORY] = { "category", 0, "TEXT", "what kind of mail is sent from there", TEXT("category") },
    [OPTION_FIXED] = { "fixed", 0, NULL, "the cause is fixed", TRUE("fixed") },
    [OPTION_LANG] = { "lang", 0, "LANGUAGE", "the language of the reply, such as en", TEXT("lang") },
    [OPTION_REPLY] = { "reply", 0, "TEXT", "what to tell the requester", TEXT("reply") },
    [OPTION_SINCE] = { "since", 0, "NUMBER", "only changes after this sequence number", COUNT("since") },
    [OPTION_FOLLOW] = { "follow", 0, NULL, "keep running, and show changes as they come" },
    [OPTION_ACCEPT] = { "accept", 0, NULL, "accept data that a guard has refused", TRUE("accept") },
    [OPTION_EXIT_CODE] = { "exit-code", 'q', NULL,
                           "write nothing; exit with 10 if something is listed, else 0" },
    [OPTION_OUTPUT] = { "output", 'o', "FILE", "write the token to this new file" },
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
        out->given[out->given_count++] = (struct given_option){ find_option(key), optarg };
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

/* Checks that the verb has each option, that its value is allowed, and that none excludes another. */
static enum err check_options(const struct arguments *a, struct error *error)
{
    for (size_t i = 0; i < a->given_count; i++) {
        const struct given_option *given = &a->given[i];
        const struct arguments_option *option = &arguments_options[given->id];
        if (((a->verb->options | OPTIONS_COMMON) & OPTION_BIT(given->id)) == 0)
            return error_set(error, ERR_SYNTAX, "--%s: '%s' has no such option", option->name, a->verb->name);
        if (option->argument != NULL && !is_choice(option->argument, given->value))
            return error_set(error, ERR_SYNTAX, "--%s: '%s' is not one of %s", option->name, given->value,
                             option->argument);
        for (size_t k = 0; k < i && option->group != 0; k++)
            if (a->given[k].id != given->id && arguments_options[a->given[k].id].group == option->group)
                return error_set(error, ERR_SYNTAX, "--%s and --%s exclude each other",
                                 arguments_options[a->given[k].id].name, option->name);
    }
    return OK;
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
    free(arguments->given);
    *arguments = (struct arguments){ .verb = NULL };
}

const char *arguments_value(const struct arguments *arguments, enum option_id id)
{
    for (size_t i = arguments->given_count; i-- > 0;)
        if (arguments->given[i].id == id)
            return arguments->given[i].value != NULL ? arguments->given[i].value : "";
    return NULL;
}

bool arguments_has(const struct arguments *arguments, enum option_id id)
{
    return arguments_value(arguments, id) != NULL;
}
