/* The words of a bounce, and what words say of others near them. Internal to page/; pure. */
#ifndef PAGE_BOUNCE_WORDS_H
#define PAGE_BOUNCE_WORDS_H

#include "page/typed_private.h"

enum { BOUNCE_WORDS_MAX = 2000 }; /* of a text that are read */

/* A text of several words. */
struct bounce {
    const struct typed_names *names;
    struct bounce_word {
        const char *at;
        size_t length;
    } words[BOUNCE_WORDS_MAX];
    size_t count;
};

/* What a word says about one near it. One of at least four letters of ASCII stands for all that begin with
 * it, one in Japanese for all that have it. Weights are set by hand, so that the bounces in
 * tests/unit/page/test_typed.c and test_bounce.c are understood. */
struct hint {
    const char *word;
    int weight;
};

/* Splits a text, which must outlive the words. */
void bounce_split(const char *text, struct bounce *out);

/* Whether the word begins with the code of a refusal (RFC 5321 section 4.2.1): 550, 550-text. */
bool bounce_is_reply(const struct bounce_word *word);

/* Copies a word without the code that may stand in front of it. Too long: the copy is empty. */
void bounce_copy(const struct bounce_word *word, char copy[TYPED_WORD]);

/* The weight of a word; 0: no hint. */
int bounce_weigh(const struct hint *hints, size_t count, const char *word);

/* Finds the list, its code and the reply in the text whose `out->key` was found (bounce_list.c). `zone`: that
 * in whose name the key was; empty: in none. */
void bounce_find_list(const struct bounce *b, const char *zone, struct typed *out);

#endif
