/*
 * The TOP_N highest of many numbers, in bounded memory: for pages that go back from the newest row.
 *
 * Indexes give the numbers of candidates in another order. So collect the TOP_N highest below a bound, visit
 * them from the highest down, and repeat with the lowest as the new bound.
 */
#ifndef STORE_TOP_N_H
#define STORE_TOP_N_H

#include "store/sql_stmt.h"

#define TOP_N 512

/* Empty when `count` is 0. */
struct top_n {
    int64_t number[2 * TOP_N]; /* when it is full, the lower half goes */
    unsigned count;
};

/* Offers the first field of all rows that are left, and closes the statement. */
enum err top_n_offer(struct top_n *n, struct sql_stmt *q, struct error *error) must_use;

/* Leaves the TOP_N highest, highest first; after all were offered. */
void top_n_sort(struct top_n *n);

#endif
