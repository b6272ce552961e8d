#include "client/client.h"

#include "client/safe_text.h"
#include "client/session.h"

#include <string.h>

#include <unistd.h>

/* ---- --help ---- */

static void write_options(const char *heading, uint64_t bits, FILE *to)
{
    if (bits != 0)
        fprintf(to, "\n%s\n", heading);
    for (int i = 0; i < OPTIONS_COUNT; i++) {
        const struct arguments_option *option = &arguments_options[i];
        char letter[] = "-x, ", text[96];
        letter[1] = option->letter;
        snprintf(text, sizeof(text), "%s--%s %s", option->letter != 0 ? letter : "    ", option->name,
                 option->argument != NULL ? option->argument : "");
        if ((bits & OPTION_BIT(i)) != 0)
            fprintf(to, "  %-28s %s\n", text, option->help);
    }
}

/* Writes all verbs, and the options of all verbs. */
static void write_help(FILE *to)
{
    fputs("Usage: dnsblctl VERB [OPTION]... [ARGUMENT]...\n"
          "Looks up, delists and lists addresses and domains by the API of a dnsbld server.\n",
          to);
    for (const struct verb *verb = verbs; verb->name != NULL; verb++) {
        char text[64];
        if (verb->heading != NULL)
            fprintf(to, "\n%s\n", verb->heading);
        snprintf(text, sizeof(text), "%s %s", verb->name, verb->arguments);
        fprintf(to, "  %-28s %s\n", text, verb->help);
    }
    write_options("Options of all verbs", OPTIONS_COMMON, to);
    fputs("\ndnsblctl VERB --help shows the options of a verb. See also dnsblctl(1).\n", to);
}

static void write_help_of(const struct verb *verb)
{
    printf("Usage: dnsblctl %s [OPTION]... %s\n%c%s.\n", verb->name, verb->arguments,
           verb->help[0] >= 'a' ? verb->help[0] - 'a' + 'A' : verb->help[0], verb->help + 1);
    write_options("Options", verb->options, stdout);
    write_options("Options of all verbs", OPTIONS_COMMON, stdout);
}

/* ---- Completion ---- */

static void offer(const char *candidate, size_t length, const char *word)
{
    if (strlen(word) <= length && strncmp(candidate, word, strlen(word)) == 0)
        printf("%.*s\n", (int)length, candidate);
}

/* Offers the values allowed of an option. */
static void offer_choices(const char *choices, const char *word)
{
    for (const char *p = choices; strchr(choices, '|') != NULL && p != NULL; p = strchr(p, '|')) {
        p += *p == '|';
        offer(p, strcspn(p, "|"), word);
    }
}

/* Finds the option with an argument whose long name the word is, or NULL. */
static const struct arguments_option *option_before(const char *word)
{
    for (int i = 0; i < OPTIONS_COUNT && strncmp(word, "--", 2) == 0; i++)
        if (strcmp(word + 2, arguments_options[i].name) == 0 && arguments_options[i].argument != NULL)
            return &arguments_options[i];
    return NULL;
}

static void offer_verbs(char *const *words, size_t count)
{
    const char *word = words[count - 1];
    for (const struct verb *verb = verbs; verb->name != NULL; verb++) {
        const char *space = strchr(verb->name, ' ');
        size_t first = space != NULL ? (size_t)(space - verb->name) : strlen(verb->name);
        if (count == 1 && (verb == verbs || strncmp(verb->name, verb[-1].name, first + 1) != 0))
            offer(verb->name, first, word);
        if (count == 2 && space != NULL && strlen(words[0]) == first &&
            strncmp(words[0], verb->name, first) == 0)
            offer(space + 1, strlen(space + 1), word);
    }
}

/* Writes the completions of the last word, one to a line: verbs, options, values of options. */
static void complete(char *const *words, size_t count)
{
    if (count == 0)
        return;
    size_t used;
    const char *word = words[count - 1];
    const struct verb *verb = verbs_find(words, count - 1, &used);
    const struct arguments_option *before = count > 1 ? option_before(words[count - 2]) : NULL;
    if (before != NULL) {
        offer_choices(before->argument, word);
    } else if (*word == '-') {
        uint64_t bits = OPTIONS_COMMON | (verb != NULL ? verb->options : 0);
        for (int i = 0; i < OPTIONS_COUNT; i++) {
            char text[32];
            int n = snprintf(text, sizeof(text), "--%s", arguments_options[i].name);
            if ((bits & OPTION_BIT(i)) != 0)
                offer(text, (size_t)n, word);
        }
    } else if (verb == NULL) {
        offer_verbs(words, count);
    }
}

/* ---- Runs ---- */

/* Chooses the format of the output, and runs the verb. */
static enum outcome run_verb(const struct arguments *arguments)
{
    struct command command = { .arguments = arguments };
    struct render_output *out = &command.output;
    struct error error;
    out->to = stdout;
    out->terminal = isatty(STDOUT_FILENO);
    out->json =
        arguments_has(arguments, OPTION_JSON) || (!out->terminal && !arguments_has(arguments, OPTION_TABLE));
    if (!arguments->verb->local && session_open(arguments, &command.session, &error) != OK) {
        client_message("%s", error.text);
        return OUTCOME_USAGE;
    }
    enum outcome outcome = arguments->verb->run(&command);
    session_close(command.session);
    return outcome;
}

static enum outcome show_help_or_version(const struct arguments *arguments)
{
    if (arguments_has(arguments, OPTION_VERSION))
        puts("dnsblctl " DNSBLD_VERSION);
    else if (arguments->verb != NULL)
        write_help_of(arguments->verb);
    else
        write_help(stdout);
    return OUTCOME_DONE;
}

int client_run(int argc, char **argv)
{
    struct arguments arguments;
    struct error error;
    enum outcome outcome;
    safe_text_init();
    if (argc < 2) {
        write_help(stderr);
        return OUTCOME_USAGE;
    }
    if (strcmp(argv[1], "--complete") == 0) {
        complete(argv + 2, (size_t)argc - 2);
        return OUTCOME_DONE;
    }
    if (arguments_parse(argc, argv, &arguments, &error) != OK) {
        const struct verb *verb = arguments.verb;
        client_message("%s; see dnsblctl %s%s--help", error.text, verb != NULL ? verb->name : "",
                       verb != NULL ? " " : "");
        outcome = OUTCOME_USAGE;
    } else if (arguments_has(&arguments, OPTION_HELP) || arguments_has(&arguments, OPTION_VERSION)) {
        outcome = show_help_or_version(&arguments);
    } else {
        outcome = run_verb(&arguments);
    }
    arguments_free(&arguments);
    bool failed = ferror(stdout);
    if ((fflush(stdout) != 0 || failed) && outcome == OUTCOME_DONE) {
        client_message("cannot write the answer to standard output");
        outcome = OUTCOME_USAGE;
    }
    return outcome;
}
