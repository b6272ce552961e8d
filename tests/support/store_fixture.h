/* Stores under test, and the items that tests put into them. */
#ifndef SUPPORT_STORE_FIXTURE_H
#define SUPPORT_STORE_FIXTURE_H

#include "store/items.h"
#include "store/store_state.h"

/* Opens a store in a directory, NULL: in memory; the test fails unless it opens. */
struct store *store_fixture_open(const char *directory);

/* For cmocka: *state is a store in memory. */
int store_fixture_setup(void **state);
int store_fixture_teardown(void **state);

/* Transactions; the test fails unless they succeed. */
void store_fixture_begin(struct store *s);
void store_fixture_commit(struct store *s);

struct list_mask store_fixture_mask(unsigned a, unsigned b);

#define STORE_FIXTURE_NOW 1700000000

/* A delisting of `range` on `list`, made at STORE_FIXTURE_NOW for an hour. */
struct item store_fixture_item(const char *range, unsigned list);

/* Stores an item in a transaction of its own. */
void store_fixture_add(struct store *s, struct item *item);

/* For items_each: adds 1 to the unsigned that is the context. */
bool store_fixture_count_one(void *context, const struct item *item);

/* The number of items, as a new reader sees it. */
unsigned store_fixture_count(struct store *s);

/* The number that an SQL query gives. */
int64_t store_fixture_number(struct store *s, const char *sql);

#endif
