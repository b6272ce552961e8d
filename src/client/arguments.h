/* The command line: options, from one table, and words. */
#ifndef CLIENT_ARGUMENTS_H
#define CLIENT_ARGUMENTS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_id {
    /* of every verb */
    OPTION_URL,
    OPTION_TOKEN_FILE,
    OPTION_CACERT,
    OPTION_TIMEOUT,
    OPTION_WAIT,
    OPTION_JSON,
    OPTION_TABLE,
    OPTION_HELP,
    OPTION_VERSION,
    /* of some */
    OPTION_LIST,
    OPTION_LISTS,
    OPTION_FOR,
    OPTION_UNTIL,
    OPTION_FOREVER,
    OPTION_REASON,
    OPTION_REQUESTER,
    OPTION_STICKY,
    OPTION_NO_STICKY,
    OPTION_CODE,
    OPTION_TEXT,
    OPTION_SUBDOMAINS,
    OPTION_DRY_RUN,
    OPTION_FORCE,
    OPTION_FILE,
    OPTION_NO_ATOMIC,
    OPTION_YES,
    OPTION_IF_MATCH,
    OPTION_IDEMPOTENCY_KEY,
    OPTION_KIND,
    OPTION_STATE,
    OPTION_COVERS,
    OPTION_WITHIN,
    OPTION_CREATED_BY,
    OPTION_BATCH,
    OPTION_EXPIRES_BEFORE,
    OPTION_STATUS,
    OPTION_ORDER,
    OPTION_LIMIT,
    OPTION_ALL,
    OPTION_NAME,
    OPTION_EMAIL,
    OPTION_COMPANY,
    OPTION_DETAILS,
    OPTION_CATEGORY,
    OPTION_FIXED,
    OPTION_LANG,
    OPTION_REPLY,
    OPTION_SINCE,
    OPTION_FOLLOW,
    OPTION_ACCEPT,
    OPTION_EXIT_CODE,
    OPTION_OUTPUT,
    OPTIONS_COUNT
};

_Static_assert(OPTIONS_COUNT <= 64, "an option is a bit of a verb's options");
#define OPTION_BIT(id) ((uint64_t)1 << (id))
#define OPTIONS_COMMON (OPTION_BIT(OPTION_VERSION + 1) - 1)

/* What an option's argument is, and what becomes of it in a request. */
enum option_kind {
    OPTION_OWN,      /* for the client alone */
    OPTION_IS_TEXT,  /* text */
    OPTION_IS_LISTS, /* names with commas between them */
    OPTION_IS_SPAN,  /* 90s 15m 12h 7d: seconds */
    OPTION_IS_TIME,  /* a date, or a date and time, in UTC */
    OPTION_IS_COUNT, /* a number */
    OPTION_IS_RANGE, /* a range, in its canonical form */
    OPTION_IS_TRUE,
    OPTION_IS_FALSE, /* no argument */
    OPTION_IS_NULL,
};

struct arguments_option {
    const char *name;
    char letter;          /* 0: none */
    const char *argument; /* what --help calls it; NULL: none. Words with | between them are all there are. */
    const char *help;
    const char *field; /* of the request's body or query; NULL: none */
    enum option_kind kind;
    int instead; /* options with the same number here, not 0, exclude each other */
};

extern const struct arguments_option arguments_options[OPTIONS_COUNT];

struct verb;

struct given {
    enum option_id id;
    const char *value; /* NULL when it takes no argument */
};

/* All texts are argv's. */
struct arguments {
    const struct verb *verb; /* NULL: none, with --help or --version only */
    char **words;            /* behind the verb */
    size_t words_count;
    struct given *given; /* in order */
    size_t given_count;
};

/* Reads the command line; options may stand anywhere, and `--` ends them. Says which verb was meant, so far
 * as that is clear, on failure too. Reorders argv. Free with arguments_free in any case. */
enum err arguments_read(int argc, char **argv, struct arguments *out, struct error *error) must_use;
void arguments_free(struct arguments *arguments);

/* The last value of an option ("" if it takes none), or NULL when it was not given. */
const char *arguments_value(const struct arguments *arguments, enum option_id id);
bool arguments_have(const struct arguments *arguments, enum option_id id);

#endif
