/*
 * The token file: who may use the API. A line each:
 *
 *   TOKEN ROLE [NAME] [lists=A,B] [ranges=CIDR,..] [expires=TIME]
 *
 * TOKEN is the token itself or `sha256:` and the hex digits of its SHA-256; only that is kept. ROLE is admin,
 * operator, owner or reader. A word that begins with # makes the rest of the line a comment. A table is
 * immutable; it lives as long as somebody refers to it.
 */
#ifndef HTTP_TOKENS_H
#define HTTP_TOKENS_H

#include "base/sha256.h"
#include "store/types.h"

#define TOKENS_MOST       10000
#define TOKEN_RANGES_MOST 1000
#define TOKEN_LENGTH_MOST 512 /* of a token, in bytes */

struct token {
    uint8_t digest[SHA256_SIZE];
    bool plain; /* it stands in the file as it is */
    enum role role;
    char name[DELIST_NAME];
    struct list_mask lists; /* all, if it names none */
    struct range *ranges;
    size_t ranges_count; /* 0: anywhere */
    int64_t expires;     /* Unix seconds; INT64_MAX: never */
};

/* Gives the number of a list, or -1. */
struct token_lists {
    int (*number)(const void *context, const char *name);
    const void *context;
};

/* Reads one line, which is cut up. *out is a token, or *empty. `error` has no file and line yet; ranges are
 * to be freed. */
enum err token_parse(char *line, const struct token_lists *lists, bool *empty, struct token *out,
                     struct error *error) must_use;

struct tokens;

/* Reads the file. ERR_SYNTAX when there are bad lines: `error` has the first, with file and line, and the
 * log the next ones. Warns of plain tokens, and of a file that everybody can read. */
enum err tokens_read(const char *path, const struct token_lists *lists, struct tokens **out,
                     struct error *error) must_use;

/* The token that was sent, or NULL: compared with every one there is, in time that does not depend on how
 * much of them agrees. */
const struct token *tokens_find(const struct tokens *tokens, const char *token);

size_t tokens_count(const struct tokens *tokens);

/* One more refers to it, or one less; the last one frees. Any thread; NULL: nothing. */
struct tokens *tokens_take(struct tokens *tokens);
void tokens_release(struct tokens *tokens);

#endif
