#include "client/client.h"

#include "client/help.h"
#include "client/safe_text.h"
#include "client/session.h"

#include <string.h>

#include <unistd.h>

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
        help_verb(arguments->verb, stdout);
    else
        help_all(stdout);
    return OUTCOME_DONE;
}

int client_run(int argc, char **argv)
{
    struct arguments arguments;
    struct error error;
    enum outcome outcome;
    safe_text_init();
    if (argc < 2) {
        help_all(stderr);
        return OUTCOME_USAGE;
    }
    if (strcmp(argv[1], "--complete") == 0) {
        help_complete(argv + 2, (size_t)argc - 2, stdout);
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
