/*
 * How often a client may do something: `per_minute` times a minute, which may come in one burst.
 *
 * A table of fixed size counts by address prefix. When a bucket of it is full, the prefix that has used least
 * is forgotten. Any thread.
 */
#ifndef HTTP_THROTTLE_H
#define HTTP_THROTTLE_H

#include "answer/client_address.h"
#include "base/attr.h"

struct throttle;

/* `per_minute` for each prefix of `bits4` or `bits6` (at most 64) bits. NULL: out of memory, or no random
 * bytes. throttle_free(NULL) does nothing. */
struct throttle *throttle_new(unsigned per_minute, unsigned bits4, unsigned bits6);
void throttle_free(struct throttle *throttle);

/* Counts one use by the client, at `now_ms` of the monotonic clock. False: the client has none left for
 * *seconds, and nothing was counted. */
bool throttle_admit(struct throttle *throttle, const struct client_address *client, int64_t now_ms,
                    unsigned *seconds) must_use;

#endif
