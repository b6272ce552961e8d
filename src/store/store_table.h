/* What the tables (items, events, requests, idempotency, privacy) need of the store. */
#ifndef STORE_STORE_TABLE_H
#define STORE_STORE_TABLE_H

#include "store/sql_stmt.h"
#include "store/store.h"

/* Opens a statement that reads in a reader's snapshot; one that belongs to the open transaction. */
struct sql_stmt store_read_stmt(struct store_reader *r, const char *sql);
struct sql_stmt store_write_stmt(struct store *s, const char *sql);

/* Active items by kind, and active delistings by list. */
struct store_counts {
    int64_t by_kind[3], by_list[LISTS_MAX];
};
#define STORE_COUNT_LIST 16 /* the table `counts` has kinds at 0.., lists from here on */

/* What the open transaction adds to the table `counts` when it commits: to be edited. */
struct store_counts *store_write_counts(struct store *s);

/* What a reader sees beyond that table: all 0 unless it is the writer's reader. */
const struct store_counts *store_read_counts(const struct store_reader *r);

/* Personal data was erased in this transaction (`erased`). It leaves the WAL too, after the commit, once
 * nothing more is to be erased (`more`). */
void store_write_erased(struct store *s, bool erased, bool more);

#endif
