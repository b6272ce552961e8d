/*
 * Giving up root. Main thread, at start, in the order of the functions here; sockets are open and the pid
 * file is written before.
 */
#ifndef DAEMON_PRIVILEGES_H
#define DAEMON_PRIVILEGES_H

#include "base/error.h"

#include <stdbool.h>

#include <sys/types.h>

struct identity {
    bool change; /* false: stay who we are */
    uid_t uid;
    gid_t gid;
};

/* Finds out whom `user` ("user[:group]", names or numbers) means; NULL: when we are root the user rbldns, or
 * nobody where there is none. The user database is read here, while the root directory is still the real one.
 * Root itself is refused. */
enum err privileges_find(const char *user, struct identity *identity, struct error *error) must_use;

/* Changes the root and then the working directory, each unless NULL. */
enum err privileges_enter(const char *root, const char *directory, struct error *error) must_use;

/* Makes the directory `path`, of `identity` alone; one that is there is left as it is, unless it is root's
 * and empty. */
enum err privileges_make_directory(const char *path, const struct identity *identity,
                                   struct error *error) must_use;

/* Becomes `identity` for good. */
enum err privileges_drop(const struct identity *identity, struct error *error) must_use;

#endif
