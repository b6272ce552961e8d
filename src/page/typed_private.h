/* What typed.c and bounce.c share. Internal to page/. */
#ifndef PAGE_TYPED_PRIVATE_H
#define PAGE_TYPED_PRIVATE_H

#include "page/typed.h"

#define TYPED_WORD 512 /* bytes of a word; longer ones are no address and no domain */

/* Parses one word, in which widths are folded already. *in_zone: it was a name in a zone of ours, which says
 * more than another word. */
enum err typed_parse_word(const char *word, typed_is_zone *is_zone, void *context, struct range *out,
                          bool *in_zone, struct error *error) must_use;

/* Finds what a text of several words is about (bounce.c). ERR_REFUSED: nothing. */
enum err bounce_find(const char *text, typed_is_zone *is_zone, void *context, struct range *out) must_use;

#endif
