#include "client/safe_text.h"

#include <locale.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

void safe_text_init(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
}

void *client_not_null(void *p)
{
    if (p == NULL) {
        fputs("dnsblctl: out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    return p;
}

void client_close_text(FILE *stream)
{
    if (fclose(stream) != 0)
        client_not_null(NULL);
}

static char *format_list(const char *format, va_list list)
{
    char *text;
    if (vasprintf(&text, format, list) < 0)
        text = NULL;
    return client_not_null(text);
}

char *client_format(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    char *text = format_list(format, list);
    va_end(list);
    return text;
}

static bool changes_direction(wchar_t c)
{
    return c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

char *safe_text_escape(const char *text)
{
    char *safe;
    size_t size;
    mbstate_t state = { 0 };
    FILE *to = client_not_null(open_memstream(&safe, &size));
    for (size_t left = strlen(text), n; left > 0; text += n, left -= n) {
        wchar_t c = 0;
        n = mbrtowc(&c, text, left, &state);
        if (n == (size_t)-1 || n == (size_t)-2) {
            state = (mbstate_t){ 0 };
            n = 1;
            fprintf(to, "\\x%02x", (unsigned char)*text);
        } else if (c == '\n' || c == '\t') {
            fputs(c == '\n' ? "\\n" : "\\t", to);
        } else if (c < 0x20 || c == 0x7f) {
            fprintf(to, "\\x%02x", (unsigned)c);
        } else if (iswprint((wint_t)c) && !changes_direction(c)) {
            fwrite(text, 1, n, to);
        } else {
            fprintf(to, "\\u%04x", (unsigned)c);
        }
    }
    client_close_text(to);
    return safe;
}

size_t safe_text_width(const char *text)
{
    mbstate_t state = { 0 };
    size_t width = 0;
    for (size_t left = strlen(text), n; left > 0; text += n, left -= n) {
        wchar_t c;
        n = mbrtowc(&c, text, left, &state);
        if (n == 0 || n > left)
            return width + left;
        int columns = wcwidth(c);
        width += columns > 0 ? (size_t)columns : 0;
    }
    return width;
}

void client_message(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    char *text = format_list(format, list), *safe = safe_text_escape(text);
    va_end(list);
    fprintf(stderr, "dnsblctl: %s\n", safe);
    free(safe);
    free(text);
}
