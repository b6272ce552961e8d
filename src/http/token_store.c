#include "http/token_store.h"

#include "base/log.h"

#include <stddef.h>

/* Reads the file and puts its tokens in use. */
static enum err read_file(struct token_store *s, struct error *error)
{
    struct tokens *new = NULL, *old;
    enum err err = tokens_read(s->path, s->lists, &new, error);
    pthread_mutex_lock(&s->lock);
    old = s->tokens;
    if (err == OK)
        s->tokens = new;
    else
        s->failure = *error;
    s->failure.code = err;
    pthread_mutex_unlock(&s->lock);
    if (err != OK)
        return err;
    log_info("%s: %zu tokens", s->path, tokens_count(new));
    tokens_release(old);
    return OK;
}

enum err token_store_open(struct token_store *s, const char *path, const struct token_lists *lists,
                          struct error *error)
{
    *s = (struct token_store){ .path = path, .lists = lists };
    pthread_mutex_init(&s->lock, NULL);
    if (path == NULL)
        return OK;
    (void)!file_stamp_get(path, &s->stamp);
    return read_file(s, error);
}

void token_store_close(struct token_store *s)
{
    tokens_release(s->tokens);
    pthread_mutex_destroy(&s->lock);
}

void token_store_check(struct token_store *s)
{
    struct file_stamp now = { .size = 0 }; /* also of a file that is gone */
    struct error error;
    if (s->path == NULL)
        return;
    (void)!file_stamp_get(s->path, &now);
    if (file_stamp_equal(&now, &s->stamp))
        return;
    s->stamp = now;
    if (read_file(s, &error) != OK)
        log_error("%s; the tokens read before stay in use", error.text);
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
