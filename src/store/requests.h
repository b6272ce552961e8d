/* The table of removal requests. delist/removal.h decides on them. */
#ifndef STORE_REQUESTS_H
#define STORE_REQUESTS_H

#include "store/store.h"

/* Inserts a request with the revision 1. */
enum err requests_add(struct store *s, const struct removal_request *request, struct error *error) must_use;

/* Writes status, removed, updated_at, effective_by, reply, decided_by, the codes and what else proves
 * control. Raises the revision. One that is not open any more has no asker. */
enum err requests_change(struct store *s, struct removal_request *request, struct error *error) must_use;

/* ERR_REFUSED without text: there is none. */
enum err requests_find(struct store_reader *r, const char *id, struct removal_request *out,
                       struct error *error) must_use;

/* Finds the newest request with the same `repeat`, range and lists as `like` that is undecided, or granted
 * with its delistings stored as active. */
enum err requests_find_same(struct store_reader *r, const struct removal_request *like, bool *found,
                            struct removal_request *out, struct error *error) must_use;

/* Finds the digest of the newest code that was sent to a mailbox (digest) between `since` and `until`. */
enum err requests_find_code(struct store_reader *r, const uint8_t mailbox[STORE_DIGEST], int64_t since,
                            int64_t until, bool *found, uint8_t code[32], struct error *error) must_use;

/* Visits the requests of an asker (digest) that wait for a review, or since `since` for a code; oldest first.
 */
enum err requests_each_open(struct store_reader *r, const uint8_t asker[STORE_DIGEST], int64_t since,
                            bool (*visit)(void *context, const struct removal_request *request),
                            void *context, struct error *error) must_use;

/* How many requests wait for a review: for `range`, NULL: in all. */
enum err requests_count_pending(struct store_reader *r, const struct range *range, uint64_t *pending,
                                struct error *error) must_use;

/* Finds the oldest request for `range` that waits for a review, and is younger than the one with the id
 * `after`; empty: of all. */
enum err requests_find_pending(struct store_reader *r, const struct range *range, const char *after,
                               bool *found, struct removal_request *out, struct error *error) must_use;

/* Visits requests, oldest first unless `newest`; `status` -1: all. after: the number of the last one of the
 * previous page, which may be purged; 0: from the start. */
enum err requests_each(struct store_reader *r, int status, bool newest, uint64_t after,
                       bool (*visit)(void *context, const struct removal_request *request), void *context,
                       struct error *error) must_use;

#endif
