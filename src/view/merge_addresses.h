/* The address merge: the addresses of all sources, in key order, into one trie. */
#ifndef VIEW_MERGE_ADDRESSES_H
#define VIEW_MERGE_ADDRESSES_H

#include "view/compile.h"

/* Merges the IPv4 or IPv6 addresses into the trie that `builder` has begun. Fills in the facts about
 * addresses of the changed sources and sets of `snapshot`. ERR_MEMORY. */
enum err merge_addresses(struct compile *c, bool ipv6, struct trie_builder *builder,
                         struct snapshot *snapshot) must_use;

#endif
