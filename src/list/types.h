/* The set types, each in the file of its name. */
#ifndef LIST_TYPES_H
#define LIST_TYPES_H

#include "list/list_reader.h"

extern const struct set_type set_ip4set, set_ip4tset, set_ip4trie, set_ip6tset, set_ip6trie, set_dnset,
    set_generic, set_combined, set_acl, set_protected;

/* Finds the type of that name, or NULL. */
const struct set_type *set_type_find(const char *name);

/* Reads what follows the keyword $DATASET, and starts a section: the lines after it belong to that. */
enum err combined_read_dataset(struct list_reader *r, char *rest) must_use;

/* Ends the section, if there is one: the lines after it belong to the set itself again. */
enum err combined_leave_section(struct list_reader *r) must_use;

#endif
