/* The event log: history of an address, changes in order, audit trail. Events are only added, and purged by
 * age (privacy.h). */
#ifndef STORE_EVENTS_H
#define STORE_EVENTS_H

#include "store/store.h"

/* Adds an event and sets its sequence. */
enum err events_add(struct store *s, struct event *event, struct error *error) must_use;

/* Called with one event after the other, until it returns false. */
typedef bool event_visitor(void *context, const struct event *event);

/* Visits the events after `since`, oldest first; unless `all`, only changes of items and of the overlay.
 * ERR_LIMIT: events after `since` were purged, or `since` is greater than the last sequence (a backup was
 * restored). */
enum err events_each(struct store_reader *r, uint64_t since, bool all, event_visitor *visit, void *context,
                     struct error *error) must_use;

/* Likewise for the events whose range contains `key` (an address or a name), newest first; `before`: only
 * sequences below it, 0: all. */
enum err events_of(struct store_reader *r, const struct range *key, uint64_t before, event_visitor *visit,
                   void *context, struct error *error) must_use;

/* The sequence of the last event, even if that was purged; 0 if there was none. */
enum err events_last(struct store_reader *r, uint64_t *sequence, struct error *error) must_use;

#endif
