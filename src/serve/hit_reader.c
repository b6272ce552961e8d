#include "serve/hit_reader.h"

#include "base/clock.h"
#include "serve/doorbell.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <pthread.h>

#define PAUSE_MS 100 /* between two readings: few wake-ups for many hits */

struct hit_reader {
    struct xdp_kept *kept;
    struct hit_sample *sample;
    struct doorbell bell; /* rung once, to end the thread */
    pthread_t thread;
};

/* Whether the thread is to end. Otherwise waits until there are hits (or not for them), or a time has passed.
 */
static bool wait_for(const struct hit_reader *r, bool hits, int timeout_ms)
{
    struct pollfd fds[] = { { .fd = r->bell.event, .events = POLLIN },
                            { .fd = xdp_kept_hits_fd(r->kept), .events = POLLIN } };

    return poll(fds, hits ? 2 : 1, timeout_ms) > 0 && fds[0].revents != 0;
}

static void *run(void *argument)
{
    struct hit_reader *r = argument;

    do {
        xdp_kept_read_hits(r->kept, r->sample, clock_now());
    } while (!wait_for(r, false, PAUSE_MS) && !wait_for(r, true, -1));
    return NULL;
}

enum err hit_reader_start(struct xdp_kept *kept, struct hit_sample *sample, struct hit_reader **out,
                          struct error *error)
{
    struct hit_reader *r = calloc(1, sizeof(*r));

    if (r == NULL)
        return error_set(error, ERR_MEMORY, "fast path: out of memory");
    *r = (struct hit_reader){ .kept = kept, .sample = sample };
    int failure = doorbell_open(&r->bell) ? pthread_create(&r->thread, NULL, run, r) : errno;
    if (failure != 0) {
        doorbell_close(&r->bell);
        free(r);
        return error_set(error, ERR_SYSTEM, "fast path: %s", strerror(failure));
    }
    *out = r;
    return OK;
}

void hit_reader_stop(struct hit_reader *r)
{
    if (r == NULL)
        return;
    doorbell_wake(&r->bell);
    pthread_join(r->thread, NULL);
    doorbell_close(&r->bell);
    free(r);
}
