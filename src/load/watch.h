/*
 * Noticing that files of a set have changed.
 *
 * A file that is closed after writing or moved into place counts at once (inotify on its directory); any
 * other sign, a look every few seconds among them, counts when device, inode, size or modification time
 * differ from what was read and the file has been left alone for two seconds, so that nothing half written is
 * read. A file that is gone has changed, too.
 *
 * One thread (the loader's) waits; watch_look and watch_stop may be called by any. Paths hold as the working
 * and root directory are when watch_new is called.
 */
#ifndef LOAD_WATCH_H
#define LOAD_WATCH_H

#include "config/config.h"

struct watch;

/* Watches the files of all sets, which count as read as they are now. A directory that cannot be watched is
 * logged and only looked at. With config->check_seconds 0 nothing but watch_look starts a check. */
enum err watch_new(const struct config *config, struct watch **out, struct error *error) must_use;
void watch_free(struct watch *watch);

/* Blocks until files of some set differ from what was read, and sets changed[i] to whether set i's do; they
 * count as read from then on. Returns false once watch_stop was called, and with nothing changed when a
 * look that watch_look asked for is over and at the time that watch_wake_at names. */
bool watch_wait(struct watch *watch, bool *changed);

/* Says which files set `set` was read from, one identity a file; NULL: it could not be read, so that the next
 * look tries it again. */
void watch_read(struct watch *watch, size_t set, const struct file_identity *identity);

/* Has watch_wait return with nothing changed at `time` (Unix seconds), once; INT64_MAX: never. The waiting
 * thread. */
void watch_wake_at(struct watch *watch, int64_t time);

/* Looks at all files now. */
void watch_look(struct watch *watch);

/* Ends watch_wait. */
void watch_stop(struct watch *watch);

#endif
