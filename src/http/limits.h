/*
 * How often a client may do something: so many times a minute, or all of a minute's at once.
 *
 * A table of fixed size counts neighbourhoods of addresses; when it is full, the one that has the most left
 * is forgotten. Any thread.
 */
#ifndef HTTP_LIMITS_H
#define HTTP_LIMITS_H

#include "answer/acl_client.h"

struct limits;

/* `per_minute` for each prefix of so many bits, of IPv4 and IPv6 (at most 64). NULL: out of memory, or no
 * randomness. limits_free(NULL) does nothing. */
struct limits *limits_new(unsigned per_minute, unsigned bits4, unsigned bits6);
void limits_free(struct limits *limits);

/* Counts once more for the client, if it may, at `now_ms` of a clock that never goes back. False: it may not,
 * and *seconds is when it may again. */
bool limits_take(struct limits *limits, const struct client *client, int64_t now_ms,
                 unsigned *seconds) must_use;

#endif
