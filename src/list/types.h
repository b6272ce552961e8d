/* The types of sets, each in the file of its name. */
#ifndef LIST_TYPES_H
#define LIST_TYPES_H

#include "list/reader.h"

extern const struct set_type set_ip4set, set_ip4tset, set_ip4trie, set_ip6tset, set_ip6trie, set_dnset;

#endif
