/* The ways to prove control, on the page of a request that waits for one. */
#ifndef PAGE_PROOF_FORM_H
#define PAGE_PROOF_FORM_H

#include "page/layout.h"
#include "store/types.h"

/* Whether the request waits for a proof, and not for a code to the requester, which comes first. */
bool proof_form_is_due(const struct delist *delist, const struct removal_request *request);

/* Writes a section for each kind of proof, and for a review instead of one; nothing for a request that waits
 * for none. */
void proof_form_write(struct page *page, const struct removal_request *request);

#endif
