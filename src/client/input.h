/* What the user types, words and the values of options, in the form of the API. */
#ifndef CLIENT_INPUT_H
#define CLIENT_INPUT_H

#include "base/error.h"
#include "overlay/range.h"

#include <jansson.h>

enum input_kind {
    INPUT_PLAIN,    /* a word: any text but an empty one. An option: for the client itself, not parsed */
    INPUT_TEXT,     /* text */
    INPUT_LISTS,    /* names separated by commas */
    INPUT_DURATION, /* 90s, 15m, 12h, 7d: sent as seconds */
    INPUT_TIME,     /* a date, or a date and time, in UTC */
    INPUT_COUNT,    /* a number */
    INPUT_RANGE,    /* a range: sent in its canonical form */
    INPUT_ADDRESS,  /* likewise, only one address or domain */
    INPUT_TRUE,     /* no argument: a constant */
    INPUT_FALSE,
    INPUT_NULL,
};

/* Parses a value into a new *out. ERR_SYNTAX: `error` is about the text alone. */
enum err input_parse(enum input_kind kind, const char *text, json_t **out, struct error *error) must_use;

/* Parses an INPUT_RANGE or INPUT_ADDRESS. Errors as of input_parse. */
enum err input_parse_range(enum input_kind kind, const char *text, struct range *out,
                           struct error *error) must_use;

#endif
