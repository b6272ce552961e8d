#include "support/must.h"

#include <stdio.h>
#include <stdlib.h>

void must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}
