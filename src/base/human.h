/* Numbers for people, in the log. Pure, any thread. */
#ifndef BASE_HUMAN_H
#define BASE_HUMAN_H

#include <stdint.h>

struct human_text {
    char text[64];
};

/* 1234567 -> "1,234,567". */
struct human_text human_count(uint64_t n);

/* A number with its noun, of at most 30 bytes: 1 -> "1 entry", 1234567 -> "1,234,567 entries". */
struct human_text human_number(uint64_t n, const char *one, const char *many);

/* 10800000 -> "10.8 MB"; 999 -> "999 bytes". */
struct human_text human_bytes(uint64_t n);

#endif
