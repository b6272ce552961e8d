/* How long something takes, in words. Pure; any thread. */
#ifndef PAGE_PERIOD_H
#define PAGE_PERIOD_H

#include "page/words.h"

#include <stdint.h>

#define PERIOD_TEXT 64 /* bytes of any, with the terminating zero */

/* Writes so many seconds in one unit: minutes up to 90, hours up to 36, else days. Rounded up, so that nobody
 * comes back too early; less than a minute, and what is past, is a minute. */
void period_format(enum language language, int64_t seconds, char out[PERIOD_TEXT]);

#endif
