#include "http/tokens.h"

#include "base/log.h"
#include "http/convert.h"
#include "http/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>

enum { BAD_LINES_SHOWN = 20 };

struct tokens {
    unsigned references;
    size_t count, plain;
    struct token *token;
};

/* ---- A line ---- */

static bool digest_from_hex(const char *hex, uint8_t digest[SHA256_SIZE])
{
    if (strlen(hex) != 2 * (size_t)SHA256_SIZE || strspn(hex, "0123456789abcdefABCDEF") != strlen(hex))
        return false;
    for (size_t i = 0; i < SHA256_SIZE; i++)
        sscanf(hex + 2 * i, "%2hhx", &digest[i]);
    return true;
}

static enum err read_token(const char *word, struct token *token, struct error *error)
{
    token->plain = strncmp(word, "sha256:", 7) != 0;
    if (token->plain && strlen(word) > TOKEN_LENGTH_MOST)
        return error_set(error, ERR_LIMIT, "a token of more than %d bytes", TOKEN_LENGTH_MOST);
    if (token->plain)
        sha256(word, strlen(word), token->digest);
    else if (!digest_from_hex(word + 7, token->digest))
        return error_set(error, ERR_SYNTAX, "64 hexadecimal digits expected behind sha256:");
    return OK;
}

static enum err read_role(const char *word, struct token *token, struct error *error)
{
    static const struct {
        const char *word;
        enum role role;
    } roles[] = { { "admin", ROLE_ADMIN },
                  { "operator", ROLE_OPERATOR },
                  { "owner", ROLE_OWNER },
                  { "reader", ROLE_READER } };
    for (size_t i = 0; word != NULL && i < ARRAY_SIZE(roles); i++) {
        if (strcmp(word, roles[i].word) == 0) {
            token->role = roles[i].role;
            snprintf(token->name, sizeof(token->name), "%s-%02x%02x%02x%02x", word, token->digest[0],
                     token->digest[1], token->digest[2], token->digest[3]);
            return OK;
        }
    }
    return error_set(error, ERR_SYNTAX,
                     "%s%s%sa role expected behind the token: admin, operator, owner or "
                     "reader",
                     word != NULL ? "'" : "", word != NULL ? word : "", word != NULL ? "': " : "");
}

/* Names by which events tell who acted when nobody with a token did. */
static bool is_reserved(const char *name)
{
    static const char *const reserved[] = { "public", "feed", "time", "root" };
    for (size_t i = 0; i < ARRAY_SIZE(reserved); i++)
        if (strcmp(name, reserved[i]) == 0)
            return true;
    return false;
}

static enum err read_name(const char *word, struct token *token, struct error *error)
{
    if (strlen(word) >= sizeof(token->name))
        return error_set(error, ERR_LIMIT, "a name of more than %zu bytes", sizeof(token->name) - 1);
    for (const char *c = word; *c != '\0'; c++)
        if (*c < '!' || *c > '~')
            return error_set(error, ERR_SYNTAX, "a name is of printable ASCII characters");
    if (is_reserved(word))
        return error_set(error, ERR_SYNTAX, "the name '%s' has a meaning of its own", word);
    snprintf(token->name, sizeof(token->name), "%s", word);
    return OK;
}

static enum err read_lists(char *words, const struct token_lists *lists, struct token *token,
                           struct error *error)
{
    memset(&token->lists, 0, sizeof(token->lists));
    for (char *word, *rest = words; (word = strsep(&rest, ",")) != NULL;) {
        int number = *word != '\0' ? lists->number(lists->context, word) : -1;
        if (number < 0)
            return error_set(error, ERR_SYNTAX, "there is no list '%s'", word);
        list_mask_add(&token->lists, (unsigned)number);
    }
    return OK;
}

static enum err read_ranges(char *words, struct token *token, struct error *error)
{
    struct error why;
    for (char *word, *rest = words; (word = strsep(&rest, ",")) != NULL;) {
        if (token->ranges_count == TOKEN_RANGES_MOST)
            return error_set(error, ERR_LIMIT, "more than %d ranges", TOKEN_RANGES_MOST);
        void *more = realloc(token->ranges, (token->ranges_count + 1) * sizeof(*token->ranges));
        if (more == NULL)
            return error_set(error, ERR_MEMORY, "out of memory");
        token->ranges = more;
        /* A domain name stands for all that is below it. */
        if (range_parse(word, true, &token->ranges[token->ranges_count], &why) != OK)
            return error_set(error, ERR_SYNTAX, "ranges='%s': %s", word, why.text);
        token->ranges_count++;
    }
    return OK;
}

static enum err read_option(char *word, const struct token_lists *lists, struct token *token,
                            struct error *error)
{
    char *value = strchr(word, '=') + 1;
    if (strncmp(word, "lists=", 6) == 0)
        return read_lists(value, lists, token, error);
    if (strncmp(word, "ranges=", 7) == 0)
        return read_ranges(value, token, error);
    if (strncmp(word, "expires=", 8) != 0)
        return error_set(error, ERR_SYNTAX, "'%s': lists=, ranges= or expires= expected", word);
    if (!convert_time(value, &token->expires))
        return error_set(error, ERR_SYNTAX, "'%s': a time as 2027-01-31T12:00:00Z expected", value);
    return OK;
}

