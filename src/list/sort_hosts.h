/* Sorting addresses in place. */
#ifndef LIST_SORT_HOSTS_H
#define LIST_SORT_HOSTS_H

#include "base/vec.h"

/* Sorts a vec of uint32_t and leaves out equal ones but one. Needs no memory. Some 30 ns an address in random
 * order. */
void sort_hosts(struct vec *hosts);

#endif
