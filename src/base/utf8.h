/* UTF-8 (RFC 3629): whether bytes are valid, and how many characters (code points) a text has. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that hold any text of up to `characters` characters, the terminating zero included. */
#define UTF8_SIZE(characters) (4 * (characters) + 1)

/* The length in bytes of the first sequence of `left` bytes, whose code point is put into *code; 0: it is not
 * valid, or there is none. Overlong forms, surrogates and what is beyond U+10FFFF are not valid (RFC 3629
 * sections 3 and 4). */
size_t utf8_decode(const void *bytes, size_t left, uint32_t *code);

/* The same, for who needs the length only. */
size_t utf8_sequence(const void *bytes, size_t left);

/* Counts the characters of `length` bytes. False: they are not valid UTF-8; *characters is unchanged. */
bool utf8_length(const void *bytes, size_t length, size_t *characters) must_use;

#endif
