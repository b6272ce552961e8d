/* The forms that ask for a removal: one for the lists that can be removed at once, one for a review. */
#ifndef PAGE_REMOVAL_FORM_H
#define PAGE_REMOVAL_FORM_H

#include "page/layout.h"
#include "page/listed.h"

#define REMOVAL_FORM_TRAP "fax" /* a field that stays empty, if a person fills the form in */

/* Writes the forms that these lists permit; where a denial is sure there is none. `typed`: what was entered
 * in a request that was refused, to fill them in again; NULL: nothing. */
void removal_form_write(struct page *page, const char *query, const struct listed *lists, size_t count,
                        const json_t *typed);

/* Writes the form of a request that was refused, as it was filled in, where it cannot be looked up what the
 * lists permit now. */
void removal_form_write_again(struct page *page, const json_t *typed);

#endif
