/* The rules of each list: what the sections of `rules` say, and the defaults for the lists that none names.
 */
#ifndef CONFIG_CONFIG_LIST_POLICY_H
#define CONFIG_CONFIG_LIST_POLICY_H

#include "config/config.h"

/* Checks the sections, once all lists have their names, and sets max_ttl of the sets. `error` names the list.
 */
enum err config_list_policy_settle(struct config *config, struct error *error) must_use;

/* One list_rules for each list, in the order of its first set; blocked_by goes by this order. The caller
 * frees *out. */
void config_list_policy_all(const struct config *config, struct list_policy **out, size_t *count);

#endif
