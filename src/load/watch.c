#include "load/watch.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define SETTLE_MS 50 /* files that arrive together are loaded together */
#define SETTLE_S  2  /* a file that nobody vouched for is read when it is that old */
#define WATCHED   (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR)
#define NEVER     INT64_MAX

/* How much reason there is to look at a file. */
enum sign { SIGN_NONE, SIGN_LOOK, SIGN_COMPLETE };

struct file {
    const char *path, *name;
    size_t set, directory;
    struct file_identity read; /* zeroed: not read */
    enum sign sign;
    bool missing;
};

struct directory {
    char *path;
    int descriptor; /* inotify's; negative: not watched */
};

struct watch {
    int inotify; /* negative: only looks */
    int event;
    bool stop;
    int64_t interval_ms, next_look_ms; /* monotonic */
    int64_t wake_at;                   /* Unix seconds */
    size_t sets_count;
    struct file *files;
    size_t files_count;
    struct directory *directories; /* room for one a file */
    size_t directories_count;
};

static bool same_identity(const struct file_identity *a, const struct file_identity *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->mtime.tv_sec == b->mtime.tv_sec && a->mtime.tv_nsec == b->mtime.tv_nsec;
}

static bool identify(const char *path, struct file_identity *identity)
{
    struct stat s;
    if (stat(path, &s) != 0)
        return false;
    *identity = (struct file_identity){ s.st_dev, s.st_ino, s.st_size, s.st_mtim };
    return true;
}

/* Adds what is not watched yet; again at every look, for a directory may have been replaced. */
static void watch_directories(struct watch *w)
{
    for (size_t i = 0; w->inotify >= 0 && i < w->directories_count; i++) {
        struct directory *d = &w->directories[i];
        int descriptor = inotify_add_watch(w->inotify, d->path, WATCHED);
        if (descriptor < 0 && d->descriptor != -1)
            log_warning("%s: cannot be watched (%s); its files are looked at every %lld s", d->path,
                        strerror(errno), (long long)w->interval_ms / 1000);
        d->descriptor = descriptor;
    }
}

static size_t add_directory(struct watch *w, const char *path)
{
    const char *slash = strrchr(path, '/');
    char *directory = slash == NULL ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
    if (directory == NULL)
        abort();
    for (size_t i = 0; i < w->directories_count; i++) {
        if (strcmp(w->directories[i].path, directory) == 0) {
            free(directory);
            return i;
        }
    }
    w->directories[w->directories_count] = (struct directory){ directory, -2 };
    return w->directories_count++;
}

static void add_file(struct watch *w, const char *path, size_t set)
{
    const char *slash = strrchr(path, '/');
    struct file *f = &w->files[w->files_count++];
    *f = (struct file){ .path = path, .name = slash != NULL ? slash + 1 : path, .set = set };
    f->directory = add_directory(w, path);
    f->missing = !identify(path, &f->read);
}

