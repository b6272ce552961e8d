#include "store/top_n.h"

#include <stdlib.h>

static void sift_down(struct top_n *n, unsigned at)
{
    for (unsigned child; (child = 2 * at + 1) < n->count; at = child) {
        if (child + 1 < n->count && n->number[child + 1] < n->number[child])
            child++;
        if (n->number[at] <= n->number[child])
            return;
        int64_t swapped = n->number[at];
        n->number[at] = n->number[child];
        n->number[child] = swapped;
    }
}

static void offer(struct top_n *n, int64_t number)
{
    if (n->count < TOP_N) {
        unsigned at = n->count++;
        for (; at > 0 && n->number[(at - 1) / 2] > number; at = (at - 1) / 2)
            n->number[at] = n->number[(at - 1) / 2];
        n->number[at] = number;
    } else if (number > n->number[0]) {
        n->number[0] = number;
        sift_down(n, 0);
    }
}

enum err top_n_offer(struct top_n *n, struct sql_stmt *q, struct error *error)
{
    while (sql_stmt_next(q))
        offer(n, sql_stmt_int(q));
    return sql_stmt_close(q, error);
}

static int descending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

void top_n_sort(struct top_n *n)
{
    qsort(n->number, n->count, sizeof(n->number[0]), descending);
}
