#include "page/pasted.h"

#include "base/utf8.h"
#include "page/typed_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEPARATORS " ,;"

enum { CLASSIFIED = 100 }; /* words of a line that decide what it is */

/* ---- Rows ---- */

static bool is_same(const struct pasted_row *a, const struct pasted_row *b)
{
    return a->kind == b->kind &&
           (a->kind == PASTED_KEY ? range_equals(&a->key, &b->key) : strcmp(a->text, b->text) == 0);
}

/* Copies what fits of the first `length` bytes, in whole characters. */
static void copy_shown(char out[PASTED_SHOWN + 1], const char *text, size_t length)
{
    size_t used = 0;
    for (size_t size; used < length && (size = utf8_sequence(text + used, length - used)) > 0; used += size)
        if (used + size > PASTED_SHOWN)
            break;
    *(char *)mempcpy(out, text, used) = '\0';
}

/* Adds what `text` is about. False: the rows are full. */
static bool add(struct pasted *pasted, const char *text, size_t length, const struct range *key)
{
    struct pasted_row row = { .kind = key == NULL            ? PASTED_NOTHING
                                      : range_size(key) == 1 ? PASTED_KEY
                                                             : PASTED_RANGE };
    copy_shown(row.text, text, length);
    if (key != NULL)
        row.key = *key;
    for (size_t i = 0; i < pasted->count; i++)
        if (is_same(&pasted->rows[i], &row))
            return true;
    if (pasted->count == PASTED_MOST)
        return false;
    pasted->rows[pasted->count++] = row;
    return true;
}

/* ---- Lines ---- */

static bool parse_word(const char *at, size_t length, const struct typed_names *names, struct range *out)
{
    char word[TYPED_WORD], zone[TYPED_WORD];
    struct error unused;
    if (length >= sizeof(word))
        return false;
    *(char *)mempcpy(word, at, length) = '\0';
    return typed_parse_word(word, names, out, zone, &unused) == OK;
}

/* Whether at least half of the words are addresses, ranges or domains. */
static bool is_list(const char *line, const struct typed_names *names)
{
    size_t words = 0, keys = 0, length;
    struct range unused;
    for (; words < CLASSIFIED; line += length, words++) {
        line += strspn(line, SEPARATORS);
        length = strcspn(line, SEPARATORS);
        if (length == 0)
            break;
        keys += parse_word(line, length, names, &unused);
    }
    return 2 * keys >= words;
}

/* Adds each word. Returns where the rows were full, else the line's end. */
static const char *add_words(struct pasted *pasted, const char *line, const struct typed_names *names)
{
    struct range key;
    for (size_t length;; line += length) {
        line += strspn(line, SEPARATORS);
        length = strcspn(line, SEPARATORS);
        if (length == 0 || !add(pasted, line, length, parse_word(line, length, names, &key) ? &key : NULL))
            return line;
    }
}

/* Adds what a line is about, in which widths are folded. *rest: where the rows were full, else its end. */
static enum err add_line(struct pasted *pasted, const char *line, const struct typed_names *names,
                         const char **rest)
{
    struct typed typed;
    struct error unused;
    size_t length = strlen(line);
    *rest = line + length;
    if (length == 0)
        return OK;
    if (is_list(line, names)) {
        *rest = add_words(pasted, line, names);
        return OK;
    }
    enum err err = typed_find(line, names, &typed, &unused);
    if (err != ERR_MEMORY && !add(pasted, line, length, err == OK ? &typed.key : NULL))
        *rest = line;
    return err == ERR_MEMORY ? err : OK;
}

/* The bytes of the first line. Of one that is too long to be read at once: up to a blank. */
static size_t line_length(const char *text)
{
    size_t length = strcspn(text, "\n");
    if (length < TYPED_MAX)
        return length;
    const char *blank = memrchr(text, ' ', TYPED_MAX - 1);
    return blank != NULL && blank != text ? (size_t)(blank - text) : TYPED_MAX - 1;
}

enum err pasted_parse(const char *text, const struct typed_names *names, struct pasted *out)
{
    enum err err = OK;
    *out = (struct pasted){ .count = 0 };
    while (*text != '\0' && out->rest == NULL && err == OK) {
        size_t length = line_length(text);
        char *line = typed_fold(text, length);
        const char *rest;
        if (line == NULL)
            return ERR_MEMORY;
        text += length + (text[length] == '\n');
        err = add_line(out, line, names, &rest);
        if (err == OK && *rest != '\0' && asprintf(&out->rest, "%s\n%s", rest, text) < 0) {
            out->rest = NULL;
            err = ERR_MEMORY;
        }
        free(line);
    }
    if (err == OK && out->rest == NULL)
        out->rest = strdup("");
    return out->rest != NULL ? err : ERR_MEMORY;
}

void pasted_free(struct pasted *pasted)
{
    free(pasted->rest);
}
