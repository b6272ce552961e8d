/* What typed.c and the files that read bounces share. Internal to page/. */
#ifndef PAGE_TYPED_PRIVATE_H
#define PAGE_TYPED_PRIVATE_H

#include "page/typed.h"

#define TYPED_WORD 512 /* bytes of a word; longer ones are no address and no domain */

/* Makes a copy of a text with widths folded, blanks and control characters made one blank, and none around
 * it, for free(). NULL: out of memory. */
char *typed_fold(const char *text, size_t length);

/* Parses one word, in which widths are folded already. `zone`: the zone of ours that the word is a name in,
 * which says more than another word; empty: it is not. */
enum err typed_parse_word(const char *word, const struct typed_names *names, struct range *out,
                          char zone[TYPED_WORD], struct error *error) must_use;

/* Parses a domain: the word itself, or the host of a URL. False: it is none, or an e-mail address. */
bool typed_parse_host(const char *word, struct range *out) must_use;

/* Finds what a text of several words is about (bounce.c). ERR_REFUSED: nothing. */
enum err bounce_find(const char *text, const struct typed_names *names, struct typed *out) must_use;

#endif
