/* What is kept of one person or address, wherever it stands. */
#include "delist/privacy.h"
#include "delist/rows.h"
#include "delist/store_inside.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum err privacy_each(struct reader *r, const char *subject,
                      bool (*take)(void *context, const char *table, const char *id, int64_t time,
                                   const char *field, const char *value),
                      void *context, struct error *error)
{
    (void)r, (void)subject, (void)take, (void)context, (void)error;
    return OK;
}

enum err privacy_erase(struct store *s, const char *subject, uint64_t *rows, struct error *error)
{
    (void)s, (void)subject, (void)error;
    *rows = 0;
    return OK;
}
