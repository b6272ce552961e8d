/* What people are told a list is called, and what it is. Texts are valid until layout_close. */
#ifndef PAGE_LIST_TITLE_H
#define PAGE_LIST_TITLE_H

#include "delist/list_policy.h"
#include "page/layout.h"
#include "page/listed.h"

/* What the list's rules say; nothing of a list that has none. */
const struct list_description *list_title_description(const struct page *page, const char *list);

/* What people call the list: its title, else its name. */
const char *list_title(const struct page *page, const char *list);

/* Adds a title to titles joined so far, in the page's language; empty: it is the first. */
const char *list_title_join(struct page *page, const char *joined, const char *title);

/* The titles of the lists with one of these actions (bits by enum listed_action), joined. */
const char *list_title_all(struct page *page, const struct listed *lists, size_t count, unsigned actions);

/* Those of the lists with these numbers. */
const char *list_title_mask(struct page *page, const struct list_mask *lists);

#endif
