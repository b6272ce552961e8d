/*
 * The limits of customers: what their keys' counters (answer/customer_keys.h) say is compared with them once
 * a second, and what one table has counted goes on in the table that replaces it. One thread.
 */
#ifndef SERVE_CUSTOMER_LIMITS_H
#define SERVE_CUSTOMER_LIMITS_H

#include "answer/customer_keys.h"
#include "config/config.h"

/* Sets the state of every customer as of `now` (Unix seconds), and logs who is over a limit, each at most
 * once a minute. `last`: when it was called before; 0: never. `keys` NULL: nothing. */
void customer_limits_check(struct customer_keys *keys, const struct config_keys *rules, int64_t last,
                           int64_t now);

/* Carries what `old` has counted over to `fresh`: once before that is published, and once more, the `last`
 * time, when no worker has `old` any more; that logs who is gone. */
void customer_limits_carry_over(struct customer_keys *old, struct customer_keys *fresh, bool last);

/* Logs every customer's queries since the statistics began; with `reset` they begin now. */
void customer_limits_log(struct customer_keys *keys, bool reset);

#endif
