/*
 * The highest of many numbers, in bounded memory: for pages that go back from what is newest.
 *
 * Indexes give the numbers of what may be wanted in the order of something else. So the NEWEST highest below
 * a bound are collected from all of them, looked at from the highest one down, and then, with the lowest as
 * the bound, the next.
 */
#ifndef STORE_TOP_N_H
#define STORE_TOP_N_H

#include "store/sql_stmt.h"

#define NEWEST 512

/* Empty when `count` is 0. */
struct newest {
    int64_t number[NEWEST]; /* a heap, the lowest first */
    unsigned count;
};

/* Offers the first field of all rows that are left, and closes them. */
enum err newest_offer(struct newest *n, struct rows *q, struct error *error) must_use;

/* Sorts them, highest first, once all were offered. */
void newest_sort(struct newest *n);

#endif
