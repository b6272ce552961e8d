#include "load/watch.h"

#include "base/clock.h"
#include "base/file_stamp.h"
#include "base/log.h"
#include "serve/doorbell.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/inotify.h>
#include <unistd.h>

#define GATHER_MS 50 /* after an event: files that arrive together are loaded together */
#define QUIET_S   2  /* without a write, after which a file counts as complete */
#define EVENTS    (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR)
#define NEVER     INT64_MAX

/* Why a file is to be checked. */
enum file_hint {
    HINT_NONE,
    HINT_CHECK,    /* it may have changed, and may still be written to */
    HINT_COMPLETE, /* it was closed or moved into place, or watch_check was called */
};

enum { NOT_WATCHED = -1, NOT_TRIED = -2 };

struct file {
    const char *path, *name;
    size_t set;
    int directory; /* inotify's descriptor, the same for all files in it; NOT_WATCHED or NOT_TRIED */
    enum file_hint hint;
    bool missing;
    struct file_stamp read; /* zeroed: not read */
};

struct watch {
    int inotify; /* negative: periodic checks only */
    struct doorbell bell;
    bool stop;
    int64_t interval_ms, next_check_ms; /* monotonic */
    size_t sets_count, files_count;
    struct file files[];
};

/* Watches the directories of all files. Repeated at every check, as a directory may have been replaced. */
static void watch_directories(struct watch *w)
{
    for (size_t i = 0; w->inotify >= 0 && i < w->files_count; i++) {
        struct file *f = &w->files[i];
        char directory[PATH_MAX];
        if (strcmp(f->path, "/dev/null") == 0) /* every process that closes it would wake this one */
            continue;
        snprintf(directory, sizeof(directory), "%.*s.", (int)(f->name - f->path), f->path);
        int descriptor = inotify_add_watch(w->inotify, directory, EVENTS);
        if (descriptor < 0 && f->directory != NOT_WATCHED)
            log_warning("%s: its directory cannot be watched (%s); the file is checked every %lld s", f->path,
                        strerror(errno), (long long)w->interval_ms / 1000);
        f->directory = descriptor < 0 ? NOT_WATCHED : descriptor;
    }
}

static void add_file(struct watch *w, const char *path, size_t set)
{
    const char *slash = strrchr(path, '/');
    struct file *f = &w->files[w->files_count++];
    *f = (struct file){
        .path = path, .name = slash != NULL ? slash + 1 : path, .set = set, .directory = NOT_TRIED
    };
    f->missing = !file_stamp_get(path, &f->read);
}

enum err watch_new(const struct config *config, struct watch **out, struct error *error)
{
    size_t count = 0;
    for (size_t i = 0; i < config->sets_count; i++)
        count += config->sets[i].spec.files_count;
    struct watch *w = calloc(1, sizeof(*w) + count * sizeof(w->files[0]));
    if (w == NULL)
        return error_set(error, ERR_MEMORY, "cannot watch files: out of memory");
    w->inotify = -1;
    w->interval_ms = (int64_t)config->check_seconds * 1000;
    w->next_check_ms = NEVER;
    w->sets_count = config->sets_count;
    if (!doorbell_open(&w->bell)) {
        free(w);
        return error_set(error, ERR_SYSTEM, "cannot watch files: %s", strerror(errno));
    }
    for (size_t i = 0; i < config->sets_count; i++)
        for (size_t j = 0; j < config->sets[i].spec.files_count; j++)
            add_file(w, config->sets[i].spec.files[j], i);
    if (w->interval_ms > 0) {
        w->next_check_ms = clock_ms() + w->interval_ms;
        w->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
        if (w->inotify < 0)
            log_warning("cannot watch files (inotify: %s); they are checked every %u s", strerror(errno),
                        config->check_seconds);
        watch_directories(w);
    }
    *out = w;
    return OK;
}

void watch_free(struct watch *watch)
{
    if (watch == NULL)
        return;
    if (watch->inotify >= 0)
        close(watch->inotify);
    doorbell_close(&watch->bell);
    free(watch);
}

static void hint_all(struct watch *w, enum file_hint hint)
{
    for (size_t i = 0; i < w->files_count; i++)
        w->files[i].hint = w->files[i].hint > hint ? w->files[i].hint : hint;
}

/* A file that the event names is complete, unless it was only created. The others in its directory may be
 * links to what has changed. */
