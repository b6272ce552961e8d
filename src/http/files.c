#include "http/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>

#define FILE_MOST (1 << 20)

bool file_changed(const char *path, struct file_stamp *stamp)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return false;
    struct file_stamp now = { .device = status.st_dev,
                              .inode = status.st_ino,
                              .size = (uint64_t)status.st_size,
                              .seconds = status.st_ctim.tv_sec,
                              .nanoseconds = status.st_ctim.tv_nsec };
    bool changed = memcmp(&now, stamp, sizeof(now)) != 0;
    *stamp = now;
    return changed;
}

enum err file_open(const char *path, FILE **out, mode_t *mode, struct error *error)
{
    struct stat status;
    FILE *file = fopen(path, "re");
    if (file == NULL || fstat(fileno(file), &status) != 0) {
        enum err err = error_set(
            error, ERR_SYSTEM, "%s: cannot be read: %s; it must be readable for the user that dnsbld runs as",
            path, strerror(errno));
        if (file != NULL)
            fclose(file);
        return err;
    }
    *mode = status.st_mode;
    *out = file;
    return OK;
}

static enum err read_all(FILE *file, const char *path, char **out, struct error *error)
{
    char *text = malloc(FILE_MOST + 1);
    if (text == NULL)
        return error_set(error, ERR_MEMORY, "%s: out of memory", path);
    size_t size = fread(text, 1, FILE_MOST + 1, file);
    if (ferror(file) || size > FILE_MOST) {
        free(text);
        return error_set(error, ERR_SYSTEM, "%s: cannot be read, or has more than %d bytes", path, FILE_MOST);
    }
    text[size] = '\0';
    *out = text;
    return OK;
}

enum err file_read(const char *path, bool secret, char **out, struct error *error)
{
    FILE *file;
    mode_t mode;
    enum err err = file_open(path, &file, &mode, error);
    if (err != OK)
        return err;
    if (secret && (mode & S_IROTH) != 0)
        err = error_set(error, ERR_REFUSED, "%s: everybody can read this key; chmod o= %s", path, path);
    else
        err = read_all(file, path, out, error);
    fclose(file);
    return err;
}
