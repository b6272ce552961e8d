/* The page of a look-up: whether it is listed, the lists, and what can be done. */
#ifndef PAGE_LOOKUP_PAGE_H
#define PAGE_LOOKUP_PAGE_H

#include "page/layout.h"
#include "page/own_requests.h"

#include <jansson.h>

/* Writes the page of this answer of the API to a look-up, and answers with it. `own`: open requests of who
 * looks it up. */
void lookup_page_show(struct page *page, const json_t *result, struct own_requests *own);

#endif
