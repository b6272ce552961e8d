/* Checks for making and changing one item. They read the configuration and the view, and change nothing. */
#ifndef DELIST_ITEM_POLICY_H
#define DELIST_ITEM_POLICY_H

#include "delist/txn.h"

/* Whether the list's policy permits `item`, as it will be, on one of its lists. */
bool item_policy_permits(const struct txn *txn, const struct actor *actor, const struct item *item,
                         unsigned list, bool force, struct refusal *refusal);

/* Whether the item leaves test entries and protected ranges alone (RFC 5782 section 5; never_list). */
bool item_policy_check_range(const struct txn *txn, const struct actor *actor, const struct item *item,
                             bool force, struct refusal *refusal);

/* Whether an item may have this expiry (list_policy_check_expiry); `otherwise`: seconds by default. */
bool item_policy_expiry(const struct txn *txn, const struct actor *actor, const struct expiry *expiry,
                        uint32_t otherwise, int64_t *expires_at, struct refusal *refusal);

/* The duration of an item without an expiry: the shortest default of its lists, in seconds. */
uint32_t item_policy_default_seconds(const struct txn *txn, const struct actor *actor,
                                     const struct item *item);

/* Whether the actor may use `force`: only an admin may. */
bool item_policy_may_force(const struct actor *actor, bool force, struct refusal *refusal);

#endif
