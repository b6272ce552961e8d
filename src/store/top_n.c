#include "store/top_n.h"

#include <stdlib.h>

static int descending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

void top_n_sort(struct top_n *n)
{
    qsort(n->number, n->count, sizeof(n->number[0]), descending);
    if (n->count > TOP_N)
        n->count = TOP_N;
}

enum err top_n_offer(struct top_n *n, struct sql_stmt *q, struct error *error)
{
    while (sql_stmt_next(q)) {
        if (n->count == ARRAY_SIZE(n->number))
            top_n_sort(n);
        n->number[n->count++] = sql_stmt_int(q);
    }
    return sql_stmt_close(q, error);
}
