#include "page/csv.h"

#include "base/attr.h"

#include <stdbool.h>
#include <string.h>

static bool is_formula(const char *text)
{
    static const char *const begins[] = { "=", "+", "-", "@", "＝", "＋", "－", "＠" };
    while (*text != '\0' && (unsigned char)*text <= ' ')
        text++;
    for (size_t i = 0; i < ARRAY_SIZE(begins); i++)
        if (strncmp(text, begins[i], strlen(begins[i])) == 0)
            return true;
    return false;
}

static void write_cell(FILE *to, const char *text)
{
    fputs(is_formula(text) ? "\"'" : "\"", to);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', to);
        fputc((unsigned char)*text < ' ' || *text == 0x7f ? ' ' : *text, to);
    }
    fputc('"', to);
}

void csv_write(FILE *to, const char *const *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            fputc(',', to);
        write_cell(to, cells[i]);
    }
    fputs("\r\n", to);
}