enum err token_parse(char *line, const struct token_lists *lists, bool *empty, struct token *out,
                     struct error *error)
{
    static const char blanks[] = " \t\r\n";
    struct token token = { .expires = INT64_MAX };
    char *rest, *word = strtok_r(line, blanks, &rest);
    *empty = word == NULL || *word == '#';
    if (*empty)
        return OK;
    memset(&token.lists, 0xff, sizeof(token.lists));
    enum err err = read_token(word, &token, error);
    if (err == OK)
        err = read_role(strtok_r(NULL, blanks, &rest), &token, error);
    for (unsigned n = 0; err == OK && (word = strtok_r(NULL, blanks, &rest)) != NULL; n++) {
        if (*word == '#')
            break;
        if (strchr(word, '=') != NULL)
            err = read_option(word, lists, &token, error);
        else if (n == 0)
            err = read_name(word, &token, error);
        else
            err = error_set(error, ERR_SYNTAX, "'%s': lists=, ranges= or expires= expected", word);
    }
    if (err == OK && token.role == ROLE_OWNER && token.ranges_count == 0)
        err = error_set(error, ERR_SYNTAX, "an owner needs ranges=");
    if (err != OK) {
        free(token.ranges);
        return err;
    }
    *out = token;
    return OK;
}

/* ---- The file ---- */

static enum err add(struct tokens *t, const struct token *token, struct error *error)
{
    for (size_t i = 0; i < t->count; i++)
        if (memcmp(t->token[i].digest, token->digest, SHA256_SIZE) == 0)
            return error_set(error, ERR_SYNTAX, "this token was there before, as '%s'", t->token[i].name);
    if (t->count == TOKENS_MOST)
        return error_set(error, ERR_LIMIT, "more than %d tokens", TOKENS_MOST);
    struct token *more = realloc(t->token, (t->count + 1) * sizeof(*more));
    if (more == NULL)
        return error_set(error, ERR_MEMORY, "out of memory");
    t->token = more;
    t->token[t->count++] = *token;
    t->plain += token->plain;
    return OK;
}

/* Reads all lines; returns how many are bad. The caller tells of the first one. */
static unsigned read_lines(FILE *file, const char *path, const struct token_lists *lists, struct tokens *t,
                           struct error *first)
{
    char *line = NULL;
    size_t size = 0;
    unsigned bad = 0, number = 1;
    for (ssize_t length; (length = getline(&line, &size, file)) >= 0; number++) {
        struct token token;
        struct error error;
        bool empty = false;
        enum err err = OK;
        if (strlen(line) != (size_t)length)
            err = error_set(&error, ERR_SYNTAX, "a zero byte");
        else
            err = token_parse(line, lists, &empty, &token, &error);
        if (err == OK && !empty && (err = add(t, &token, &error)) != OK)
            free(token.ranges);
        if (err == OK)
            continue;
        if (bad++ == 0)
            error_set(first, err, "%s:%u: %s", path, number, error.text);
        else if (bad <= BAD_LINES_SHOWN)
            log_error("%s:%u: %s", path, number, error.text);
    }
    free(line);
    return bad;
}

static void warn(const struct tokens *t, const char *path, mode_t mode)
{
    if ((mode & S_IROTH) != 0)
        log_warning("%s: everybody can read the tokens; chmod o= %s", path, path);
    if (t->plain > 0)
        log_warning("%s: %zu of %zu tokens stand there as they are; write sha256: and the output of "
                    "`printf %%s TOKEN | sha256sum` instead",
                    path, t->plain, t->count);
    if (t->count == 0)
        log_warning("%s: there are no tokens in it", path);
}

enum err tokens_read(const char *path, const struct token_lists *lists, struct tokens **out,
                     struct error *error)
{
    FILE *file;
    mode_t mode;
    enum err err = file_open(path, &file, &mode, error);
    if (err != OK)
        return err;
    struct tokens *t = calloc(1, sizeof(*t));
    if (t == NULL) {
        fclose(file);
        return error_set(error, ERR_MEMORY, "%s: out of memory", path);
    }
    t->references = 1;
    unsigned bad = read_lines(file, path, lists, t, error);
    bool broken = ferror(file);
    fclose(file);
    if (bad == 0 && !broken) {
        warn(t, path, mode);
        *out = t;
        return OK;
    }
    tokens_release(t);
    return bad > 0 ? ERR_SYNTAX : error_set(error, ERR_SYSTEM, "%s: cannot be read", path);
}

const struct token *tokens_find(const struct tokens *tokens, const char *token)
{
    uint8_t digest[SHA256_SIZE];
    size_t length = strlen(token), found = SIZE_MAX;
    if (length > TOKEN_LENGTH_MOST)
        return NULL;
    sha256(token, length, digest);
    for (size_t i = 0; i < tokens->count; i++) {
        unsigned differs = 0;
        for (size_t k = 0; k < SHA256_SIZE; k++)
            differs |= digest[k] ^ tokens->token[i].digest[k];
        size_t match = (size_t)0 - (size_t)(differs == 0); /* all ones, or 0 */
        found = (i & match) | (found & ~match);
    }
    return found != SIZE_MAX ? &tokens->token[found] : NULL;
}

size_t tokens_count(const struct tokens *tokens)
{
    return tokens->count;
}

struct tokens *tokens_take(struct tokens *tokens)
{
    if (tokens != NULL)
        __atomic_add_fetch(&tokens->references, 1, __ATOMIC_RELAXED);
    return tokens;
}

void tokens_release(struct tokens *tokens)
{
    if (tokens == NULL || __atomic_sub_fetch(&tokens->references, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    for (size_t i = 0; i < tokens->count; i++)
        free(tokens->token[i].ranges);
    free(tokens->token);
    free(tokens);
}
