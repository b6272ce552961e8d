/*
 * The end of reading a set or section: its entries are put in order, and lines are found that repeat others,
 * or that add more values than a key can have.
 *
 * A prefix that a trie has already is warned about, as by rbldnsd; the first line counts. A key can have
 * SET_MAX_VALUES values in a set or section. A line that would add one more is a bad line, unless it reaches
 * further than all of those, which some 250 more can do at most. So the values of the keys of one set are
 * bounded, no other set has to do with it, and no address, name or exclusion is lost: only values are.
 */
#ifndef LIST_OVERLAP_H
#define LIST_OVERLAP_H

#include "list/list_reader.h"

/* Sorts and checks the entries of r->data, whose pools of values stay as they are. ERR_MEMORY. One pass if
 * they are sorted; up to SET_MAX_VALUES comparisons an entry where so many overlap. */
enum err overlap_check(struct list_reader *r) must_use;

#endif
