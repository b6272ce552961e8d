/* Idempotency keys: the answer to a request with this key, kept for 24 hours. */
#ifndef STORE_IDEMPOTENCY_H
#define STORE_IDEMPOTENCY_H

#include "store/store.h"

#define IDEMPOTENCY_SECONDS 86400

struct idempotency {
    char actor[STORE_NAME]; /* of the token, or for a client without one; each has its own keys */
    char key[256];
    uint8_t fingerprint[32]; /* SHA-256 of method, path and body */
};

/* Finds the answer to this key. *status 0: the key is new, and *body is NULL. The caller frees *body.
 * ERR_REFUSED: the key came with another fingerprint. */
enum err idempotency_find(struct store_reader *r, const struct idempotency *key, int64_t now, int *status,
                          char **body, size_t *length, struct error *error) must_use;

/* Stores the answer, in the transaction of the change itself. */
enum err idempotency_add(struct store *s, const struct idempotency *key, int64_t now, int status,
                         const char *body, size_t length, struct error *error) must_use;

/* Deletes keys older than 24 hours, at most STORE_PURGE. */
enum err idempotency_purge(struct store *s, int64_t now, struct error *error) must_use;

#endif
