/* Rows of removal requests. What becomes of them is judged in delist/removal.h. */
#ifndef STORE_REQUESTS_H
#define STORE_REQUESTS_H

#include "store/store.h"

enum err requests_add(struct store *s, const struct removal_request *request, struct error *error) must_use;

/* Writes status, removed, updated_at, effective_by, reply, decided_by, proof. Raises the revision. */
enum err requests_change(struct store *s, struct removal_request *request, struct error *error) must_use;

/* ERR_REFUSED and no text when there is none. */
enum err requests_find(struct store_reader *r, const char *id, struct removal_request *out,
                       struct error *error) must_use;

/* The newest request for the same range and lists that is still undecided (or was removed and whose
 * delistings are active by their rows): what a repeat finds. */
enum err requests_find_same(struct store_reader *r, const struct range *range, const struct list_mask *lists,
                            bool *found, struct removal_request *out, struct error *error) must_use;

/* The queue, oldest first unless `newest`; `status` -1: all. after: the id of the last one of the page
 * before, empty: from the start; ERR_REFUSED when it is not there any more. */
enum err requests_each(struct store_reader *r, int status, bool newest, const char *after,
                       bool (*take)(void *context, const struct removal_request *request), void *context,
                       struct error *error) must_use;

/* How many of a client's (as stored in `client`) came since a time. */
enum err requests_count_client(struct store_reader *r, const char *client, int64_t since, unsigned *count,
                               struct error *error) must_use;

#endif
