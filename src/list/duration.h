/* Durations and timestamps of list files. Pure functions over text that ends in a NUL; any thread. */
#ifndef LIST_DURATION_H
#define LIST_DURATION_H

#include <stdbool.h>
#include <stdint.h>

/* Parses seconds, or a number followed by s, m, h, d or w (either case), below 2^32 seconds. False: *seconds
 * is untouched. */
bool duration_parse(const char *text, uint32_t *seconds);

/* Parses yyyy[:-]mm[:-]dd[[:-]hh[[:-]mi[[:-]ss]]], UTC, to Unix time. False: *unix_time is untouched. */
bool duration_parse_stamp(const char *text, int64_t *unix_time);

#endif
