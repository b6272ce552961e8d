/*
 * Detects that files of a set have changed.
 *
 * A file that was closed after writing or moved into place counts as changed at once (inotify on its
 * directory). In a periodic check, and after other events in its directory, it counts as changed when its
 * stamp differs from what was read (base/file_stamp.h) and it was last written two seconds ago or earlier, so
 * that no half-written file is read. A deleted file counts as changed.
 *
 * One thread (the loader's) waits; any thread may call watch_check and watch_stop. Relative paths refer to
 * the working and root directories as they are when watch_new is called.
 */
#ifndef LOAD_WATCH_H
#define LOAD_WATCH_H

#include "config/config.h"
#include "load/set_state.h"

struct file_stamp; /* base/file_stamp.h */

struct watch;

/* Watches the files of all sets; their present stamps count as read. A file whose directory cannot be
 * watched is logged, and only checked periodically. With config->check_seconds 0 only watch_check starts a
 * check. */
enum err watch_new(const struct config *config, struct watch **out, struct error *error) must_use;
void watch_free(struct watch *watch);

/* Blocks until files differ from what was read, and sets `changed` of every set to whether one of its files
 * does; those count as read from then on. Also returns, even with nothing changed, after a check
 * that watch_check requested, and at `wake_at` (Unix seconds; INT64_MAX: never). False once watch_stop was
 * called. */
bool watch_wait(struct watch *watch, struct set_state *sets, int64_t wake_at);

/* Records which files set `set` was read from, one stamp a file; NULL: it could not be read, and the next
 * check reports it as changed. */
void watch_set_read(struct watch *watch, size_t set, const struct file_stamp *stamps);

/* Has all files checked now. */
void watch_check(struct watch *watch);

/* Ends watch_wait. */
void watch_stop(struct watch *watch);

#endif
