/*
 * The keeper of the policy: makes it from configuration, keys file and cookie secret, publishes it when one
 * of the files changes, and once a second judges who is over a limit.
 *
 * The policy has an RCU pointer of its own, beside the view's: nothing in it depends on the lists, so that
 * neither waits for the other. Whatever cannot be read takes nothing away. Main thread, but for the pointer.
 */
#ifndef SERVE_POLICY_STORE_H
#define SERVE_POLICY_STORE_H

#include "config/config.h"
#include "serve/worker.h"

struct policy_store;

/* Reads the files and makes the first policy. After the root and working directories are as they shall be.
 * `config` must outlive it. */
enum err policy_store_new(const struct config *config, size_t workers, struct policy_store **out,
                          struct error *error) must_use;

/* No reader is left. NULL: nothing. */
void policy_store_free(struct policy_store *keeper);

/* Where the policy is to be loaded from (rcu_load), and whom the rate limit is not for. As long as the
 * keeper.
 */
const struct policy *const *policy_store_policy(const struct policy_store *keeper);
const struct prefixes *policy_store_exempt(const struct policy_store *keeper);

/* Every second: looks at the files, and judges by what the `count` workers have counted until `now` (Unix
 * seconds). May wait for a grace period. */
void policy_store_tick(struct policy_store *keeper, struct worker *const *workers, size_t count, int64_t now);

/* How often that is to be: every second, or rarely when there is nothing to look at. */
int64_t policy_store_every_ms(const struct policy_store *keeper);

/* Reads the files again at the next tick, changed or not. */
void policy_store_check(struct policy_store *keeper);

/* Logs every customer's queries; with `reset` they are counted anew. */
void policy_store_log(struct policy_store *keeper, bool reset);

#endif
