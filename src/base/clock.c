#include "base/clock.h"

#ifdef DEBUG
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static const int64_t *offset;

/* Runs before main, while root directory and user are still the test's. */
__attribute__((constructor)) static void open_offset(void)
{
    const char *path = getenv("DNSBLD_TEST_CLOCK");
    int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *page = mmap(NULL, sizeof(*offset), PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (page != MAP_FAILED)
        offset = page;
}

int64_t clock_offset(void)
{
    return offset != NULL ? __atomic_load_n(offset, __ATOMIC_RELAXED) : 0;
}
#endif

bool clock_confirm(struct clock_looks *looks, int64_t now, int64_t ms, int64_t *time)
{
    if (!looks->once || ms - looks->ms >= CLOCK_CONFIRM_MS) {
        looks->twice = looks->once;
        looks->once = true;
        looks->confirmed = looks->time < now ? looks->time : now;
        looks->time = now;
        looks->ms = ms;
    }
    if (!looks->twice)
        return false;
    *time = looks->confirmed < now ? looks->confirmed : now;
    return true;
}

bool clock_format(int64_t time, char text[CLOCK_TEXT])
{
    struct tm tm;

    return gmtime_r(&time, &tm) != NULL && strftime(text, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm) != 0;
}
