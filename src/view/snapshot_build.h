/*
 * Building a snapshot: one streaming merge of an old snapshot without the sets that changed, and of the new
 * entries of those. In key order, each set with its own overlap rules applied, all goes into the trie
 * builder. The initial load is the same merge over nothing.
 *
 * From top to bottom: snapshot_build -> merge_addresses, merge_names -> compile (what sets contribute to a
 * key) and sweepline (overlaps of one set) -> verdict (interning), sort.
 */
#ifndef VIEW_SNAPSHOT_BUILD_H
#define VIEW_SNAPSHOT_BUILD_H

#include "base/error.h"
#include "view/snapshot.h"

/* Frees a snapshot whose sets' data is still there. Whoever gave texts has them again, and can be built
 * again. */
void snapshot_unbuild(struct snapshot *snapshot);

/* Builds a new snapshot of `sets_count` sets. `changed[i]`: the set's new data, or NULL to take over what
 * `old` has of it (`old` may be NULL: nothing; it has as many sets). `old` must stay readable meanwhile;
 * nothing of it is shared. All scratch memory is unmapped on return. On failure *out is untouched. Some 25 ns
 * an entry.
 *
 * The texts of the data are copied. But the largest pool of those with `give_texts` becomes the snapshot's,
 * which is less memory at the peak: that data cannot be built again before snapshot_unbuild. */
enum err snapshot_build(const struct snapshot *old, struct set_data *const *changed, size_t sets_count,
                        struct snapshot **out, struct error *error) must_use;

#endif
