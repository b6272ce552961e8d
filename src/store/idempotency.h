/* Idempotency keys: what a request with this key was answered, for 24 hours. */
#ifndef STORE_IDEMPOTENCY_H
#define STORE_IDEMPOTENCY_H

#include "store/store.h"

#define IDEMPOTENCY_SECONDS 86400

struct idempotency {
    char actor[DELIST_NAME]; /* keys of different tokens are different keys */
    char key[256];
    uint8_t fingerprint[32]; /* SHA-256 of method, path and body */
};

/* What the key was answered before: *status 0 when it is new; ERR_REFUSED when it came with another
 * fingerprint. *body is malloc'ed, the caller's. */
enum err idempotency_find(struct store_reader *r, const struct idempotency *repeat, int64_t now, int *status,
                          char **body, size_t *length, struct error *error) must_use;

/* Notes the answer, in the transaction of what was done. */
enum err idempotency_add(struct store *s, const struct idempotency *repeat, int64_t now, int status,
                         const char *body, size_t length, struct error *error) must_use;

/* Forgets those that are older than 24 hours. */
enum err idempotency_expire(struct store *s, int64_t now, struct error *error) must_use;

#endif
