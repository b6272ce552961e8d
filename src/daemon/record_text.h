/* Records as lines of a master file (RFC 1035 section 5). */
#ifndef DAEMON_RECORD_TEXT_H
#define DAEMON_RECORD_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Writes the labels of a name in wire form, up to the root label or `length` bytes, each but the first
 * behind a dot. All that could mean something in a master file is escaped. */
void record_text_write_name(FILE *to, const uint8_t *wire, size_t length);

/* Writes what stands behind the owner: TTL, type, data, and the end of the line. Names in the data are not
 * compressed. Types without a form of their own are written as RFC 3597 has them. */
void record_text_write(FILE *to, unsigned type, uint32_t ttl, const uint8_t *data, size_t length);

#endif
