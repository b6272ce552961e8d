/*
 * Sorting entries by key. Stable: entries for the same key stay in the order of their lines. What is sorted
 * already, as most feeds are, costs one pass; a few sorted runs are merged; all else takes a radix sort.
 */
#ifndef LIST_SORT_H
#define LIST_SORT_H

#include "base/error.h"
#include "base/vec.h"

/* Sorts a vec of struct entry4 by `first`. ERR_MEMORY: it may need a second vec of the same size. */
enum err sort_entries4(struct vec *entries) must_use;

/* Likewise a vec of struct entry6, by hi:lo. */
enum err sort_entries6(struct vec *entries) must_use;

/* Likewise a vec of struct entry_name, by the bytes of the names in their pool `names`. */
enum err sort_names(struct vec *entries, const struct vec *names) must_use;

#endif
