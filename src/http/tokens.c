#include "http/tokens.h"

#include "base/field_line.h"
#include "base/human.h"
#include "base/log.h"
#include "http/convert.h"
#include "http/string_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#define ROLES "reader, owner, operator, admin" /* in the order of enum role, from ROLE_READER on */

/* ---- A line ---- */

static enum err parse_digest(char *word, struct token *token, struct error *error)
{
    static const char prefix[] = "sha256:";
    if (string_list_find(ROLES, word) >= 0)
        return error_set(error, ERR_SYNTAX, "a role comes after its token");
    token->plain = strncmp(word, prefix, sizeof(prefix) - 1) != 0;
    if (token->plain && strlen(word) > TOKEN_LENGTH_MAX)
        return error_set(error, ERR_LIMIT, "a token has at most %d bytes", TOKEN_LENGTH_MAX);
    if (token->plain)
        sha256(word, strlen(word), token->digest);
    else if (!field_line_hex(word + sizeof(prefix) - 1, token->digest, SHA256_SIZE))
        return error_set(error, ERR_SYNTAX, "64 hexadecimal digits expected after sha256:");
    return OK;
}

static enum err parse_role(const char *word, struct token *token, struct error *error)
{
    int index = word != NULL ? string_list_find(ROLES, word) : -1;
    if (index < 0) /* the word is not quoted: it may be the token */
        return error_set(error, ERR_SYNTAX,
                         "a role expected after the token: admin, operator, owner or reader");
    token->role = ROLE_READER + (unsigned)index;
    snprintf(token->name, sizeof(token->name), "%s-%02x%02x%02x%02x", word, token->digest[0],
             token->digest[1], token->digest[2], token->digest[3]);
    return OK;
}

static enum err parse_name(const char *word, struct token *token, struct error *error)
{
    if (strlen(word) >= sizeof(token->name))
        return error_set(error, ERR_LIMIT, "a name has at most %zu bytes", sizeof(token->name) - 1);
    for (const char *c = word; *c != '\0'; c++)
        if (*c < '!' || *c > '~')
            return error_set(error, ERR_SYNTAX, "a name consists of printable ASCII characters");
    if (string_list_find("public, feed, time, root", word) >= 0) /* actors without a token */
        return error_set(error, ERR_SYNTAX, "the name '%s' is reserved", word);
    snprintf(token->name, sizeof(token->name), "%s", word);
    return OK;
}

static enum err parse_lists(char *words, const struct token_lists *lists, struct token *token,
                            struct error *error)
{
    memset(&token->lists, 0, sizeof(token->lists));
    for (char *word, *rest = words; (word = strsep(&rest, ",")) != NULL;) {
        int number = *word != '\0' ? lists->number(lists->context, word) : -1;
        char now[128] = "";
        if (number < 0 && lists->explain != NULL)
            lists->explain(lists->context, word, now, sizeof(now));
        if (number < 0)
            return error_set(error, ERR_SYNTAX, "there is no list '%s'%s", word, now);
        list_mask_add(&token->lists, (unsigned)number);
    }
    return OK;
}

static enum err parse_ranges(char *words, struct token *token, struct error *error)
{
    struct error why;
    for (char *word, *rest = words; (word = strsep(&rest, ",")) != NULL;) {
        if (token->ranges_count == TOKEN_RANGES_MAX)
            return error_set(error, ERR_LIMIT, "a token has at most %d ranges", TOKEN_RANGES_MAX);
        void *more = realloc(token->ranges, (token->ranges_count + 1) * sizeof(*token->ranges));
        if (more == NULL)
            return error_set(error, ERR_MEMORY, "out of memory");
        token->ranges = more;
        /* A domain name includes its subdomains. */
        if (range_parse(word, true, &token->ranges[token->ranges_count], &why) != OK)
            return error_set(error, ERR_SYNTAX, "ranges='%s': %s", word, why.text);
        token->ranges_count++;
    }
    return OK;
}

static enum err parse_option(char *word, const struct token_lists *lists, struct token *token,
                             struct error *error)
{
    char *value;
    if ((value = field_line_value(word, "lists")) != NULL)
        return parse_lists(value, lists, token, error);
    if ((value = field_line_value(word, "ranges")) != NULL)
        return parse_ranges(value, token, error);
    if ((value = field_line_value(word, "expires")) == NULL)
        return error_set(error, ERR_SYNTAX, "'%s': lists=, ranges= or expires= expected", word);
    if (!convert_time(value, &token->expires))
        return error_set(error, ERR_SYNTAX, "'%s': a time as 2027-01-31T12:00:00Z expected", value);
    return OK;
}

