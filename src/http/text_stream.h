/*
 * A growing text to write to with stdio, which knows at its end whether all of it is there: a stream of
 * open_memstream() forgets that it was out of memory. One thread.
 */
#ifndef HTTP_TEXT_STREAM_H
#define HTTP_TEXT_STREAM_H

#include <stdbool.h>
#include <stdio.h>

struct text_stream {
    FILE *file; /* to write to; NULL: out of memory */
    char *text;
    size_t length, size;
    bool failed;
};

/* Opens an empty text. False: out of memory; text_stream_close is harmless. */
bool text_stream_open(struct text_stream *stream);

/* Ends the text and returns it, malloc'ed, with a zero byte at its end; NULL: out of memory. */
char *text_stream_close(struct text_stream *stream, size_t *length);

#endif
