/* Numbers for people, in the log. Pure, any thread. */
#ifndef BASE_HUMAN_H
#define BASE_HUMAN_H

#include <stdint.h>

struct human_text {
    char text[32];
};

/* 1234567 -> "1,234,567". */
struct human_text human_count(uint64_t n);

/* 10800000 -> "10.8 MB"; 999 -> "999 bytes". */
struct human_text human_bytes(uint64_t n);

#endif
