/*
 * Domain names in text and wire form (RFC 1035 sections 3.1 and 5.1).
 *
 * Text is ASCII with `.` between labels and optionally at the end; `\.` is a dot within a label, `\ddd`
 * (decimal) any byte, and `\x` any other x itself. Wire form is uncompressed with the root label. Pure
 * functions, any thread.
 */
#ifndef DNS_NAME_H
#define DNS_NAME_H

#include "base/error.h"
#include "dns/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define NAME_MAX_TEXT 1024 /* every byte as \ddd, and the terminating zero */

/* Reads one byte at *text, which is not at its end, by the rules of section 5.1, and moves *text past it. -1
 * when an escape is malformed. */
int name_read_byte(const char **text);

/* Writes `text` in wire form, A-Z lowered, to `wire` (at least WIRE_NAME_MAX bytes) and its length to
 * *length. "." is the root. ERR_SYNTAX (empty label, invalid escape), ERR_LIMIT (label over 63 bytes, name
 * over 255): `error` names the text, and `wire` may have been written to. */
enum err name_from_text(const char *text, uint8_t *wire, uint16_t *length, struct error *error) must_use;

/* Copies `length` bytes of a name in wire form with A-Z lowered; a length byte is no letter. */
void name_lower(uint8_t *to, const uint8_t *wire, size_t length);

/* Writes the `length` bytes of `wire`, a well-formed name, as text without a dot at the end ("." for the
 * root). */
void name_to_text(const uint8_t *wire, size_t length, char text[NAME_MAX_TEXT]);

/* Whether `length` bytes of two names are the same: memcmp inline, for names of a few words. */
static inline bool name_equal(const uint8_t *a, const uint8_t *b, size_t length)
{
    uint64_t word[2];
    size_t last = length - sizeof(word[0]); /* may overlap the word before it */

    if (length < sizeof(word[0]))
        return memcmp(a, b, length) == 0;
    for (size_t at = 0; at < last; at += sizeof(word[0])) {
        memcpy(&word[0], a + at, sizeof(word[0]));
        memcpy(&word[1], b + at, sizeof(word[1]));
        if (word[0] != word[1])
            return false;
    }
    memcpy(&word[0], a + last, sizeof(word[0]));
    memcpy(&word[1], b + last, sizeof(word[1]));
    return word[0] == word[1];
}

/* The labels of a name in wire form, or the first ones of it. Borrows both arrays; passed by value. */
struct labels {
    const uint8_t *wire;
    const uint8_t *offsets; /* label i, 0 being the leftmost, has its length byte at wire[offsets[i]]... */
    unsigned
        count; /* ...and wire[offsets[count]] is the next length byte: of another label, or the root's 0 */
};

/* Splits `wire`, a well-formed name, into labels; their offsets go to `offsets`. */
struct labels name_split(const uint8_t *wire, uint8_t offsets[WIRE_LABELS_MAX + 1]);

/* The bytes of the labels from number `from` on. */
static inline size_t labels_size(struct labels l, unsigned from)
{
    return (size_t)(l.offsets[l.count] - l.offsets[from]);
}

#endif
