/* Delistings in memory, without a view of any list: for tests that need the numbers of lists, or an empty
 * store. */
#ifndef SUPPORT_MEMORY_DELIST_H
#define SUPPORT_MEMORY_DELIST_H

#include "delist/delist.h"

/* No view; for the callbacks of other structs, too. */
const struct view *memory_delist_view(void *context);
void memory_delist_view_close(void *context);

/* Opens it; delist_close closes it. `rules` must outlive it. */
struct delist *memory_delist_open(const struct list_policy *rules, size_t count);

#endif
