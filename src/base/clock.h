/*
 * The clock by which things expire: Unix time in whole seconds.
 *
 * A debug build lets a test set it: if the environment variable DNSBLD_TEST_CLOCK names a file of 8 bytes,
 * the number in it (native byte order) is added to the time, and may be changed while the program runs.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#ifdef DEBUG
int64_t clock_offset(void);
#else
static inline int64_t clock_offset(void)
{
    return 0;
}
#endif

/* The time now, some milliseconds late at most. It follows the system's clock, so it may go back. Any thread;
 * 10 ns. */
static inline int64_t clock_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME_COARSE, &t);
    return t.tv_sec + clock_offset();
}

#endif
