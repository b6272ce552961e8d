/*
 * Expanding a TXT record's text for an answer: `$` and the variables, as rbldnsd has them.
 */
#ifndef ANSWER_TEXT_H
#define ANSWER_TEXT_H

#include "view/snapshot.h"

#include <stddef.h>

#define TEXT_MAX 254 /* octets that one text may have once expanded; the rest is cut off */

/* What `$` stands for. */
struct text_key {
    uint8_t length;
    char text[255];
};

/* Sets the key to an address. IPv6 is written as RFC 5952 has it, but without dotted quads. */
void text_key_address(struct text_key *key, bool ipv6, struct trie_key address);

/* Sets the key to a name, `length` octets in wire form, with or without the root label. */
void text_key_name(struct text_key *key, const uint8_t *name, size_t length);

/* Writes the text of a listing of `source` (NULL: no variables, no template) into `out` (TEXT_MAX octets) and
 * returns its length. `text` is as the list file has it, after a length byte; NULL: none. If the source has a
 * base template ($=), the template is expanded instead, unless the text begins with '='. */
size_t text_expand(uint8_t *out, const struct snapshot *snapshot, const struct snapshot_source *source,
                   const uint8_t *text, const struct text_key *key);

#endif
