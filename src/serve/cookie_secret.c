#include "serve/cookie_secret.h"

#include "base/field_line.h"
#include "base/file_stamp.h"

#include <errno.h>
#include <string.h>

#include <sys/random.h>

static bool read_line(FILE *file, uint8_t *secret)
{
    char text[2 * COOKIE_SECRET + 2], *line = text,
                                      *word; /* a longer line loses its newline, and is invalid */

    return fgets(text, sizeof(text), file) != NULL && (word = field_line_word(&line)) != NULL &&
           field_line_hex(word, secret, COOKIE_SECRET);
}

enum err cookie_secret_read(const char *path, struct cookie_secrets *secrets, struct error *error)
{
    struct cookie_secrets fresh = *secrets;
    struct stat status;
    FILE *file;
    enum err err = file_stamp_open(path, &file, &status, error);

    if (err != OK)
        return err;
    bool valid = read_line(file, fresh.current);
    if (valid && !read_line(file, fresh.previous) &&
        memcmp(fresh.current, secrets->current, COOKIE_SECRET) != 0)
        memcpy(fresh.previous, secrets->current, COOKIE_SECRET);
    fclose(file);
    if (!valid)
        return error_set(error, ERR_SYNTAX, "%s:1: 32 hexadecimal digits expected", path);
    *secrets = fresh;
    return OK;
}

enum err cookie_secret_roll(struct cookie_secrets *secrets, struct error *error)
{
    memcpy(secrets->previous, secrets->current, COOKIE_SECRET);
    if (getrandom(secrets->current, COOKIE_SECRET, 0) != COOKIE_SECRET)
        return error_set(error, ERR_SYSTEM, "no random bytes for cookies: %s", strerror(errno));
    return OK;
}
