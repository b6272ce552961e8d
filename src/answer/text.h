/*
 * Expanding a TXT record's text when it is asked for: `$` and the variables, as rbldnsd has them.
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

/* Fills in the key for an address or for the last `labels` labels of a name in wire form of `length` octets,
 * where the root label may be missing. */
void text_key_ip4(struct text_key *key, uint32_t address);
void text_key_ip6(struct text_key *key, uint64_t hi, uint64_t lo);
void text_key_name(struct text_key *key, const uint8_t *name, size_t length);

/* Writes the text of a listing of `source` (NULL: without variables and template) into `out` (TEXT_MAX
 * octets) and returns its length. `text` is as a list file has it, behind a length byte; NULL = none. If the
 * source has a base template ($=) it is that which is expanded, unless the text begins with '='. */
size_t text_expand(uint8_t *out, const struct snapshot *snapshot, const struct snapshot_source *source,
                   const uint8_t *text, const struct text_key *key);

#endif
