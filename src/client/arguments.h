/* The command line: words, and the options of one table. */
#ifndef CLIENT_ARGUMENTS_H
#define CLIENT_ARGUMENTS_H

#include "client/input.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPTION(id, ...) OPTION_##id,
enum option_id {
#include "client/options.h"
    OPTIONS_COUNT
};
#undef OPTION

_Static_assert(OPTIONS_COUNT <= 64, "an option is a bit of a verb's options");
#define OPTION_BIT(id) ((uint64_t)1 << (id))
#define OPTIONS_COMMON (OPTION_BIT(OPTION_VERSION + 1) - 1)

struct arguments_option {
    const char *name;
    char letter;          /* 0: none */
    const char *argument; /* as --help shows it; NULL: none. With | in it: the values allowed */
    const char *help;
    const char *field; /* in the body or query of the request; NULL: none */
    enum input_kind kind;
    int group; /* not 0: excludes other options of the same group */
};

extern const struct arguments_option arguments_options[OPTIONS_COUNT];

struct verb;

struct given_option {
    enum option_id id;
    const char *text; /* NULL when it takes no argument */
    json_t *value;    /* NULL: the option is for the client itself */
};

/* All texts belong to argv. */
struct arguments {
    const struct verb *verb; /* NULL: none, with --help or --version only */
    char **words;            /* after the verb */
    size_t words_count;
    struct given_option *given; /* in order */
    size_t given_count;
};

/* Parses the command line; options may be anywhere, and `--` ends them. Reorders argv. out->verb is set as
 * far as it is known, on failure too. Free with arguments_free in any case. */
enum err arguments_parse(int argc, char **argv, struct arguments *out, struct error *error) must_use;
void arguments_free(struct arguments *arguments);

/* The last value of an option ("" without an argument), or NULL when it was not given. */
const char *arguments_value(const struct arguments *arguments, enum option_id id);
bool arguments_has(const struct arguments *arguments, enum option_id id);

/* The last value of an option that is a duration; `none` when it was not given. */
unsigned arguments_seconds(const struct arguments *arguments, enum option_id id, unsigned none);

#endif
