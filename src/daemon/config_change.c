#include "daemon/config_change.h"

#include "base/file_stamp.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>

#include <unistd.h>

/* The file by its directory: so it is found after chroot(), also when another one takes its place. */
static struct {
    const char *path; /* as it was given, for messages; NULL: there is none */
    int directory;
    char name[NAME_MAX + 1];
    struct file_stamp stamp;
} file;

static bool inspect(struct file_stamp *out)
{
    struct stat status;
    if (fstatat(file.directory, file.name, &status, 0) != 0)
        return false;
    *out = file_stamp_of(&status);
    return true;
}

void config_change_open(const char *path)
{
    char copy[PATH_MAX];
    if (path == NULL || strlen(path) >= sizeof(copy))
        return;
    strcpy(copy, path);
    file.directory = open(dirname(copy), O_PATH | O_DIRECTORY | O_CLOEXEC);
    strcpy(copy, path);
    snprintf(file.name, sizeof(file.name), "%s", basename(copy));
    file.path = file.directory >= 0 && inspect(&file.stamp) ? path : NULL;
}

void config_change_log(void)
{
    struct file_stamp now;
    if (file.path == NULL)
        return;
    if (!inspect(&now))
        log_warning("%s: %s; a reload does not read the configuration again", file.path, strerror(errno));
    else if (!file_stamp_equal(&now, &file.stamp))
        log_warning("%s has changed since the start; a reload does not read the configuration again: restart "
                    "the server to take it",
                    file.path);
}
