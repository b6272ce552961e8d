/* What went wrong, as a page. */
#ifndef PAGE_ERROR_PAGE_H
#define PAGE_ERROR_PAGE_H

#include "delist/refusal.h"
#include "page/layout.h"

/* A refusal in the page's language, for a person; valid until layout_close. */
const char *error_page_text(struct page *page, const struct refusal *refusal);

/* Begins a page that says why the request failed. */
void error_page_open(struct page *page, int status, const struct refusal *refusal);

/* Writes a page that says why the request failed, with the box, and answers with it. `typed`: what was put
 * into the box; empty: nothing. */
void error_page_show(struct page *page, int status, const struct refusal *refusal, const char *typed);

/* For struct http_program: likewise, if it is a browser that asks for something else than the API and
 * monitoring. False: it is not, and JSON is what it understands. */
bool error_page_answer(void *backend, struct http_request *request, int status,
                       const struct refusal *refusal);

#endif
