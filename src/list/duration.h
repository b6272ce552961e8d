/* Times as list files write them. Pure functions over text that ends in a NUL; any thread. */
#ifndef LIST_DURATION_H
#define LIST_DURATION_H

#include <stdint.h>

/* Seconds, or a number with one of s, m, h, d, w (either case) behind it, below 2^32 seconds. Returns what
 * follows, NULL when it is none. */
const char *duration_parse(const char *text, uint32_t *seconds);

/* yyyy[:-]mm[:-]dd[[:-]hh[[:-]mi[[:-]ss]]], UTC, as Unix time. Returns what follows, NULL when it is none. */
const char *duration_parse_stamp(const char *text, int64_t *unix_time);

#endif
