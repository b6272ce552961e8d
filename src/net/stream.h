/*
 * One TCP connection as a stream of DNS messages, each behind two octets with its length (RFC 1035 section
 * 4.2.2). What has not yet come whole and what the client does not take yet is held in memory, which exists
 * only as long as that is the case. One owner thread; nothing here ever blocks.
 */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/uio.h>

#define STREAM_BUFFER   (2 + 65535) /* the longest message with its length */
#define STREAM_HELD_MAX (16 << 20)  /* bytes that all streams with one account hold together */

/* Zero-initialised plus `fd` and `held` is a new stream; the owner closes the fd. */
struct stream {
    int fd;
    bool ended; /* the client sends no more */
    uint8_t *in, *out;
    size_t in_length, out_length, out_sent;
    size_t *held; /* the account of what the streams of one owner hold */
};

/* Puts the bytes that are there, those held before and those that wait on the socket, into `buffer` (of
 * STREAM_BUFFER bytes) and their number into *length. Returns false when the connection is broken. */
bool stream_read(struct stream *stream, uint8_t *buffer, size_t *length) must_use;

/* Holds `length` bytes that were read and not used; the next read begins with them. Returns false when that
 * is too much. */
bool stream_unread(struct stream *stream, const uint8_t *bytes, size_t length) must_use;

/* Bytes of the first message in `bytes`, its length's own two included; 0: it is not there whole. */
size_t stream_message(const uint8_t *bytes, size_t length);

/* Sends `count` pieces behind one another and holds what cannot go out now; nothing may be held from before.
 * Returns false when the connection is broken or too much would be held. */
bool stream_write(struct stream *stream, struct iovec *pieces, unsigned count) must_use;

/* Sends what is held, as far as that goes now; `out` is NULL once all is out. Returns false when the
 * connection is broken. */
bool stream_flush(struct stream *stream) must_use;

/* Gives the memory back. */
void stream_free(struct stream *stream);

#endif
