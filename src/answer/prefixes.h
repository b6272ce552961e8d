/*
 * A set of address prefixes that the operator names: clients that a rule is for, or is not for.
 *
 * Filled in, ended, and then immutable: any thread may ask. Zero-initialised is valid and empty.
 */
#ifndef ANSWER_PREFIXES_H
#define ANSWER_PREFIXES_H

#include "answer/acl_client.h"
#include "base/vec.h"

struct prefixes {
    struct vec ranges[2]; /* struct prefix_range of IPv4 and of IPv6, ascending and apart from each other */
};

struct prefix_range {
    struct trie_key first, last;
};

/* Adds ADDRESS or ADDRESS/LENGTH; bits behind the prefix do not matter. ERR_SYNTAX names `text`. */
enum err prefixes_add(struct prefixes *set, const char *text, struct error *error) must_use;

/* Sorts what was added; before the first question. */
void prefixes_end(struct prefixes *set);

/* Whether the client is in the set: a binary search. */
bool prefixes_have(const struct prefixes *set, const struct client *client);

void prefixes_free(struct prefixes *set);

#endif
