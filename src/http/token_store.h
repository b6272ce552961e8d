/*
 * The tokens in use: those of the token file as it last was valid. A file that is not valid, cannot be read,
 * or is gone changes nothing; the log says so once, and token_store_failure until the file is valid again.
 */
#ifndef HTTP_TOKEN_STORE_H
#define HTTP_TOKEN_STORE_H

#include "base/file_stamp.h"
#include "http/tokens.h"

#include <pthread.h>

struct token_store {
    const char *path; /* NULL: there is no token file, and there are no tokens */
    const struct token_lists *lists;
    struct file_stamp stamp; /* of the file when it was last read; the housekeeper's */
    pthread_mutex_t lock;    /* of what follows */
    struct tokens *tokens;
    struct error failure; /* code OK: none */
};

/* Reads the file for the first time. Main thread. token_store_close in any case; `path` and `lists` must
 * outlive it. */
enum err token_store_open(struct token_store *store, const char *path, const struct token_lists *lists,
                          struct error *error) must_use;
void token_store_close(struct token_store *store);

/* Reads the file if it has changed. The housekeeper. */
void token_store_check(struct token_store *store);

/* The tokens, for tokens_release; NULL: there is no token file. Any thread. */
struct tokens *token_store_acquire(struct token_store *store);

/* Why the file on disk is not in use. False: it is, or there is none. Any thread. */
bool token_store_failure(struct token_store *store, struct error *out);

#endif
