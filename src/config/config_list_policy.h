/* The policy of each list: from the section of `rules` that names it, or the defaults. */
#ifndef CONFIG_CONFIG_LIST_POLICY_H
#define CONFIG_CONFIG_LIST_POLICY_H

#include "config/config.h"

/* Checks the sections of `rules` and sets max_ttl of the sets; all lists must have names. `error` names the
 * list. */
enum err config_list_policy_resolve(struct config *config, struct error *error) must_use;

/* Gives one policy for each list, in the order of its first set; bits of blocked_by count in this order. The
 * caller frees *out. */
void config_list_policy_all(const struct config *config, struct list_policy **out, size_t *count);

#endif
