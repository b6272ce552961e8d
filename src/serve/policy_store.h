/*
 * The policy store: makes the client policy (answer/policy.h) from configuration, key file and cookie secret,
 * publishes a new one when a file changes, and checks the customers' limits once a second.
 *
 * The policy has an RCU pointer of its own, beside the view's: nothing in it depends on the lists, so neither
 * waits for the other. When a file cannot be read or is not valid, what was read before stays in use. Main
 * thread, except for the pointer and policy_store_failure.
 */
#ifndef SERVE_POLICY_STORE_H
#define SERVE_POLICY_STORE_H

#include "config/config.h"
#include "serve/fast_path.h"
#include "serve/reclaimer.h"
#include "serve/worker.h"

struct policy_store;

/* Reads the files, which must be valid, and makes the first policy. Call after chroot() and chdir(). `config`
 * and `reclaimer` must outlive it. */
enum err policy_store_new(const struct config *config, size_t workers, struct reclaimer *reclaimer,
                          struct policy_store **out, struct error *error) must_use;

/* Frees all. No reader is left, and the reclaimer has stopped. NULL: nothing. */
void policy_store_free(struct policy_store *store);

/* The address from which readers load the policy (rcu_load), the clients without rate limit, and the public
 * resolvers. They live as long as the store. */
const struct policy *const *policy_store_policy(const struct policy_store *store);
const struct prefixes *policy_store_exempt(const struct policy_store *store);
const struct prefixes *policy_store_resolvers(const struct policy_store *store);

/* Call every policy_store_interval_ms(): reads the files that have changed, and checks the limits by the
 * counters of the `count` workers and of the fast path (which may be NULL) at `now` (Unix seconds). Does not
 * wait for readers. */
void policy_store_tick(struct policy_store *store, struct worker *const *workers, size_t count,
                       struct fast_path *fast_path, int64_t now);

/* A second, or an hour when there is nothing to check. */
int64_t policy_store_interval_ms(const struct policy_store *store);

/* Reads the files at the next tick, changed or not. */
void policy_store_reload(struct policy_store *store);

/* Logs every customer's queries; with `reset` they are counted from zero. */
void policy_store_log(struct policy_store *store, bool reset);

/* True when the last reading of the key file failed; *out says why. Any thread. */
bool policy_store_failure(struct policy_store *store, struct error *out);

#endif
