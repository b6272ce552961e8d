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
    struct session *session; /* NULL for a verb that asks no server */
    struct render_output output;
};

#define VERB_MANY UINT8_MAX /* words, as many as one likes */

enum verb_word { WORD_TEXT, WORD_RANGE, WORD_ADDRESS };

struct verb {
    const char *name;      /* one word, or two */
    const char *arguments; /* as --help shows them, or "" */
    uint8_t least, most;   /* words */
    enum verb_word word;   /* what they are */
    bool one_list;         /* --list takes one name, as the field `list` */
    uint64_t options;      /* bits, besides OPTIONS_COMMON */
    const char *method;    /* NULL: as `run` has it */
    const char *path;      /* {} stands for a word; NULL: as `run` has it */
    const char *field;     /* of the body, for the words left: an array of them if `most` is VERB_MANY */
    bool text;             /* the answer is no JSON */
    bool local;            /* asks no server */
    unsigned patience;     /* seconds that the answer may take, when that is more than --timeout */
    enum outcome (*run)(struct command *command);
    const char *array;                   /* of the answer; NULL: the answer itself is shown, field by field */
    const struct render_column *columns; /* of its elements */
    const char *help;                    /* a phrase */
    const char *heading;                 /* of --help, above this verb; NULL: none */
};

/* Ends with a verb without a name. */
extern const struct verb verbs[];

/* Finds the verb that the words begin with; *used: how many of them name it. NULL: none. */
const struct verb *verbs_find(char *const *words, size_t count, size_t *used);

#endif
