/* The table of verbs. */
#ifndef CLIENT_VERBS_H
#define CLIENT_VERBS_H

#include "client/arguments.h"
#include "client/client.h"
#include "client/render.h"

struct session;

/* A run of a verb. */
struct command {
    const struct arguments *arguments;
    struct session *session; /* NULL for a local verb */
    struct render_output output;
};

#define VERB_MANY UINT8_MAX /* any number of words */

struct verb {
    const char *name;             /* one word, or two */
    const char *arguments;        /* as --help shows them, or "" */
    uint8_t min_words, max_words; /* arguments, less the options */
    enum input_kind word;         /* what the first is */
    bool one_list;                /* --list takes one name, and is sent as `list` */
    uint64_t options;             /* OPTION_BIT of each, besides OPTIONS_COMMON */
    const char *method;           /* NULL: `run` decides */
    const char *path;             /* {} stands for a word; NULL: `run` decides */
    const char *field;    /* of the body: the words that are not in the path; an array with VERB_MANY */
    bool text;            /* the answer is not JSON */
    bool local;           /* sends no request */
    bool control;         /* the control socket has it, too */
    unsigned min_timeout; /* seconds that the answer may take, even if --timeout is less */
    enum outcome (*run)(struct command *command);
    const char *array;   /* in the answer, shown as a table; NULL: the answer is one object */
    const char *columns; /* of the table, as of render_pages_open */
    const char *good;    /* a member of the array's elements, whose `false` is a failure; NULL: none */
    const char *help;    /* a phrase that begins with a verb */
    const char *heading; /* in --help, above this verb; NULL: none */
};

/* Ends in a verb whose name is NULL. */
extern const struct verb verbs[];

/* Finds the verb that the words begin with, or NULL; *used: how many of them are its name. */
const struct verb *verbs_find(char *const *words, size_t count, size_t *used);

#endif
