#include "serve/doorbell.h"

#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>

#include <sys/eventfd.h>
#include <unistd.h>

bool doorbell_open(struct doorbell *bell)
{
    *bell = (struct doorbell){ .event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
    return bell->event >= 0;
}

void doorbell_close(struct doorbell *bell)
{
    if (bell->event >= 0)
        close(bell->event);
}

void doorbell_wake(struct doorbell *bell)
{
    uint64_t one = 1;
    if (write(bell->event, &one, sizeof(one)) < 0)
        log_error("cannot wake a thread: %s", strerror(errno));
}

void doorbell_sleep(struct doorbell *bell, int fd, int timeout_ms)
{
    struct pollfd fds[] = { { .fd = bell->event, .events = POLLIN }, { .fd = fd, .events = POLLOUT } };
    uint64_t times;
    poll(fds, ARRAY_SIZE(fds), timeout_ms);
    __atomic_store_n(&bell->asleep, false, __ATOMIC_RELAXED);
    if (fds[0].revents != 0 && read(bell->event, &times, sizeof(times)) < 0)
        log_error("cannot read an eventfd: %s", strerror(errno));
}
