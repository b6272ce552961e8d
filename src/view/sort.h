/*
 * Sorting entries by key: radix sort, stable, so that entries for the same key stay in the order of their
 * lines. What is sorted already, as most feeds are, costs one pass.
 */
#ifndef VIEW_SORT_H
#define VIEW_SORT_H

#include "base/error.h"
#include "base/vec.h"

/* Sorts a vec of struct entry4 by `first`. ERR_MEMORY; needs a second vec of the same size meanwhile. */
enum err sort_entries4(struct vec *entries) must_use;

/* Sorts a vec of struct entry6 by hi:lo. */
enum err sort_entries6(struct vec *entries) must_use;

/* Sorts a vec of struct entry_name by name, byte order of `names`, the pool. */
enum err sort_names(struct vec *entries, const struct vec *names) must_use;

#endif
