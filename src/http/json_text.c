#include "http/json_text.h"

#include "base/utf8.h"

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

json_t *json_text_bytes(const void *text, size_t length)
{
    if (length == 0)
        return json_null();
    json_t *whole = json_stringn(text, length);
    if (whole != NULL)
        return whole;
    const char *from = text;
    char *fixed = json_text_allocate(3 * length), *to = fixed;
    if (fixed == NULL)
        return NULL;
    while (length > 0) {
        size_t n = utf8_sequence(from, length);
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
