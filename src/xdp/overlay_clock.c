#include "xdp/overlay_clock.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

struct xdp_clock {
    struct xdp_overlay *overlay;
    pthread_t thread;
    bool started;
    int timer, stop; /* timer: readable, with an error, once the clock was set */
};

enum { EVERY_MS = 1000 };

/* A timer that is far off: it is there to be cancelled. */
static bool arm(const struct xdp_clock *c)
{
    const struct itimerspec far = { .it_value = { .tv_sec = INT32_MAX } };
    return timerfd_settime(c->timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far, NULL) == 0;
}

static void *run(void *argument)
{
    struct xdp_clock *c = argument;
    struct pollfd fds[2] = { { .fd = c->stop, .events = POLLIN }, { .fd = c->timer, .events = POLLIN } };
    uint64_t count;

    while (poll(fds, 2, EVERY_MS) >= 0 || errno == EINTR) {
        if (fds[0].revents != 0)
            break;
        if (fds[1].revents != 0 && (read(c->timer, &count, sizeof(count)) >= 0 || !arm(c)))
            fds[1].fd = -1; /* not seen: then every second has to do */
        xdp_overlay_set_clock(c->overlay);
    }
    return NULL;
}

enum err xdp_clock_start(struct xdp_overlay *overlay, struct xdp_clock **out, struct error *error)
{
    struct xdp_clock *c = calloc(1, sizeof(*c));

    if (c == NULL)
        return error_set(error, ERR_MEMORY, "fast path: out of memory");
    c->overlay = overlay;
    c->timer = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    c->stop = eventfd(0, EFD_CLOEXEC);
    int failure = c->timer < 0 || c->stop < 0 || !arm(c) ? errno : pthread_create(&c->thread, NULL, run, c);
    if (failure != 0) {
        xdp_clock_stop(c);
        return error_set(error, ERR_SYSTEM, "fast path: cannot start its clock: %s", strerror(failure));
    }
    pthread_setname_np(c->thread, "fast path clock");
    c->started = true;
    *out = c;
    return OK;
}

void xdp_clock_stop(struct xdp_clock *c)
{
    if (c == NULL)
        return;
    if (c->started && eventfd_write(c->stop, 1) == 0)
        pthread_join(c->thread, NULL);
    if (c->timer >= 0)
        close(c->timer);
    if (c->stop >= 0)
        close(c->stop);
    free(c);
}
