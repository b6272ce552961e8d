/* What the operator tells everybody for a time. */
#ifndef PAGE_BANNER_H
#define PAGE_BANNER_H

#include "delist/notice.h"
#include "page/layout.h"

/* Writes a banner as a paragraph, if it is shown now; `before`: a text that precedes its own. */
void banner_write(struct page *page, const char *before, const struct banner *banner);

/* Writes what every page says: the server's banner, and which lists have ended. */
void banner_write_all(struct page *page);

#endif