enum err token_parse(char *line, const struct token_lists *lists, bool *empty, struct token *out,
                     struct error *error)
{
    struct token token = { .expires = INT64_MAX };
    char *word = field_line_word(&line);
    *empty = word == NULL;
    if (*empty)
        return OK;
    memset(&token.lists, 0xff, sizeof(token.lists));
    enum err err = parse_digest(word, &token, error);
    if (err == OK)
        err = parse_role(field_line_word(&line), &token, error);
    for (unsigned n = 0; err == OK && (word = field_line_word(&line)) != NULL; n++)
        err = n == 0 && strchr(word, '=') == NULL ? parse_name(word, &token, error)
                                                  : parse_option(word, lists, &token, error);
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

struct token_file {
    const struct token_lists *lists;
    struct tokens *tokens;
};

static enum err add(struct tokens *t, const struct token *token, struct error *error)
{
    for (size_t i = 0; i < t->count; i++)
        if (memcmp(t->token[i].digest, token->digest, SHA256_SIZE) == 0)
            return error_set(error, ERR_SYNTAX, "this token occurs twice, before as '%s'", t->token[i].name);
    if (t->count == TOKENS_MAX)
        return error_set(error, ERR_LIMIT, "limit reached: %d tokens", TOKENS_MAX);
    struct token *more = realloc(t->token, (t->count + 1) * sizeof(*more));
    if (more == NULL)
        return error_set(error, ERR_MEMORY, "out of memory");
    t->token = more;
    t->token[t->count++] = *token;
    t->plain += token->plain;
    return OK;
}

static enum err parse_line(void *context, char *line, struct error *error)
{
    struct token_file *file = context;
    struct token token;
    bool empty;
    enum err err = token_parse(line, file->lists, &empty, &token, error);
    if (err != OK || empty)
        return err;
    err = add(file->tokens, &token, error);
    if (err != OK)
        free(token.ranges);
    return err;
}

static void log_tokens(const struct tokens *t, const char *path, mode_t mode)
{
    log_info("%s: %s", path, human_number(t->count, "token", "tokens").text);
    if ((mode & S_IROTH) != 0)
        log_warning("%s: everybody can read the tokens; chmod o= %s", path, path);
    if (t->plain > 0)
        log_warning("%s: %s in plain text; replace each by sha256: and the output of "
                    "`printf %%s TOKEN | sha256sum`",
                    path, human_number(t->plain, "token", "tokens").text);
    if (t->count == 0)
        log_warning("%s: the file has no tokens", path);
}

enum err tokens_read(const char *path, const struct token_lists *lists, struct tokens **out,
                     struct error *error)
{
    struct stat status;
    struct token_file context = { lists, calloc(1, sizeof(struct tokens)) };
    if (context.tokens == NULL)
        return error_set(error, ERR_MEMORY, "%s: out of memory", path);
    context.tokens->references = 1;
    enum err err = field_line_read_file(path, parse_line, &context, &status, error);
    if (err != OK) {
        tokens_release(context.tokens);
        return err;
    }
    log_tokens(context.tokens, path, status.st_mode);
    *out = context.tokens;
    return OK;
}

const struct token *tokens_find(const struct tokens *tokens, const char *token)
{
    uint8_t digest[SHA256_SIZE];
    size_t length = strlen(token), found = SIZE_MAX;
    if (length > TOKEN_LENGTH_MAX)
        return NULL;
    sha256(token, length, digest);
    for (size_t i = 0; i < tokens->count; i++) {
        unsigned difference = 0;
        for (size_t k = 0; k < SHA256_SIZE; k++)
            difference |= digest[k] ^ tokens->token[i].digest[k];
        size_t match = (size_t)0 - (size_t)(difference == 0); /* all ones, or 0 */
        found = (i & match) | (found & ~match);
    }
    return found != SIZE_MAX ? &tokens->token[found] : NULL;
}

struct tokens *tokens_acquire(struct tokens *tokens)
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

/* ---- The tokens in use ---- */

/* Reads the file and puts its tokens in use; of a file that is gone, that there are none. */
static enum err put_in_use(struct token_store *s, struct error *error)
{
    struct tokens *new = NULL, *old = NULL;
    enum err err = tokens_read(s->file.path, s->lists, &new, error);
    bool gone = err != OK && access(s->file.path, F_OK) != 0 && errno == ENOENT;
    pthread_mutex_lock(&s->lock);
    if (err == OK || gone) {
        old = s->tokens;
        s->tokens = new;
    }
    if (err != OK)
        s->failure = *error;
    s->failure.code = err;
    pthread_mutex_unlock(&s->lock);
    tokens_release(old);
    return err;
}

enum err token_store_open(struct token_store *s, const char *path, const struct token_lists *lists,
                          struct error *error)
{
    *s = (struct token_store){ .file = { .path = path, .again = true }, .lists = lists };
    pthread_mutex_init(&s->lock, NULL);
    return file_stamp_due(&s->file) ? put_in_use(s, error) : OK;
}

void token_store_close(struct token_store *s)
{
    tokens_release(s->tokens);
    pthread_mutex_destroy(&s->lock);
}

void token_store_check(struct token_store *s, bool again)
{
    struct error error;
    s->file.again |= again;
    if (file_stamp_due(&s->file) && put_in_use(s, &error) != OK)
        log_error("%s; %s", error.text,
                  s->tokens != NULL ? "the tokens read before stay in use"
                                    : "the file is gone, so no token is valid");
}

struct tokens *token_store_acquire(struct token_store *s)
{
    pthread_mutex_lock(&s->lock);
    struct tokens *tokens = tokens_acquire(s->tokens);
    pthread_mutex_unlock(&s->lock);
    return tokens;
}

bool token_store_failure(struct token_store *s, struct error *out)
{
    pthread_mutex_lock(&s->lock);
    bool failed = s->failure.code != OK;
    *out = s->failure;
    pthread_mutex_unlock(&s->lock);
    return failed;
}
