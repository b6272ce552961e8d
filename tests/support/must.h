/* Conditions without which a test makes no sense. Used where cmocka is not: in models and under fuzzers. */
#ifndef SUPPORT_MUST_H
#define SUPPORT_MUST_H

#include <stdbool.h>

/* Prints `what` and aborts unless the condition holds. */
void must(bool holds, const char *what);

#endif
