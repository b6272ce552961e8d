/* The page of a look-up: the verdict, the lists, and what can be done. */
#ifndef PAGE_VERDICT_H
#define PAGE_VERDICT_H

#include "page/layout.h"
#include "page/listed.h"

/* Writes the page of this answer of the API to a look-up, and answers with it. */
void verdict_show(struct page *page, const json_t *result);

/* The titles of the lists with one of these actions (bits by enum listed_action), as one text. */
const char *verdict_titles(struct page *page, const struct listed *lists, size_t count, unsigned actions);

/* What people call a list: its title, else its name. */
const char *verdict_title(const struct page *page, const char *list);

#endif
