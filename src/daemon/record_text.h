/* Records as lines of a master file (RFC 1035 section 5). */
#ifndef DAEMON_RECORD_TEXT_H
#define DAEMON_RECORD_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Writes the labels of a name in wire form, up to the root label or `length` bytes, separated by dots.
 * Characters that are special in a master file are escaped. Returns the length of what was written, in wire
 * form. */
size_t record_text_write_name(FILE *to, const uint8_t *wire, size_t length);

/* Writes the rest of a line after the owner: TTL, type and data. Names in the data must not be compressed.
 * Types without a text form here are written as in RFC 3597. */
void record_text_write(FILE *to, unsigned type, uint32_t ttl, const uint8_t *data, size_t length);

#endif
