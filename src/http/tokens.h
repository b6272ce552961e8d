/*
 * The token file: who may use the API. A line each (base/field_line.h):
 *
 *   TOKEN ROLE [NAME] [lists=A,B] [ranges=CIDR,..] [expires=TIME]
 *
 * TOKEN is the token itself, or `sha256:` and the hexadecimal digits of its SHA-256; only the digest is kept.
 * ROLE is admin, operator, owner or reader. A file with a line that is not valid is refused as a whole.
 */
#ifndef HTTP_TOKENS_H
#define HTTP_TOKENS_H

#include "base/file_stamp.h"
#include "base/sha256.h"
#include "store/types.h"

#include <pthread.h>

#define TOKENS_MAX       10000
#define TOKEN_RANGES_MAX 1000
#define TOKEN_LENGTH_MAX 512 /* bytes of a token */

struct token {
    uint8_t digest[SHA256_SIZE];
    bool plain; /* the file has the token itself */
    enum role role;
    char name[STORE_NAME];
    struct list_mask lists; /* all, if it names none */
    struct range *ranges;
    size_t ranges_count; /* 0: anywhere */
    int64_t expires;     /* Unix seconds; INT64_MAX: never */
};

/* Gives the number of a list, or -1; and what has become of one that there is not (list_policy_explain). */
struct token_lists {
    int (*number)(const void *context, const char *name);
    const void *context;
    void (*explain)(const void *context, const char *name, char *out, size_t size); /* NULL: nothing known */
};

/* Parses one line, which is cut up. *empty: the line has no token, and *out is untouched. `error` has no file
 * and line; the caller frees out->ranges. */
enum err token_parse(char *line, const struct token_lists *lists, bool *empty, struct token *out,
                     struct error *error) must_use;

/* A table of tokens: immutable and reference-counted. */
struct tokens {
    unsigned references;
    size_t count, plain;
    struct token *token;
};

/* Reads the file. ERR_SYNTAX: a line is not valid, or a token occurs twice; `error` has the first such line,
 * the log the next ones. Warns of tokens in plain text, and of a file that everybody can read. */
enum err tokens_read(const char *path, const struct token_lists *lists, struct tokens **out,
                     struct error *error) must_use;

/* Finds the token that was sent, or NULL: compares it with all, in time that does not depend on what they
 * have in common. */
const struct token *tokens_find(const struct tokens *tokens, const char *token);

/* One reference more, or less; the last one frees. Any thread; NULL: nothing. */
struct tokens *tokens_acquire(struct tokens *tokens);
void tokens_release(struct tokens *tokens);

/* The tokens in use: those of the token file as it last was valid. A file that is not valid or cannot be read
 * changes nothing; of one that is gone, no token is valid. The log says so once, and token_store_failure
 * until the file is valid again. */
struct token_store {
    struct polled_file file; /* without a path there are no tokens; the housekeeper's */
    const struct token_lists *lists;
    pthread_mutex_t lock; /* of what follows */
    struct tokens *tokens;
    struct error failure; /* code OK: none */
};

/* Reads the file for the first time. Main thread. token_store_close in any case; `path` and `lists` must
 * outlive it. */
enum err token_store_open(struct token_store *store, const char *path, const struct token_lists *lists,
                          struct error *error) must_use;
void token_store_close(struct token_store *store);

/* Reads the file if it has changed and is not being written (base/file_stamp.h), with `again` in any case.
 * The housekeeper. */
void token_store_check(struct token_store *store, bool again);

/* The tokens, for tokens_release; NULL: there is no token file, or it is gone. Any thread. */
struct tokens *token_store_acquire(struct token_store *store);

/* Why the file on disk is not in use. False: it is, or there is none. Any thread. */
bool token_store_failure(struct token_store *store, struct error *out);

#endif
