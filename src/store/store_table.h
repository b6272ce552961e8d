/* What the tables (items, events, requests, idempotency, privacy) need of the store. */
#ifndef STORE_STORE_TABLE_H
#define STORE_STORE_TABLE_H

#include "store/sql_stmt.h"
#include "store/store.h"

/* Opens a statement that reads in a reader's snapshot; one that belongs to the open transaction. */
struct sql_stmt store_read_stmt(struct store_reader *r, const char *sql);
struct sql_stmt store_write_stmt(struct store *s, const char *sql);

/* The rows of the table `counts`: active items by kind, and from STORE_COUNT_LIST on active delistings by
 * list. The open transaction adds to them when it commits. */
#define STORE_COUNT_LIST 16
#define STORE_COUNTS     (STORE_COUNT_LIST + LISTS_MAX)

/* What it adds: to be edited. */
int64_t *store_write_counts(struct store *s);

/* What it adds to what a reader sees: 0 unless that is the writer's reader. */
int64_t store_read_count(const struct store_reader *r, unsigned what);

/* Personal data was erased in this transaction (`erased`). It leaves the WAL too, after the commit, once
 * nothing more is to be erased (`more`). */
void store_write_erased(struct store *s, bool erased, bool more);

#endif
