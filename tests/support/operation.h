/* Single operations by actors of each role, and what the store has afterwards. */
#ifndef SUPPORT_OPERATION_H
#define SUPPORT_OPERATION_H

#include "support/delist_fixture.h"

/* `actor_owner` is responsible for 192.0.2.0/24. */
extern struct actor actor_operator, actor_admin, actor_owner, actor_public;

/* For cmocka, as set-up of a group: fills in the actors. */
int operation_make_actors(void **state);

/* Applies an operation; returns it with its results. */
struct delist_op operation_apply(struct delist_fixture *t, const struct actor *actor, struct delist_op op);

/* Creates one item. */
struct item_result operation_create(struct delist_fixture *t, const struct actor *actor, struct item_spec c);

/* Creates an item as operator; the test fails unless it is new and nothing refuses it. */
struct item operation_add(struct delist_fixture *t, enum overlay_kind kind, const char *range,
                          const char *lists, int64_t seconds);

/* An operation on an item. */
struct delist_op operation_on(enum delist_verb verb, const struct item *item);

/* The item with the id of `like`, as the store has it. */
struct item operation_stored(const struct delist_fixture *t, const struct item *like);

/* The events after number `since`: "delisted by alice; ..." Valid until the next call. */
const char *operation_events(const struct delist_fixture *t, uint64_t since);

#endif
