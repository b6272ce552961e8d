/*
 * Acl sets: client address -> rule. Longest prefix, as in the tries; they stand beside the listed data and
 * never in it.
 */
#ifndef VIEW_ACL_TABLE_H
#define VIEW_ACL_TABLE_H

#include "view/compile.h"

/* Makes snapshot->acls from the changed acl sets and, for those that stay, from `old`; their tries go into
 * the arena that `builder` holds, and get `words` and `pairs` when that is finished. ERR_MEMORY, ERR_LIMIT.
 */
enum err acl_table_build(struct compile *c, struct trie_builder *builder, struct snapshot *snapshot,
                         const struct snapshot *old, struct set_data *const *changed) must_use;

/* The rule for a client, or NULL. Any thread; a trie look-up. */
static inline const struct acl_rule *acl_table_rule(const struct snapshot_acl *acl, bool ipv6,
                                                    struct trie_key client)
{
    uint32_t rule = trie_lookup(&acl->trie[ipv6], client);
    return rule != 0 ? (const struct acl_rule *)acl->rules.data + rule : NULL;
}

#endif
