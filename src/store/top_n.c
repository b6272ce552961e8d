#include "store/top_n.h"

#include <stdlib.h>

static void sift_down(struct newest *n, unsigned at)
{
    for (unsigned child; (child = 2 * at + 1) < n->count; at = child) {
        if (child + 1 < n->count && n->number[child + 1] < n->number[child])
            child++;
        if (n->number[at] <= n->number[child])
            return;
        int64_t other = n->number[at];
        n->number[at] = n->number[child];
        n->number[child] = other;
    }
}

static void offer(struct newest *n, int64_t number)
{
    if (n->count < NEWEST) {
        unsigned at = n->count++;
        for (; at > 0 && n->number[(at - 1) / 2] > number; at = (at - 1) / 2)
            n->number[at] = n->number[(at - 1) / 2];
        n->number[at] = number;
    } else if (number > n->number[0]) {
        n->number[0] = number;
        sift_down(n, 0);
    }
}

enum err newest_offer(struct newest *n, struct rows *q, struct error *error)
{
    while (rows_next(q))
        offer(n, rows_number(q));
    return rows_close(q, error);
}

static int descending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

void newest_sort(struct newest *n)
{
    qsort(n->number, n->count, sizeof(n->number[0]), descending);
}
