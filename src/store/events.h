/* The event log: history of an address, changes in order, audit trail. Rows are only ever added, and go by
 * age (privacy.h). */
#ifndef STORE_EVENTS_H
#define STORE_EVENTS_H

#include "store/store.h"

/* Adds an event; gives it its sequence. */
enum err events_add(struct store *s, struct event *event, struct error *error) must_use;

/* Calls `take` for the events after `since`, oldest first, only of items' and the overlay's changes unless
 * `all`; it returns false to stop. ERR_LIMIT when events after `since` are there no more, or `since` is an
 * event that was never there (a backup was restored). */
enum err events_each(struct store_reader *r, uint64_t since, bool all,
                     bool (*take)(void *context, const struct event *e), void *context,
                     struct error *error) must_use;

/* The events whose range holds `key` (an address or a name), newest first; before: only sequences below it,
 * 0: all. */
enum err events_of(struct store_reader *r, const struct range *key, uint64_t before,
                   bool (*take)(void *context, const struct event *e), void *context,
                   struct error *error) must_use;

/* The last event's sequence, also when it is gone by age; 0 when there was none. */
enum err events_last(struct store_reader *r, uint64_t *sequence, struct error *error) must_use;

#endif
