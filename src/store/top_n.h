/*
 * The highest of many numbers, in bounded memory: for pages that go back from what is newest.
 *
 * Indexes give the numbers of what may be wanted in the order of something else. So the TOP_N highest below
 * a bound are collected from all of them, looked at from the highest one down, and then, with the lowest as
 * the bound, the next.
 */
#ifndef STORE_TOP_N_H
#define STORE_TOP_N_H

#include "store/sql_stmt.h"

#define TOP_N 512

/* Empty when `count` is 0. */
struct top_n {
    int64_t number[TOP_N]; /* a heap, the lowest first */
    unsigned count;
};

/* Offers the first field of all rows that are left, and closes them. */
enum err top_n_offer(struct top_n *n, struct sql_stmt *q, struct error *error) must_use;

/* Sorts them, highest first, once all were offered. */
void top_n_sort(struct top_n *n);

#endif
