/*
 * Giving up root. Main thread, at start, in the order of these functions; before that the sockets are opened
 * and the pid file is written.
 */
#ifndef DAEMON_PRIVILEGES_H
#define DAEMON_PRIVILEGES_H

#include "base/error.h"

#include <stdbool.h>

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

/* Changes the root and then the working directory, each unless NULL. */
enum err privileges_enter(const char *root, const char *directory, struct error *error) must_use;

/* Creates the directory `path`, accessible to `identity` only. An existing directory is not changed, unless
 * it is empty and belongs to root: then `identity` becomes its owner. */
enum err privileges_make_directory(const char *path, const struct identity *identity,
                                   struct error *error) must_use;

/* Becomes `identity`, irrevocably. */
enum err privileges_drop(const struct identity *identity, struct error *error) must_use;

#endif
