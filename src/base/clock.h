/*
 * Time: Unix time in whole seconds, by which things expire, and milliseconds for waiting and measuring.
 *
 * A debug build lets a test set Unix time: if the environment variable DNSBLD_TEST_CLOCK names a file of 8
 * bytes, the number in it (native byte order) is added to the time. It may change while the program runs.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Seconds that a test adds to Unix time. */
#ifdef DEBUG
int64_t clock_offset(void);
#else
static inline int64_t clock_offset(void)
{
    return 0;
}
#endif

#define CLOCK_HOUR_MS INT64_C(3600000)

/* The latest time, in the year 2262: clocks of the kernel count nanoseconds in 63 bits. */
#define CLOCK_LATEST INT64_C(9223372035)

/* The nearest time from 1, as 0 often stands for "never", to CLOCK_LATEST: some years can be added to it and
 * subtracted from it, in milliseconds too, whatever a clock says. Pure. */
static inline int64_t clock_clamp(int64_t time)
{
    return time < 1 ? 1 : time < CLOCK_LATEST ? time : CLOCK_LATEST;
}

/* The time now, at most some milliseconds late. It follows the system's clock, so it may go back; 1 to
 * CLOCK_LATEST. Any thread; 10 ns. */
static inline int64_t clock_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME_COARSE, &t);
    return clock_clamp(t.tv_sec + clock_offset());
}

#define CLOCK_WAIT 60 /* seconds by which the clock may be set back without taking effect on answers */

/* Milliseconds since an arbitrary time; they never go back. Any thread; 20 ns. */
static inline int64_t clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* What a second look at the clock confirms: for what cannot be undone if the clock was wrong for a moment. */
#define CLOCK_CONFIRM_MS INT64_C(3600000) /* between two looks */

struct clock_looks {   /* zeroed: none yet */
    bool once, twice;  /* the clock was looked at */
    int64_t time, ms;  /* the last look: Unix time, monotonic milliseconds */
    int64_t confirmed; /* Unix time: passed at both looks before */
};

/* Gives in *time the latest time that has passed by the clock now and at two looks at least an hour apart,
 * monotonically; false: there is none yet. `now` and `ms` are the time now, as of clock_now and clock_ms: one
 * look if the last one was an hour ago. Call it every few minutes at least. */
bool clock_confirm(struct clock_looks *looks, int64_t now, int64_t ms, int64_t *time) must_use;

#define CLOCK_TEXT 32 /* bytes of a time as text */

/* Writes a Unix time as 2026-01-31T12:00:00Z (RFC 3339); false if the year does not fit. Any thread. */
bool clock_format(int64_t time, char text[CLOCK_TEXT]);

#endif
