#include "daemon/privileges.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <limits.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/capability.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Parses a user or group id. */
static bool parse_id(const char *text, unsigned *id)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || n >= UINT32_MAX)
        return false;
    *id = (unsigned)n;
    return true;
}

static enum err find_group(const char *name, gid_t *gid, struct error *error)
{
    const struct group *g = getgrnam(name);
    if (g != NULL)
        *gid = g->gr_gid;
    else if (!parse_id(name, gid))
        return error_set(error, ERR_SYNTAX, "-u :%s: no such group", name);
    return OK;
}

static enum err find_user(const char *name, struct identity *id, struct error *error)
{
    unsigned number;
    const struct passwd *p = getpwnam(name);
    if (p == NULL && parse_id(name, &number)) {
        p = getpwuid(number);
        *id = (struct identity){ .uid = number, .gid = number };
    } else if (p == NULL) {
        return error_set(error, ERR_SYNTAX, "-u %s: no such user", name);
    }
    if (p != NULL)
        *id = (struct identity){ .uid = p->pw_uid, .gid = p->pw_gid };
    return OK;
}

enum err privileges_find(const char *user, struct identity *identity, struct error *error)
{
    struct identity id = { .change = false };
    bool root = geteuid() == 0;
    if (user == NULL && !root) {
        *identity = id;
        return OK;
    }
    if (user == NULL)
        user = getpwnam("rbldns") != NULL ? "rbldns" : "nobody";

    char name[256];
    const char *colon = strchr(user, ':');
    size_t length = colon != NULL ? (size_t)(colon - user) : strlen(user);
    if (length == 0 || length >= sizeof(name))
        return error_set(error, ERR_SYNTAX, "-u %s: user[:group] expected", user);
    memcpy(name, user, length);
    name[length] = '\0';
    enum err err = find_user(name, &id, error);
    if (err == OK && colon != NULL)
        err = find_group(colon + 1, &id.gid, error);
    if (err != OK)
        return err;
    if (id.uid == 0)
        return error_set(error, ERR_REFUSED, "-u %s: must not be root; name another user", user);
    if (!root && id.uid != geteuid())
        return error_set(error, ERR_REFUSED, "-u %s: only root can become another user", user);
    id.change = root;
    *identity = id;
    return OK;
}

void privileges_begin_files(const struct identity *identity)
{
    setfsgid(identity->gid);
    setfsuid(identity->uid);
}

void privileges_end_files(void)
{
    setfsuid(geteuid());
    setfsgid(getegid());
}

/* Does what root may not do without CAP_DAC_OVERRIDE, which the units do not grant, as `identity`: enter a
 * directory that is open to that user alone, or write to it. */
static bool act(bool (*action)(const char *path), const char *path, const struct identity *identity)
{
    if (action(path))
        return true;
    if (errno != EACCES || !identity->change)
        return false;
    privileges_begin_files(identity);
    bool done = action(path);
    int reason = errno;
    privileges_end_files();
    errno = reason;
    return done;
}

static bool change_root(const char *path)
{
    return chroot(path) == 0 && chdir("/") == 0;
}

static bool change_directory(const char *path)
{
    return chdir(path) == 0;
}

enum err privileges_enter(const char *root, const char *directory, const struct identity *identity,
                          struct error *error)
{
    if (root != NULL && !act(change_root, root, identity))
        return error_set(error, ERR_SYSTEM, "-r %s: %s", root, strerror(errno));
    if (directory != NULL && !act(change_directory, directory, identity))
        return error_set(error, ERR_SYSTEM, "-w %s: %s", directory, strerror(errno));
    return OK;
}

static bool make_directory(const char *path)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

/* True for an empty directory that belongs to root, as a service manager creates it. Closes `fd`. */
static bool is_unused(int fd)
{
    struct stat info;
    DIR *directory = fdopendir(fd);
    unsigned names = 0;
    if (directory == NULL) {
        close(fd);
        return false;
    }
    while (names < 3 && readdir(directory) != NULL)
        names++; /* . and .. count */
    bool unused = names == 2 && fstat(fd, &info) == 0 && info.st_uid == 0;
    closedir(directory);
    return unused;
}

enum err privileges_make_directory(const char *path, const struct identity *identity, struct error *error)
{
    enum err err = OK;
    if (!act(make_directory, path, identity))
        return error_set(error, ERR_SYSTEM, "%s: cannot be created: %s", path, strerror(errno));
    /* Not through a symbolic link, whose maker may not be root. What cannot be opened is not root's. */
    int fd = identity->change ? open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
    if (fd < 0)
        return OK;
    if (is_unused(dup(fd)) && (fchmod(fd, 0700) != 0 || fchown(fd, identity->uid, identity->gid) != 0))
        err = error_set(error, ERR_SYSTEM, "%s: cannot change the owner: %s", path, strerror(errno));
    close(fd);
    return err;
}

bool privileges_makes_directory(const char *path, const struct identity *identity)
{
    char parent[PATH_MAX];
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && !identity->change)
        close(fd);
    else if (fd >= 0)
        return is_unused(fd);
    snprintf(parent, sizeof(parent), "%s", path);
    return fd < 0 && errno == ENOENT && access(dirname(parent), W_OK | X_OK) == 0;
}

/* Leaves of the capabilities of this thread those of the bits `keep`. */
static bool limit_capabilities(uint64_t keep)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

    if (syscall(SYS_capget, &header, data) != 0)
        return false;
    bool changes = false;
    for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
        uint32_t kept = data[i].permitted & (uint32_t)(keep >> 32 * i);
        changes |= data[i].effective != kept || data[i].permitted != kept || data[i].inheritable != 0;
        data[i] = (struct __user_cap_data_struct){ .effective = kept, .permitted = kept };
    }
    return !changes || syscall(SYS_capset, &header, data) == 0; /* which a filter may forbid */
}

enum err privileges_keep(const struct identity *identity, uint64_t keep, struct error *error)
{
    const struct identity *id = identity;
    if (id->change &&
        (prctl(PR_SET_KEEPCAPS, keep != 0, 0, 0, 0) != 0 || setgroups(0, NULL) != 0 ||
         setresgid(id->gid, id->gid, id->gid) != 0 || setresuid(id->uid, id->uid, id->uid) != 0))
        return error_set(error, ERR_SYSTEM, "cannot become user %u, group %u: %s", id->uid, id->gid,
                         strerror(errno));
    if (!limit_capabilities(keep))
        return error_set(error, ERR_SYSTEM, "cannot give up capabilities: %s", strerror(errno));
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return error_set(error, ERR_SYSTEM, "cannot set no_new_privs: %s", strerror(errno));
    return OK;
}

enum err privileges_drop(const struct identity *identity, struct error *error)
{
    return privileges_keep(identity, 0, error);
}
