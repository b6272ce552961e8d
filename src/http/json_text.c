#include "http/json_text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static __thread bool lost;

void *json_text_allocate(size_t size)
{
    void *memory = malloc(size);
    lost |= memory == NULL;
    return memory;
}

void json_text_watch(void)
{
    json_set_alloc_funcs(json_text_allocate, free);
}

void json_text_begin(void)
{
    lost = false;
}

bool json_text_lost(void)
{
    return lost;
}

char *json_text_dump(json_t *document)
{
    char *text = document != NULL ? json_dumps(document, JSON_COMPACT) : NULL;
    json_decref(document);
    if (!lost)
        return text;
    free(text); /* json_dumps() passes over failures, too */
    return NULL;
}

/* The length of the UTF-8 sequence (RFC 3629) at `p`; 0: it is not valid. */
static size_t sequence_length(const uint8_t *p, size_t left)
{
    for (size_t n = 1; n <= 4 && n <= left; n++) {
        json_t *probe = json_stringn((const char *)p, n);
        json_decref(probe);
        if (probe != NULL)
            return n;
    }
    return 0;
}

json_t *json_text_bytes(const void *text, size_t length)
{
    if (length == 0)
        return json_null();
    json_t *whole = json_stringn(text, length);
    if (whole != NULL)
        return whole;
    const uint8_t *from = text;
    char *fixed = json_text_allocate(3 * length), *to = fixed;
    if (fixed == NULL)
        return NULL;
    while (length > 0) {
        size_t n = sequence_length(from, length);
        to = n > 0 ? mempcpy(to, from, n) : mempcpy(to, "\xef\xbf\xbd", 3);
        n += n == 0;
        from += n;
        length -= n;
    }
    json_t *string = json_stringn(fixed, (size_t)(to - fixed));
    free(fixed);
    return string;
}

json_t *json_text(const char *text)
{
    return json_text_bytes(text, text != NULL ? strlen(text) : 0);
}
