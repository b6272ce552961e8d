/* Directives: lines with a $ keyword, what a list file says about itself. */
#ifndef LIST_DIRECTIVE_H
#define LIST_DIRECTIVE_H

#include "list/list_reader.h"

/* Reads the directive whose keyword is at `text`, after the $; `end` is the end of the line. Returns as
 * list_reader.h says of a line. ERR_REFUSED: a $TIMESTAMP in the future. */
enum err directive_read(struct list_reader *r, char *text, char *end) must_use;

/* `ttl`, raised or lowered to the bounds of the options. */
uint32_t directive_clamp_ttl(const struct load_options *options, uint32_t ttl);

#endif
