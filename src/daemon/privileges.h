/*
 * Giving up root. Main thread, at start, in the order of these functions; before that the sockets are opened
 * and the pid file is written.
 */
#ifndef DAEMON_PRIVILEGES_H
#define DAEMON_PRIVILEGES_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

#include <sys/types.h>

struct identity {
    bool change; /* false: keep the current user */
    uid_t uid;
    gid_t gid;
};

/* Finds the user and group of `user` ("user[:group]", names or numbers). NULL: for root the user rbldns, or
 * nobody if there is none; for others no change. Before chroot(), as it reads the user database. Refuses
 * root. */
enum err privileges_find(const char *user, struct identity *identity, struct error *error) must_use;

/* Between these two, root's access to files is that of `identity`, and new files belong to it. Root's other
 * capabilities stay. */
void privileges_begin_files(const struct identity *identity);
void privileges_end_files(void);

/* Changes the root and then the working directory, each unless NULL. A directory may be open to `identity`
 * alone. */
enum err privileges_enter(const char *root, const char *directory, const struct identity *identity,
                          struct error *error) must_use;

/* Creates the directory `path`, accessible to `identity` only. An existing directory is not changed, unless
 * it is empty, belongs to root and is no symbolic link: then it is made so, too. */
enum err privileges_make_directory(const char *path, const struct identity *identity,
                                   struct error *error) must_use;

/* Whether that would create the directory or change its owner. */
bool privileges_makes_directory(const char *path, const struct identity *identity);

/* Becomes `identity`, irrevocably, without any capability. */
enum err privileges_drop(const struct identity *identity, struct error *error) must_use;

/* Likewise with the capabilities that it has of `keep`, bits 1 << CAP_...: of a process that serves nobody.
 */
enum err privileges_keep(const struct identity *identity, uint64_t keep, struct error *error) must_use;

#endif
