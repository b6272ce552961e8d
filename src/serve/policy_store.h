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

struct keeper;

/* Reads the files and makes the first policy. After the root and working directories are as they shall be.
 * `config` must outlive it. */
enum err keeper_new(const struct config *config, size_t workers, struct keeper **out,
                    struct error *error) must_use;

/* No reader is left. NULL: nothing. */
void keeper_free(struct keeper *keeper);

/* Where the policy is to be loaded from (rcu_load), and whom the rate limit is not for. As long as the
 * keeper.
 */
const struct policy *const *keeper_policy(const struct keeper *keeper);
const struct prefixes *keeper_exempt(const struct keeper *keeper);

/* Every second: looks at the files, and judges by what the `count` workers have counted until `now` (Unix
 * seconds). May wait for a grace period. */
void keeper_tick(struct keeper *keeper, struct worker *const *workers, size_t count, int64_t now);

/* How often that is to be: every second, or rarely when there is nothing to look at. */
int64_t keeper_every_ms(const struct keeper *keeper);

/* Reads the files again at the next tick, changed or not. */
void keeper_check(struct keeper *keeper);

/* Logs every customer's queries; with `reset` they are counted anew. */
void keeper_log(struct keeper *keeper, bool reset);

#endif
