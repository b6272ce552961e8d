#include "net/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sys/socket.h>

/* Allocates `length` bytes, which count as held; NULL when STREAM_HELD_MAX or memory does not suffice. */
static uint8_t *hold(struct stream *s, size_t length)
{
    uint8_t *p = *s->held + length <= STREAM_HELD_MAX ? malloc(length) : NULL;
    if (p != NULL)
        *s->held += length;
    return p;
}

static void release(struct stream *s, uint8_t **bytes, size_t length)
{
    if (*bytes != NULL)
        *s->held -= length;
    free(*bytes);
    *bytes = NULL;
}

bool stream_read(struct stream *stream, uint8_t *buffer, size_t *length)
{
    size_t used = 0;
    if (stream->in != NULL) {
        used = stream->in_length;
        memcpy(buffer, stream->in, used);
        release(stream, &stream->in, used);
    }
    if (used < STREAM_BUFFER && !stream->ended) {
        ssize_t n = recv(stream->fd, buffer + used, STREAM_BUFFER - used, MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return false;
        stream->ended = n == 0;
        used += n > 0 ? (size_t)n : 0;
    }
    *length = used;
    return true;
}

bool stream_unread(struct stream *stream, const uint8_t *bytes, size_t length)
{
    if (length == 0)
        return true;
    stream->in = hold(stream, length);
    if (stream->in == NULL)
        return false;
    memcpy(stream->in, bytes, length);
    stream->in_length = length;
    return true;
}

size_t stream_message(const uint8_t *bytes, size_t length)
{
    size_t size = length >= 2 ? 2 + (size_t)(bytes[0] << 8 | bytes[1]) : STREAM_BUFFER + 1;
    return size <= length ? size : 0;
}

/* Bytes sent, 0 when the socket accepts none now, or -1 when the connection is broken. */
static ssize_t send_pieces(int fd, struct iovec *pieces, unsigned count)
{
    struct msghdr message = { .msg_iov = pieces, .msg_iovlen = count };
    ssize_t n = sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    return n < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOBUFS) ? 0 : n;
}

bool stream_write(struct stream *stream, struct iovec *pieces, unsigned count)
{
    size_t total = 0;
    for (unsigned i = 0; i < count; i++)
        total += pieces[i].iov_len;
    ssize_t n = send_pieces(stream->fd, pieces, count);
    if (n < 0)
        return false;
    size_t skip = (size_t)n;
    if (skip == total)
        return true;
    stream->out = hold(stream, total - skip);
    if (stream->out == NULL)
        return false;
    stream->out_length = total - skip;
    stream->out_sent = 0;
    uint8_t *to = stream->out;
    for (unsigned i = 0; i < count; i++) {
        size_t length = pieces[i].iov_len, gone = skip < length ? skip : length;
        memcpy(to, (const uint8_t *)pieces[i].iov_base + gone, length - gone);
        to += length - gone;
        skip -= gone;
    }
    return true;
}

bool stream_flush(struct stream *stream)
{
    if (stream->out == NULL)
        return true;
    struct iovec rest = { stream->out + stream->out_sent, stream->out_length - stream->out_sent };
    ssize_t n = send_pieces(stream->fd, &rest, 1);
    if (n < 0)
        return false;
    stream->out_sent += (size_t)n;
    if (stream->out_sent == stream->out_length)
        release(stream, &stream->out, stream->out_length);
    return true;
}

void stream_free(struct stream *stream)
{
    release(stream, &stream->in, stream->in_length);
    release(stream, &stream->out, stream->out_length);
}