static void hint_from_event(struct watch *w, const struct inotify_event *e)
{
    if (e->mask & IN_Q_OVERFLOW)
        hint_all(w, HINT_CHECK);
    for (size_t i = 0; i < w->files_count; i++) {
        struct file *f = &w->files[i];
        if (f->directory != e->wd)
            continue;
        if (e->len > 0 && !(e->mask & IN_CREATE) && strcmp(e->name, f->name) == 0)
            f->hint = HINT_COMPLETE;
        else if (f->hint == HINT_NONE)
            f->hint = HINT_CHECK;
    }
}

static void read_events(struct watch *w)
{
    _Alignas(struct inotify_event) char buffer[8192];
    ssize_t bytes;
    while ((bytes = read(w->inotify, buffer, sizeof(buffer))) > 0) {
        for (char *p = buffer; p < buffer + bytes;
             p += sizeof(struct inotify_event) + ((struct inotify_event *)p)->len)
            hint_from_event(w, (struct inotify_event *)p);
    }
}

/* True when the file differs from what was read and may be read now. A deleted file differs once: loading it
 * then fails with the reason. */
static bool check_file(struct watch *w, struct file *f)
{
    struct file_stamp now;
    bool was_missing = f->missing;
    f->missing = !file_stamp_get(f->path, &now);
    if (f->missing)
        return !was_missing;
    if (file_stamp_equal(&now, &f->read))
        return false;
    const time_t present = time(NULL), written = now.mtime.tv_sec; /* later: waiting would not help */
    if (f->hint == HINT_CHECK && written <= present && written > present - QUIET_S) {
        int64_t soon = clock_ms() + QUIET_S * 1000;
        w->next_check_ms = w->next_check_ms < soon ? w->next_check_ms : soon;
        return false;
    }
    f->read = now;
    return true;
}

static bool check_files(struct watch *w, struct set_state *sets)
{
    bool any = false;
    for (size_t i = 0; i < w->sets_count; i++)
        sets[i].changed = false;
    for (size_t i = 0; i < w->files_count; i++) {
        struct file *f = &w->files[i];
        if (f->hint != HINT_NONE && check_file(w, f))
            any = sets[f->set].changed = true;
        f->hint = HINT_NONE;
    }
    return any;
}

/* Until the next check or `wake_at`; a minute at most, as the clock may be set. */
static int timeout_ms(const struct watch *w, int64_t wake_at)
{
    int64_t check = w->next_check_ms == NEVER ? NEVER : w->next_check_ms - clock_ms();
    int64_t wake = wake_at == NEVER ? NEVER : (wake_at - clock_now()) * 1000;
    int64_t left = check < wake ? check : wake;
    return left == NEVER ? -1 : left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

bool watch_wait(struct watch *watch, struct set_state *sets, int64_t wake_at)
{
    struct pollfd fds[] = { { .fd = watch->bell.event, .events = POLLIN },
                            { .fd = watch->inotify, .events = POLLIN } };
    for (;;) {
        poll(fds, ARRAY_SIZE(fds), timeout_ms(watch, wake_at));
        if (fds[1].revents != 0) {
            poll(fds, 1, GATHER_MS);
            read_events(watch);
        }
        if (__atomic_load_n(&watch->stop, __ATOMIC_ACQUIRE))
            return false;
        uint64_t times;
        bool requested = read(watch->bell.event, &times, sizeof(times)) == sizeof(times);
        if (requested) {
            watch_directories(watch);
            hint_all(watch, HINT_COMPLETE);
        }
        if (watch->next_check_ms <= clock_ms()) {
            watch->next_check_ms = clock_ms() + watch->interval_ms;
            watch_directories(watch);
            hint_all(watch, HINT_CHECK);
        }
        if (check_files(watch, sets) || requested || wake_at <= clock_now())
            return true;
    }
}

void watch_set_read(struct watch *watch, size_t set, const struct file_stamp *stamps)
{
    static const struct file_stamp never;
    for (size_t i = 0, n = 0; i < watch->files_count; i++) {
        if (watch->files[i].set == set)
            watch->files[i].read = stamps != NULL ? stamps[n++] : never;
    }
}

void watch_check(struct watch *watch)
{
    doorbell_wake(&watch->bell);
}

void watch_stop(struct watch *watch)
{
    __atomic_store_n(&watch->stop, true, __ATOMIC_RELEASE);
    doorbell_wake(&watch->bell);
}
