#include "client/arguments.h"

#include "client/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <getopt.h>

enum { EXPIRY = 1, STICKY, FORMAT }; /* of option_row.instead */

#define TEXT(f)  .field = f, .kind = OPTION_IS_TEXT
#define LISTS    .field = "lists", .kind = OPTION_IS_LISTS
#define SPAN(f)  .field = f, .kind = OPTION_IS_SPAN
#define TIME(f)  .field = f, .kind = OPTION_IS_TIME
#define COUNT(f) .field = f, .kind = OPTION_IS_COUNT
#define RANGE(f) .field = f, .kind = OPTION_IS_RANGE
#define TRUE(f)  .field = f, .kind = OPTION_IS_TRUE
#define FALSE(f) .field = f, .kind = OPTION_IS_FALSE
#define ONE(of)  .instead = of

const struct arguments_option arguments_options[OPTIONS_COUNT] = {
    [OPTION_URL] = { "url", 'u', "URL", "http://, https:// or unix:PATH; again: the next to try" },
    [OPTION_TOKEN_FILE] = { "token-file", 0, "FILE", "the token, in a file that only you can read" },
    [OPTION_CACERT] = { "cacert", 0, "FILE", "trust these authorities for https, not the system's" },
    [OPTION_TIMEOUT] = { "timeout", 0, "TIME", "wait so long for an answer (30s)" },
    [OPTION_WAIT] = { "wait", 0, "TIME", "while it is busy or cannot be reached, try again for so long" },
    [OPTION_JSON] = { "json", 'j', NULL, "JSON, also on a terminal", ONE(FORMAT) },
    [OPTION_TABLE] = { "table", 0, NULL, "tables, also where there is no terminal", ONE(FORMAT) },
    [OPTION_HELP] = { "help", 'h', NULL, "this help" },
    [OPTION_VERSION] = { "version", 0, NULL, "the version" },
    [OPTION_LIST] = { "list", 'l', "NAME", "this list; again or with commas: these lists", LISTS },
    [OPTION_LISTS] = { "lists", 0, "NAME,...", "the same", LISTS },
    [OPTION_FOR] = { "for", 0, "TIME", "so long: 90s, 15m, 12h, 7d", SPAN("expires_in"), ONE(EXPIRY) },
    [OPTION_UNTIL] = { "until", 0, "WHEN", "until 2030-12-31, or 2030-12-31T18:00Z", TIME("expires_at"),
                       ONE(EXPIRY) },
    [OPTION_FOREVER] = { "forever", 0, NULL, "without an end", .field = "expires_in", .kind = OPTION_IS_NULL,
                         ONE(EXPIRY) },
    [OPTION_REASON] = { "reason", 'r', "TEXT", "why", TEXT("reason") },
    [OPTION_REQUESTER] = { "requester", 0, "TEXT", "who asked for it", TEXT("requester") },
    [OPTION_STICKY] = { "sticky", 0, NULL, "holds even if the list names the range anew", TRUE("sticky"),
                        ONE(STICKY) },
    [OPTION_NO_STICKY] = { "no-sticky", 0, NULL, "ends when the list names the range anew", FALSE("sticky"),
                           ONE(STICKY) },
    [OPTION_CODE] = { "code", 0, "ADDRESS", "the answer, such as 127.0.0.4", TEXT("code") },
    [OPTION_TEXT] = { "text", 0, "TEXT", "the answer's text", TEXT("text") },
    [OPTION_SUBDOMAINS] = { "subdomains", 0, NULL, "of a domain: and all names below it",
                            TRUE("include_subdomains") },
    [OPTION_DRY_RUN] = { "dry-run", 'n', NULL, "do nothing, say what would be done", TRUE("dry_run") },
    [OPTION_FORCE] = { "force", 0, NULL, "against the rules, for administrators", TRUE("force") },
    [OPTION_FILE] = { "file", 'f', "FILE", "one a line from this file; - is standard input" },
    [OPTION_NO_ATOMIC] = { "no-atomic", 0, NULL, "of many: do what can be done, not all or nothing" },
    [OPTION_YES] = { "yes", 'y', NULL, "do not ask" },
    [OPTION_IF_MATCH] = { "if-match", 0, "REVISION", "only if this is still its revision" },
    [OPTION_IDEMPOTENCY_KEY] = { "idempotency-key", 0, "KEY",
                                 "the same key again within 24 hours does nothing new" },
    [OPTION_KIND] = { "kind", 0, "delisting|listing|allow", "which of them the id is of" },
    [OPTION_STATE] = { "state", 0, "active|fulfilled|expired|ended|relisted", "only in this state",
                       TEXT("state") },
    [OPTION_COVERS] = { "covers", 0, "ADDRESS", "only what holds for this address or name", RANGE("covers") },
    [OPTION_WITHIN] = { "within", 0, "RANGE", "only what lies in this range", RANGE("within") },
    [OPTION_CREATED_BY] = { "created-by", 0, "NAME", "only what the token of this name made",
                            TEXT("created_by") },
    [OPTION_BATCH] = { "batch", 0, "ID", "only what this batch made", TEXT("batch_id") },
    [OPTION_EXPIRES_BEFORE] = { "expires-before", 0, "WHEN", "only what expires before",
                                TIME("expires_before") },
    [OPTION_STATUS] = { "status", 0, "pending|verify|removed|denied", "only those of this status",
                        TEXT("status") },
    [OPTION_ORDER] = { "order", 0, "oldest|newest", "which come first (oldest)", TEXT("order") },
    [OPTION_LIMIT] = { "limit", 0, "NUMBER", "at most so many at once (100)", COUNT("limit") },
    [OPTION_ALL] = { "all", 'a', NULL, "all pages" },
    [OPTION_NAME] = { "name", 0, "TEXT", "who asks", TEXT("contact_name") },
    [OPTION_EMAIL] = { "email", 0, "ADDRESS", "where to reach them", TEXT("email") },
    [OPTION_COMPANY] = { "company", 0, "TEXT", "for whom", TEXT("company") },
    [OPTION_DETAILS] = { "details", 0, "TEXT", "what happened and what was done about it", TEXT("details") },
    [OPTION_CATEGORY] = { "category", 0, "TEXT", "what kind of mail is sent from there", TEXT("category") },
    [OPTION_FIXED] = { "fixed", 0, NULL, "the cause is gone", TRUE("fixed") },
    [OPTION_LANG] = { "lang", 0, "LANGUAGE", "of the reply, such as en", TEXT("lang") },
    [OPTION_REPLY] = { "reply", 0, "TEXT", "what the requester is told", TEXT("reply") },
    [OPTION_SINCE] = { "since", 0, "NUMBER", "after this one", COUNT("since") },
    [OPTION_FOLLOW] = { "follow", 0, NULL, "go on, and show changes as they come" },
    [OPTION_ACCEPT] = { "accept", 0, NULL, "accept what a guard has refused", TRUE("accept") },
    [OPTION_EXIT_CODE] = { "exit-code", 'q', NULL, "say it by the exit status alone: 10 if listed, else 0" },
    [OPTION_OUTPUT] = { "output", 'o', "FILE", "write the token to this new file" },
};

