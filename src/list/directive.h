/* $ directives: what a list file says about itself. */
#ifndef LIST_DIRECTIVE_H
#define LIST_DIRECTIVE_H

#include "list/list_reader.h"

/* Reads the directive whose keyword begins at `text`, behind the $; `end` is the end of the line. Answers as
 * a reader of lines does (list_reader.h). ERR_REFUSED: a $TIMESTAMP in the future. */
enum err directive_read(struct list_reader *r, char *text, char *end) must_use;

/* `ttl` within the bounds of the options. */
uint32_t directive_clamp_ttl(const struct load_options *options, uint32_t ttl);

#endif
