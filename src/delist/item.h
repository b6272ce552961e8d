/* One item, by the current actor: checks, making it, ending it. */
#ifndef DELIST_ITEM_H
#define DELIST_ITEM_H

#include "delist/txn.h"

/* ---- Checks: of the configuration and the view; they change nothing ---- */

/* Whether the list's policy permits `item`, as it will be, on one of its lists. */
bool item_policy_permits(const struct txn *txn, const struct item *item, unsigned list, bool force,
                         struct refusal *refusal);

/* Whether the range has 127.0.0.2, the test entry of every list. */
bool item_policy_has_test_entry(const struct range *range);

/* Whether the item leaves test entries and protected ranges alone (RFC 5782 section 5; never_list). */
bool item_policy_check_range(const struct txn *txn, const struct item *item, bool force,
                             struct refusal *refusal);

/* Whether an item may have this expiry (list_policy_check_expiry); `otherwise`: seconds by default. */
bool item_policy_expiry(const struct txn *txn, const struct expiry *expiry, uint32_t otherwise,
                        int64_t *expires_at, struct refusal *refusal);

/* The duration of an item without an expiry: the shortest default of its lists, in seconds. */
uint32_t item_policy_default_seconds(const struct txn *txn, const struct item *item);

/* Whether the actor may use `force`: only an admin may. */
bool item_policy_may_force(const struct txn *txn, bool force, struct refusal *refusal);

/* ---- Making ---- */

/* Makes one item: checks it, stores it, adds it to the overlay and records the event. False: out->refusal
 * says why, and nothing was done (or the group has failed). `batch_id` NULL: none. */
bool item_create_one(struct txn *txn, const struct item_spec *in, const char *batch_id,
                     struct item_result *out);

/* Records which lists have something in the range of a delisting that was just made. */
void feed_apply_held(struct txn *txn, const struct item *item);

/* ---- Ending: the row, the event and the overlay ---- */

/* Ends an active item on all lists: `state` ENDED or EXPIRED, at `when`, by `by`. Updates `item`. */
void item_end_on_all(struct txn *txn, struct item *item, enum item_state state, int64_t when, const char *by);

/* Ends it on one list, by the feed: FULFILLED there, or RELISTED (also after it was fulfilled). The item ends
 * when no list is left: RELISTED if one of them relisted it, else FULFILLED. After items_change_watch. */
void item_end_on_list(struct txn *txn, struct item *item, unsigned list, enum item_state state);

#endif
