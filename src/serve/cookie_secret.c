#include "serve/cookie_secret.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sys/random.h>

enum { HEX = 2 * COOKIE_SECRET };

static bool read_line(FILE *file, uint8_t *secret)
{
    char hex[HEX + 2] = "";

    if (fgets(hex, sizeof(hex), file) == NULL || strspn(hex, "0123456789abcdefABCDEF") != HEX)
        return false;
    for (unsigned i = 0; i < COOKIE_SECRET; i++)
        sscanf(hex + 2 * (size_t)i, "%2hhx", &secret[i]);
    return true;
}

enum err cookie_secret_read(const char *path, struct cookie_secrets *secrets, struct error *error)
{
    struct cookie_secrets new = *secrets;
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return error_set(error, ERR_SYSTEM, "%s: cannot be read: %s", path, strerror(errno));
    bool good = read_line(file, new.current);
    if (good && !read_line(file, new.previous) && memcmp(new.current, secrets->current, COOKIE_SECRET) != 0)
        memcpy(new.previous, secrets->current, COOKIE_SECRET);
    fclose(file);
    if (!good)
        return error_set(error, ERR_SYNTAX, "%s:1: 32 hexadecimal digits expected", path);
    *secrets = new;
    return OK;
}

enum err cookie_secret_roll(struct cookie_secrets *secrets, struct error *error)
{
    memcpy(secrets->previous, secrets->current, COOKIE_SECRET);
    if (getrandom(secrets->current, COOKIE_SECRET, 0) != COOKIE_SECRET)
        return error_set(error, ERR_SYSTEM, "no random bytes for cookies: %s", strerror(errno));
    return OK;
}
