/* The access lists: client address -> rule, in tries of their own, apart from the listed data. */
#ifndef VIEW_MERGE_ACLS_H
#define VIEW_MERGE_ACLS_H

#include "view/compile.h"

/* Makes snapshot->acls from the changed sets of type acl and, for those that stay, from `old`. Their tries go
 * into the arena that `builder` holds; the caller fills in their `words` and `pairs` once that is finished.
 * ERR_MEMORY, ERR_LIMIT. */
enum err merge_acls(struct compile *c, struct trie_builder *builder, struct snapshot *snapshot,
                    const struct snapshot *old, struct set_data *const *changed) must_use;

#endif
