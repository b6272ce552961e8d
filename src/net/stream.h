/*
 * One TCP connection as a stream of DNS messages, each after two octets with its length (RFC 1035 section
 * 4.2.2). Incomplete messages, and replies that the socket does not accept yet, are held in memory allocated
 * for as long as that lasts. One owner thread; nothing here ever blocks.
 */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/uio.h>

#define STREAM_BUFFER   (2 + 65535) /* the longest message with its length */
#define STREAM_HELD_MAX (16 << 20)  /* bytes that all streams of one owner hold together */

/* Zero-initialised plus `fd` and `held` is a new stream; the owner closes the fd. */
struct stream {
    int fd;
    bool ended; /* the client sends no more */
    uint8_t *in, *out;
    size_t in_length, out_length, out_sent;
    size_t *held; /* bytes that all streams of the owner hold */
};

/* Reads the bytes held and then those of the socket into `buffer` (of STREAM_BUFFER bytes), and their number
 * into *length. Returns false when the connection is broken. */
bool stream_read(struct stream *stream, uint8_t *buffer, size_t *length) must_use;

/* Holds `length` bytes that were read and not used; the next read begins with them. Returns false when
 * STREAM_HELD_MAX, or memory, does not suffice. */
bool stream_unread(struct stream *stream, const uint8_t *bytes, size_t length) must_use;

/* Bytes of the first message in `bytes`, the two of its length included; 0: it is incomplete. */
size_t stream_message(const uint8_t *bytes, size_t length);

/* Sends `count` pieces one after the other and holds what the socket does not accept now; nothing may be held
 * before. Returns false when the connection is broken, or as stream_unread. */
bool stream_write(struct stream *stream, struct iovec *pieces, unsigned count) must_use;

/* Sends what is held, as much as the socket accepts now; `out` is NULL once all is sent. Returns false when
 * the connection is broken. */
bool stream_flush(struct stream *stream) must_use;

/* Frees what is held. */
void stream_free(struct stream *stream);

#endif
