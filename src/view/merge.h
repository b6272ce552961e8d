/* The merges of a snapshot_build: what all sources have, in key order, into one trie and one label tree. */
#ifndef VIEW_MERGE_H
#define VIEW_MERGE_H

#include "view/compile.h"

/* Merges the IPv4 or IPv6 addresses into the trie that `builder` has begun. Fills in the facts about
 * addresses of the changed sources and sets of `snapshot`. ERR_MEMORY. */
enum err merge_addresses(struct compile *c, bool ipv6, struct trie_builder *builder,
                         struct snapshot *snapshot) must_use;

/* Merges the names, in canonical order, into snapshot->names, and fills in has_names of the changed sources.
 * ERR_MEMORY. */
enum err merge_names(struct compile *c, struct snapshot *snapshot) must_use;

#endif
