/*
 * Personal data: what is kept of clients and requesters, for how long, and giving it out or erasing it.
 *
 * Client addresses and requesters are cut down before they are stored: `full` keeps them, `prefix` keeps the
 * /24 or /48 of an address and the domain of an e-mail address, `none` keeps nothing.
 */
#ifndef STORE_PRIVACY_H
#define STORE_PRIVACY_H

#include "store/store.h"

enum privacy { PRIVACY_FULL, PRIVACY_PREFIX, PRIVACY_NONE };

/* Cuts a client's address down, in place; twice is as good as once. */
void privacy_client(enum privacy privacy, char client[64]);

/* The same of a requester: an e-mail address, of which `@domain` stays, or free text (which only `full`
 * keeps).
 */
void privacy_requester(enum privacy privacy, char *text);

struct retention {
    uint32_t people;  /* seconds that contact data of requests, clients and requesters are kept after the
                         decision,  or the end of the item; 0: for ever */
    uint32_t history; /* seconds that events, ended items and decided requests are kept; 0: for ever */
};

/* Erases what is past its time, a bounded number of rows at a time; *more: there is more to do. */
enum err privacy_sweep(struct store *s, const struct retention *retention, int64_t now, bool *more,
                       struct error *error) must_use;

/* Calls `take` with every field that holds data of `subject`, an e-mail address or an IP address (whole, or
 * as stored): table, id of the row, its time, field and value. Of a removal request that came from the
 * subject all fields are; elsewhere those that name it. What is neither kind of address has no data. Reads
 * all rows. */
enum err privacy_each(struct store_reader *r, const char *subject,
                      bool (*take)(void *context, const char *table, const char *id, int64_t time,
                                   const char *field, const char *value),
                      void *context, struct error *error) must_use;

/* Blanks those fields, in the file and its log; what was done on the lists stays. *rows: how many rows. */
enum err privacy_erase(struct store *s, const char *subject, uint64_t *rows, struct error *error) must_use;

#endif
