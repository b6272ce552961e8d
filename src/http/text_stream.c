#include "http/text_stream.h"

#include <stdlib.h>
#include <string.h>

static ssize_t append(void *cookie, const char *data, size_t size)
{
    struct text_stream *s = cookie;
    if (s->size - s->length <= size) { /* room for the zero byte, too */
        size_t wanted = 2 * (s->length + size) + 1;
        char *text = realloc(s->text, wanted);
        s->failed |= text == NULL;
        if (text == NULL)
            return 0;
        s->text = text;
        s->size = wanted;
    }
    memcpy(s->text + s->length, data, size);
    s->length += size;
    s->text[s->length] = '\0';
    return (ssize_t)size;
}

bool text_stream_open(struct text_stream *s)
{
    *s = (struct text_stream){ .failed = false };
    s->file = fopencookie(s, "w", (cookie_io_functions_t){ .write = append });
    return s->file != NULL;
}

char *text_stream_close(struct text_stream *s, size_t *length)
{
    s->failed |= s->file == NULL || fclose(s->file) != 0;
    *length = s->length;
    if (!s->failed)
        return s->text;
    free(s->text);
    return NULL;
}
