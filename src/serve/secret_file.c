#include "serve/secret_file.h"

#include "base/field_line.h"

#include <string.h>

struct secret_reader {
    uint8_t secret[2][COOKIE_SECRET];
    size_t count;
};

static enum err parse_line(void *context, char *line, struct error *error)
{
    struct secret_reader *r = context;
    const char *word = field_line_word(&line);
    if (word == NULL)
        return OK;
    if (r->count == ARRAY_SIZE(r->secret))
        return error_set(error, ERR_SYNTAX, "only the current and the previous secret expected");
    if (!field_line_hex(word, r->secret[r->count], COOKIE_SECRET) || field_line_word(&line) != NULL)
        return error_set(error, ERR_SYNTAX, "32 hexadecimal digits expected");
    r->count++;
    return OK;
}

enum err secret_file_read(const char *path, struct cookie_secrets *secrets, struct error *error)
{
    struct secret_reader r = { .count = 0 };
    struct stat status;
    enum err err = field_line_read_file(path, parse_line, &r, &status, error);
    if (err == OK && r.count == 0)
        err = error_set(error, ERR_SYNTAX, "%s:1: 32 hexadecimal digits expected", path);
    if (err != OK)
        return err;
    if (r.count == 2)
        memcpy(secrets->previous, r.secret[1], COOKIE_SECRET);
    else if (memcmp(r.secret[0], secrets->current, COOKIE_SECRET) != 0)
        memcpy(secrets->previous, secrets->current, COOKIE_SECRET);
    memcpy(secrets->current, r.secret[0], COOKIE_SECRET);
    return OK;
}
