/*
 * Texts as pools keep them: the length, then that many bytes. The length is one byte; from 255 on it is a
 * byte 255 and two more, the higher first.
 *
 * Pure; any thread.
 */
#ifndef LIST_STORED_TEXT_H
#define LIST_STORED_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { STORED_TEXT_LONG = 255, STORED_TEXT_HEAD = 3 }; /* bytes that a length takes at most */

/* A text, borrowed. */
struct text {
    const uint8_t *bytes;
    size_t length;
};

/* The text at `stored`. */
static inline struct text stored_text(const uint8_t *stored)
{
    if (stored[0] < STORED_TEXT_LONG)
        return (struct text){ stored + 1, stored[0] };
    return (struct text){ stored + STORED_TEXT_HEAD, (size_t)(stored[1] << 8 | stored[2]) };
}

/* Bytes that the text at `stored` takes, its length included. */
static inline size_t stored_text_size(const uint8_t *stored)
{
    struct text text = stored_text(stored);
    return (size_t)(text.bytes - stored) + text.length;
}

/* Stores a text of at most 65,535 bytes at `to`, which has room for `length` + STORED_TEXT_HEAD; returns the
 * bytes taken. */
static inline size_t stored_text_put(uint8_t *to, const char *text, size_t length)
{
    uint8_t *p = to;
    if (length >= STORED_TEXT_LONG) {
        *p++ = STORED_TEXT_LONG;
        *p++ = (uint8_t)(length >> 8);
    }
    *p++ = (uint8_t)length;
    memcpy(p, text, length);
    return (size_t)(p - to) + length;
}

#endif
