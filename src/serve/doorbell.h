/*
 * How producers wake a consumer that sleeps, without a system call while it is awake.
 *
 * The consumer announces that it is about to sleep, checks once more for work, and then sleeps until a
 * producer rings. A producer rings after it has made work visible.
 *
 *  D1  Work that was made visible before doorbell_ring is seen by the check after doorbell_announce, or the
 *      ring ends the sleep: no work waits for a consumer that sleeps.
 *  D2  One system call for each sleep that a ring ends, whatever the number of producers and rings.
 *
 * D1 needs both sides sequentially consistent: the producer makes its work visible by a store of
 * __ATOMIC_SEQ_CST, and the consumer checks for it by such a load.
 */
#ifndef SERVE_DOORBELL_H
#define SERVE_DOORBELL_H

#include "base/attr.h"

#include <stdbool.h>

struct doorbell {
    int event;   /* an eventfd: readable when it was rung */
    bool asleep; /* atomic: the consumer sleeps, or is about to */
};

/* False: there is no eventfd, errno says why. */
bool doorbell_open(struct doorbell *bell) must_use;
void doorbell_close(struct doorbell *bell);

/* Ends the sleep, or the next one if the consumer does not sleep. Any thread; a system call. */
void doorbell_wake(struct doorbell *bell);

/* Ends the sleep if there is one. Any thread; a load while the consumer is awake. */
static inline void doorbell_ring(struct doorbell *bell)
{
    if (unlikely(__atomic_load_n(&bell->asleep, __ATOMIC_SEQ_CST)) &&
        __atomic_exchange_n(&bell->asleep, false, __ATOMIC_SEQ_CST))
        doorbell_wake(bell);
}

/* The consumer: from now on rings wake it. Check for work after this and before doorbell_sleep. */
static inline void doorbell_announce(struct doorbell *bell)
{
    __atomic_store_n(&bell->asleep, true, __ATOMIC_SEQ_CST);
}

/* The consumer: sleeps until it is woken, `fd` (negative: none) can be written to, or `timeout_ms` (negative:
 * never) have passed. Without doorbell_announce only doorbell_wake wakes it. */
void doorbell_sleep(struct doorbell *bell, int fd, int timeout_ms);

#endif
