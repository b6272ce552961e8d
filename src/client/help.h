/* What the table of verbs says, for people and for the shell. */
#ifndef CLIENT_HELP_H
#define CLIENT_HELP_H

#include "client/verbs.h"

#include <stdio.h>

/* All verbs, and the options of every verb. */
void help_all(FILE *to);

/* One verb, with its options. */
void help_verb(const struct verb *verb, FILE *to);

/* Writes what the last of the words may be completed to, one a line: verbs, options, what options take. */
void help_complete(char *const *words, size_t count, FILE *to);

#endif
