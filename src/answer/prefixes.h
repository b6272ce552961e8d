/*
 * A set of address prefixes that the operator names: clients that a rule applies to, or exempts.
 *
 * Filled in, finished, and then immutable: any thread may read it. Zero-initialised is valid and empty.
 */
#ifndef ANSWER_PREFIXES_H
#define ANSWER_PREFIXES_H

#include "answer/client_address.h"
#include "base/error.h"
#include "base/vec.h"

struct prefixes {
    struct vec ranges[2]; /* struct prefix_range of IPv4 and of IPv6, ascending, without overlap */
};

struct prefix_range {
    struct trie_key first, last;
};

/* Adds ADDRESS or ADDRESS/LENGTH; the bits after the prefix are ignored. ERR_SYNTAX, ERR_MEMORY. */
enum err prefixes_add(struct prefixes *set, const char *text, struct error *error) must_use;

/* Sorts what was added; due before prefixes_contain. */
void prefixes_finish(struct prefixes *set);

/* Whether the client is in the set. A binary search; hot. */
bool prefixes_contain(const struct prefixes *set, const struct client_address *client);

void prefixes_free(struct prefixes *set);

#endif
