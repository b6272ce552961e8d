/* The page of a removal request: what became of it. */
#ifndef PAGE_REQUEST_PAGE_H
#define PAGE_REQUEST_PAGE_H

#include "page/layout.h"
#include "store/types.h"

/* Writes the request's page, and answers with it. `wrong`: why a code that was entered or a proof was not
 * taken; NULL: there was none. */
void request_page_show(struct page *page, const struct removal_request *request, const struct refusal *wrong);

#endif
