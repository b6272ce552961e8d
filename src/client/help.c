#include "client/help.h"

#include <string.h>

/* ---- --help ---- */

static void write_option(const struct arguments_option *option, FILE *to)
{
    char text[96];
    int n =
        option->letter != 0 ? snprintf(text, sizeof(text), "-%c, ", option->letter) : sprintf(text, "    ");
    snprintf(text + n, sizeof(text) - (size_t)n, "--%s %s", option->name,
             option->argument != NULL ? option->argument : "");
    fprintf(to, "  %-28s %s\n", text, option->help);
}

static void write_options(uint64_t bits, FILE *to)
{
    for (int i = 0; i < OPTIONS_COUNT; i++)
        if ((bits & OPTION_BIT(i)) != 0)
            write_option(&arguments_options[i], to);
}

void help_all(FILE *to)
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
    fputs("\nOptions of all verbs\n", to);
    write_options(OPTIONS_COMMON, to);
    fputs("\ndnsblctl VERB --help shows the options of a verb. See also dnsblctl(1).\n", to);
}

void help_verb(const struct verb *verb, FILE *to)
{
    fprintf(to, "Usage: dnsblctl %s [OPTION]... %s\n%c%s.\n", verb->name, verb->arguments,
            verb->help[0] >= 'a' ? verb->help[0] - 'a' + 'A' : verb->help[0], verb->help + 1);
    if (verb->options != 0)
        fputs("\nOptions\n", to);
    write_options(verb->options, to);
    fputs("\nOptions of all verbs\n", to);
    write_options(OPTIONS_COMMON, to);
}

/* ---- Completion ---- */

static void offer(const char *candidate, size_t length, const char *word, FILE *to)
{
    if (strlen(word) <= length && strncmp(candidate, word, strlen(word)) == 0)
        fprintf(to, "%.*s\n", (int)length, candidate);
}

/* Offers the values allowed of an option. */
static void offer_choices(const char *choices, const char *word, FILE *to)
{
    for (const char *p = choices; strchr(choices, '|') != NULL && p != NULL; p = strchr(p, '|')) {
        p += *p == '|';
        offer(p, strcspn(p, "|"), word, to);
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

static void offer_verbs(char *const *words, size_t count, FILE *to)
{
    const char *word = words[count - 1];
    for (const struct verb *verb = verbs; verb->name != NULL; verb++) {
        const char *space = strchr(verb->name, ' ');
        size_t first = space != NULL ? (size_t)(space - verb->name) : strlen(verb->name);
        if (count == 1 && (verb == verbs || strncmp(verb->name, verb[-1].name, first + 1) != 0))
            offer(verb->name, first, word, to);
        if (count == 2 && space != NULL && strlen(words[0]) == first &&
            strncmp(words[0], verb->name, first) == 0)
            offer(space + 1, strlen(space + 1), word, to);
    }
}

void help_complete(char *const *words, size_t count, FILE *to)
{
    if (count == 0)
        return;
    size_t used;
    const char *word = words[count - 1];
    const struct verb *verb = verbs_find(words, count - 1, &used);
    const struct arguments_option *before = count > 1 ? option_before(words[count - 2]) : NULL;
    if (before != NULL) {
        offer_choices(before->argument, word, to);
    } else if (*word == '-') {
        uint64_t bits = OPTIONS_COMMON | (verb != NULL ? verb->options : 0);
        for (int i = 0; i < OPTIONS_COUNT; i++) {
            char text[32];
            int n = snprintf(text, sizeof(text), "--%s", arguments_options[i].name);
            if ((bits & OPTION_BIT(i)) != 0)
                offer(text, (size_t)n, word, to);
        }
    } else if (verb == NULL) {
        offer_verbs(words, count, to);
    }
}