/* Makes getopt's two descriptions of the table; a long option is told by its row. */
static void describe(char letters[2 * OPTIONS_COUNT + 2], struct option longs[OPTIONS_COUNT + 1])
{
    *letters++ = ':'; /* a missing argument is reported as ':' and nothing is printed */
    for (int i = 0; i < OPTIONS_COUNT; i++) {
        const struct arguments_option *row = &arguments_options[i];
        longs[i] = (struct option){ row->name, row->argument != NULL, NULL, 256 + i };
        if (row->letter != 0) {
            *letters++ = row->letter;
            if (row->argument != NULL)
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

static enum err read_options(int argc, char **argv, struct arguments *out, struct error *error)
{
    char letters[2 * OPTIONS_COUNT + 2];
    struct option longs[OPTIONS_COUNT + 1];
    describe(letters, longs);
    optind = 0; /* starts anew, so that a test may call this again */
    for (int key; (key = getopt_long(argc, argv, letters, longs, NULL)) != -1;) {
        if (key == '?' && optopt > 0 && optopt < 256)
            return error_set(error, ERR_SYNTAX, "-%c: unknown option", optopt);
        if (key == '?' && optopt >= 256)
            return error_set(error, ERR_SYNTAX, "%s: takes no argument", argv[optind - 1]);
        if (key == '?')
            return error_set(error, ERR_SYNTAX, "%s: unknown option, or too short a form of one",
                             argv[optind - 1]);
        if (key == ':')
            return error_set(error, ERR_SYNTAX, "%s: an argument is missing", argv[optind - 1]);
        out->given[out->given_count++] = (struct given){ find_option(key), optarg };
    }
    return OK;
}

/* Whether `word` is one of those in `choices`, which have | between them; without any, every word is. */
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

/* Whether the verb has each of the options, and they go together. */
static enum err check_options(const struct arguments *a, struct error *error)
{
    for (size_t i = 0; i < a->given_count; i++) {
        const struct given *given = &a->given[i];
        const struct arguments_option *row = &arguments_options[given->id];
        if (((a->verb->options | OPTIONS_COMMON) & OPTION_BIT(given->id)) == 0)
            return error_set(error, ERR_SYNTAX, "--%s: '%s' has no such option", row->name, a->verb->name);
        if (row->argument != NULL && !is_choice(row->argument, given->value))
            return error_set(error, ERR_SYNTAX, "--%s %s: one of %s expected", row->name, given->value,
                             row->argument);
        for (size_t k = 0; k < i && row->instead != 0; k++)
            if (a->given[k].id != given->id && arguments_options[a->given[k].id].instead == row->instead)
                return error_set(error, ERR_SYNTAX, "--%s and --%s exclude each other",
                                 arguments_options[a->given[k].id].name, row->name);
    }
    return OK;
}

static enum err check_words(const struct arguments *a, struct error *error)
{
    const struct verb *verb = a->verb;
    bool from_file = arguments_have(a, OPTION_FILE);
    if (a->words_count < verb->least && !from_file)
        return error_set(error, ERR_SYNTAX, "too few arguments: %s %s", verb->name, verb->arguments);
    if (a->words_count > verb->most && verb->most != VERB_MANY)
        return error_set(error, ERR_SYNTAX, "'%s': too many arguments: %s %s", a->words[verb->most],
                         verb->name, verb->arguments);
    return OK;
}

enum err arguments_read(int argc, char **argv, struct arguments *out, struct error *error)
{
    *out = (struct arguments){ .given = calloc((size_t)argc + 1, sizeof(*out->given)) };
    if (out->given == NULL)
        return error_set(error, ERR_MEMORY, "no memory is left");
    enum err err = read_options(argc, argv, out, error);
    if (err != OK)
        return err;
    size_t used = 0;
    out->words = argv + optind;
    out->words_count = (size_t)(argc - optind);
    out->verb = verbs_find(out->words, out->words_count, &used);
    bool informs = arguments_have(out, OPTION_HELP) || arguments_have(out, OPTION_VERSION);
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

bool arguments_have(const struct arguments *arguments, enum option_id id)
{
    return arguments_value(arguments, id) != NULL;
}
