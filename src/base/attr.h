/* Attributes that are part of a prototype's contract, and small macros. */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

#define must_use          __attribute__((warn_unused_result))
#define printf_like(f, a) __attribute__((format(printf, f, a)))
#define likely(x)         __builtin_expect(!!(x), 1)
#define unlikely(x)       __builtin_expect(!!(x), 0)
/* Runs for every query: no allocation, lock, log, clock, recursion or unbounded loop. */
#define hot __attribute__((hot))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
