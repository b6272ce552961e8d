/*
 * The token file: who may use the API. A line each (base/field_line.h):
 *
 *   TOKEN ROLE [NAME] [lists=A,B] [ranges=CIDR,..] [expires=TIME]
 *
 * TOKEN is the token itself, or `sha256:` and the hexadecimal digits of its SHA-256; only the digest is kept.
 * ROLE is admin, operator, owner or reader. A file with a line that is not valid is refused as a whole. A
 * table of tokens is immutable and reference-counted.
 */
#ifndef HTTP_TOKENS_H
#define HTTP_TOKENS_H

#include "base/sha256.h"
#include "store/types.h"

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

/* Gives the number of a list, or -1. */
struct token_lists {
    int (*number)(const void *context, const char *name);
    const void *context;
};

/* Parses one line, which is cut up. *empty: the line has no token, and *out is untouched. `error` has no file
 * and line; the caller frees out->ranges. */
enum err token_parse(char *line, const struct token_lists *lists, bool *empty, struct token *out,
                     struct error *error) must_use;

struct tokens;

/* Reads the file. ERR_SYNTAX: a line is not valid, or a token occurs twice; `error` has the first such line,
 * the log the next ones. Warns of tokens in plain text, and of a file that everybody can read. */
enum err tokens_read(const char *path, const struct token_lists *lists, struct tokens **out,
                     struct error *error) must_use;

/* Finds the token that was sent, or NULL: compares it with all, in time that does not depend on what they
 * have in common. */
const struct token *tokens_find(const struct tokens *tokens, const char *token);

size_t tokens_count(const struct tokens *tokens);

/* One reference more, or less; the last one frees. Any thread; NULL: nothing. */
struct tokens *tokens_acquire(struct tokens *tokens);
void tokens_release(struct tokens *tokens);

#endif
