/*
 * Expanding a TXT record's text for an answer: `$` and the variables, as rbldnsd has them.
 */
#ifndef ANSWER_TEXT_H
#define ANSWER_TEXT_H

#include "dns/name.h"
#include "list/stored_text.h"
#include "view/snapshot.h"

#include <stddef.h>

#define TEXT_MAX         SET_MAX_TEXT /* octets that one text may have once expanded */
#define TEXT_STRINGS_MAX (TEXT_MAX + TEXT_MAX / WIRE_STRING_MAX) /* of such a text as character-strings */

/* What `$` stands for. */
struct text_key {
    uint16_t length;
    char text[NAME_MAX_TEXT];
};

/* Sets the key to an address. IPv6 is written as RFC 5952 has it, but without dotted quads. */
void text_key_address(struct text_key *key, bool ipv6, struct trie_key address);

/* Sets the key to a name, `length` octets in wire form, with or without the root label. */
void text_key_name(struct text_key *key, const uint8_t *name, size_t length);

/* Writes the text of a listing of `source` (NULL: no variables, no template) into `out` and returns its
 * length; what exceeds TEXT_MAX is counted but not written. `own` is as the list has it. If the source has a
 * base template ($=), the template is expanded instead, unless the text begins with '='. */
size_t text_expand(uint8_t *out, const struct snapshot *snapshot, const struct snapshot_source *source,
                   struct text own, const struct text_key *key);

/* text_to_strings for more than WIRE_STRING_MAX octets. */
size_t text_split(uint8_t *data, size_t length);

/* Makes character-strings (RFC 1035 section 3.3) of the `length` octets from data[1] on, in place: as few as
 * possible, at least one. Returns the octets that they take from data[0] on. */
static inline size_t text_to_strings(uint8_t *data, size_t length)
{
    if (unlikely(length > WIRE_STRING_MAX))
        return text_split(data, length);
    *data = (uint8_t)length;
    return length + 1;
}

#endif
