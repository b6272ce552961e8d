/*
 * Personal data: what is stored of clients and requesters, for how long, and how it is exported or erased.
 *
 * Client addresses and requesters are reduced before they are stored: `full` keeps them, `prefix` keeps the
 * /24 or /48 of an address and the domain of an e-mail address, `none` keeps nothing.
 */
#ifndef STORE_PRIVACY_H
#define STORE_PRIVACY_H

#include "store/store.h"

enum privacy { PRIVACY_FULL, PRIVACY_PREFIX, PRIVACY_NONE };

/* Reduces a client's address in place. Idempotent. */
void privacy_client(enum privacy privacy, char client[64]);

/* Likewise a requester: `prefix` keeps the `@domain` of an e-mail address; only `full` keeps free text. */
void privacy_requester(enum privacy privacy, char *text);

struct retention {
    uint32_t people;  /* seconds that contact data of requests, clients and requesters are kept after the
                         decision or the end of the item; 0: no limit */
    uint32_t history; /* seconds that events, ended items and decided requests are kept; 0: no limit */
};

/* Erases data past its retention, a bounded number of rows at a time; *more: there is more to do. */
enum err privacy_purge(struct store *s, const struct retention *retention, int64_t now, bool *more,
                       struct error *error) must_use;

/* Calls `visit` with every field that holds data of `subject`, an e-mail or IP address (complete, or as
 * stored): table, id of the row, its time, field and value. That is every field of a removal request that
 * came from the subject; elsewhere the fields that name it. Nothing if `subject` is not a valid address.
 * Reads all rows. */
typedef bool privacy_visitor(void *context, const char *table, const char *id, int64_t time,
                             const char *field, const char *value);
enum err privacy_each(struct store_reader *r, const char *subject, privacy_visitor *visit, void *context,
                      struct error *error) must_use;

/* Erases those fields, in the file and its WAL; items stay in force. *rows: how many rows were changed. */
enum err privacy_erase(struct store *s, const char *subject, uint64_t *rows, struct error *error) must_use;

#endif
