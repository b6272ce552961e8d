/* --help and completion, from the tables of verbs and options. */
#ifndef CLIENT_HELP_H
#define CLIENT_HELP_H

#include "client/verbs.h"

#include <stdio.h>

/* Writes all verbs, and the options of all verbs. */
void help_all(FILE *to);

/* Writes one verb and its options. */
void help_verb(const struct verb *verb, FILE *to);

/* Writes the completions of the last word, one to a line: verbs, options, values of options. */
void help_complete(char *const *words, size_t count, FILE *to);

#endif
