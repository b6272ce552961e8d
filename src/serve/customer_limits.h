/*
 * The limits of customers: they are compared once a second with the counters of the customers' keys
 * (answer/customer_keys.h), and a table that replaces another continues its counts. Main thread.
 */
#ifndef SERVE_CUSTOMER_LIMITS_H
#define SERVE_CUSTOMER_LIMITS_H

#include "answer/customer_keys.h"
#include "config/config.h"

/* Sets the state of every customer as of `now` (Unix seconds), and logs who is over a limit, each at most
 * once a minute. `last`: `now` of the previous call; 0: there was none. `keys` NULL: nothing. */
void customer_limits_check(struct customer_keys *keys, const struct config_keys *rules, int64_t last,
                           int64_t now);

/* Adds the counts of `old` to `fresh`. Call before `fresh` is published, and again, with `last`, when no
 * worker uses `old` any more; the last call logs the customers that `fresh` does not have. */
void customer_limits_carry_over(struct customer_keys *old, struct customer_keys *fresh, bool last);

/* Logs every customer's queries since the statistics began; with `reset` they begin now. */
void customer_limits_log(struct customer_keys *keys, bool reset);

#endif