enum err watch_new(const struct config *config, struct watch **out, struct error *error)
{
    size_t count = 0;
    for (size_t i = 0; i < config->sets_count; i++)
        count += config->sets[i].spec.files_count;
    struct watch *w = calloc(1, sizeof(*w));
    struct file *files = calloc(count + 1, sizeof(*files));
    struct directory *directories = calloc(count + 1, sizeof(*directories));
    int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (w == NULL || files == NULL || directories == NULL || event < 0) {
        free(w);
        free(files);
        free(directories);
        if (event >= 0)
            close(event);
        return error_set(error, ERR_SYSTEM, "cannot watch files: %s", strerror(errno));
    }
    *w = (struct watch){ .inotify = -1,
                         .event = event,
                         .interval_ms = (int64_t)config->check_seconds * 1000,
                         .next_look_ms = NEVER,
                         .wake_at = NEVER,
                         .sets_count = config->sets_count,
                         .files = files,
                         .directories = directories };
    for (size_t i = 0; i < config->sets_count; i++) {
        for (size_t j = 0; j < config->sets[i].spec.files_count; j++)
            add_file(w, config->sets[i].spec.files[j], i);
    }
    if (w->interval_ms > 0) {
        w->next_look_ms = clock_ms() + w->interval_ms;
        w->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
        if (w->inotify < 0)
            log_warning("cannot watch files (inotify: %s); they are looked at every %u s", strerror(errno),
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
    for (size_t i = 0; i < watch->directories_count; i++)
        free(watch->directories[i].path);
    free(watch->directories);
    free(watch->files);
    if (watch->inotify >= 0)
        close(watch->inotify);
    close(watch->event);
    free(watch);
}

static void sign_all(struct watch *w, enum sign sign)
{
    for (size_t i = 0; i < w->files_count; i++)
        w->files[i].sign = w->files[i].sign > sign ? w->files[i].sign : sign;
}

/* A file that the event names is complete, unless it was only created; the others of its directory may be
 * links to what has changed. */
static void sign_event(struct watch *w, const struct inotify_event *e)
{
    if (e->mask & IN_Q_OVERFLOW)
        sign_all(w, SIGN_LOOK);
    for (size_t i = 0; i < w->files_count; i++) {
        struct file *f = &w->files[i];
        if (w->directories[f->directory].descriptor != e->wd)
            continue;
        if (e->len > 0 && !(e->mask & IN_CREATE) && strcmp(e->name, f->name) == 0)
            f->sign = SIGN_COMPLETE;
        else if (f->sign == SIGN_NONE)
            f->sign = SIGN_LOOK;
    }
}

static void read_events(struct watch *w)
{
    _Alignas(struct inotify_event) char buffer[8192];
    ssize_t bytes;
    while ((bytes = read(w->inotify, buffer, sizeof(buffer))) > 0) {
        for (char *p = buffer; p < buffer + bytes;
             p += sizeof(struct inotify_event) + ((struct inotify_event *)p)->len)
            sign_event(w, (struct inotify_event *)p);
    }
}

/* True when the file differs from what was read and may be read now. One that has gone differs once: loading
 * it fails, and says so. */
static bool file_changed(struct watch *w, struct file *f)
{
    struct file_identity now;
    bool was_missing = f->missing;
    f->missing = !identify(f->path, &now);
    if (f->missing)
        return !was_missing;
    if (same_identity(&now, &f->read))
        return false;
    time_t age = time(NULL) - now.mtime.tv_sec; /* negative: from the future, which no waiting would settle */
    if (f->sign == SIGN_LOOK && age >= 0 && age < SETTLE_S) {
        int64_t soon = clock_ms() + SETTLE_S * 1000;
        w->next_look_ms = w->next_look_ms < soon ? w->next_look_ms : soon;
        return false;
    }
    f->read = now;
    return true;
}

static bool check_files(struct watch *w, bool *changed)
{
    bool any = false;
    memset(changed, 0, w->sets_count * sizeof(*changed));
    for (size_t i = 0; i < w->files_count; i++) {
        struct file *f = &w->files[i];
        if (f->sign != SIGN_NONE && file_changed(w, f))
            any = changed[f->set] = true;
        f->sign = SIGN_NONE;
    }
    return any;
}

/* Until the next look or waking; a minute at most, as the clock may be set. */
static int timeout_ms(const struct watch *w)
{
    int64_t look = w->next_look_ms == NEVER ? NEVER : w->next_look_ms - clock_ms();
    int64_t wake = w->wake_at == NEVER ? NEVER : (w->wake_at - clock_now()) * 1000;
    int64_t left = look < wake ? look : wake;
    return left == NEVER ? -1 : left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

bool watch_wait(struct watch *watch, bool *changed)
{
    struct pollfd fds[] = { { .fd = watch->event, .events = POLLIN },
                            { .fd = watch->inotify, .events = POLLIN } };
    for (;;) {
        poll(fds, ARRAY_SIZE(fds), timeout_ms(watch));
        if (fds[1].revents != 0) {
            poll(fds, 1, SETTLE_MS);
            read_events(watch);
        }
        if (__atomic_load_n(&watch->stop, __ATOMIC_ACQUIRE))
            return false;
        uint64_t times;
        bool asked = read(watch->event, &times, sizeof(times)) == sizeof(times);
        if (asked) {
            watch_directories(watch);
            sign_all(watch, SIGN_COMPLETE);
        }
        if (watch->next_look_ms <= clock_ms()) {
            watch->next_look_ms = clock_ms() + watch->interval_ms;
            watch_directories(watch);
            sign_all(watch, SIGN_LOOK);
        }
        if (check_files(watch, changed) || asked)
            return true;
        if (watch->wake_at <= clock_now()) {
            watch->wake_at = NEVER;
            return true;
        }
    }
}

void watch_read(struct watch *watch, size_t set, const struct file_identity *identity)
{
    size_t n = 0;
    for (size_t i = 0; i < watch->files_count; i++) {
        if (watch->files[i].set == set)
            watch->files[i].read = identity != NULL ? identity[n++] : (struct file_identity){ .size = -1 };
    }
}

void watch_wake_at(struct watch *watch, int64_t time)
{
    watch->wake_at = time;
}

static void wake(struct watch *w)
{
    uint64_t one = 1;
    if (write(w->event, &one, sizeof(one)) < 0)
        log_error("cannot wake the loader: %s", strerror(errno));
}

void watch_look(struct watch *watch)
{
    wake(watch);
}

void watch_stop(struct watch *watch)
{
    __atomic_store_n(&watch->stop, true, __ATOMIC_RELEASE);
    wake(watch);
}
