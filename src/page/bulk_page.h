/* Look-ups of many addresses and domains at once: the form, and what was found, as a page or as CSV. */
#ifndef PAGE_BULK_PAGE_H
#define PAGE_BULK_PAGE_H

#include "api/call.h"

/* Answers with the form. */
void bulk_page_start(struct call *call);

/* Answers with what the lists say of each address and domain of the body's `text`, at most PASTED_MOST, as
 * CSV if its `format` is "csv" and all of the text was looked up. Each counts as one look-up of the client.
 * What is too much is in the page's form again. */
void bulk_page_look_up(struct call *call);

#endif
