/*
 * Readers of what a writer publishes by RCU, each in a thread of its own, for tests under ThreadSanitizer.
 *
 * A reader calls `read` again and again, is quiescent after each call, and goes offline every 64 calls.
 */
#ifndef SUPPORT_TORTURE_H
#define SUPPORT_TORTURE_H

#include <stdint.h>

#include <pthread.h>

enum { TORTURE_READERS = 3 };

struct torture_reader {
    void (*read)(struct torture_reader *reader);
    unsigned round;   /* how often `read` was called */
    uint64_t seen[2]; /* for `read`: the newest generations that it saw */
    pthread_t thread;
};

/* Starts TORTURE_READERS readers. */
void torture_start(struct torture_reader *readers, void (*read)(struct torture_reader *reader));

/* Stops and joins them. */
void torture_stop(struct torture_reader *readers);

/* Waits for readers, except with TORTURE_NO_GRACE=1 in the environment: then the test must fail, which shows
 * that it can. */
void torture_grace(void);

#endif
