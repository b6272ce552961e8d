/*
 * Removal requests from the public: judged by the rules of each list that is asked for, and done at once,
 * queued for review, to be confirmed by e-mail, or denied.
 *
 * Called by delist_apply within its transaction; each function fills in op->request and op->judgement.
 */
#ifndef DELIST_REMOVAL_H
#define DELIST_REMOVAL_H

#include "delist/delist.h"

/* What is known of a public removal of `range` on `list`: for rules_outlook, by the look-up too. `view` as of
 * now. */
enum err removal_facts_find(struct reader *r, const struct delist *d, const struct view *view,
                            const struct range *range, unsigned list, int64_t now, struct removal_facts *out,
                            struct error *error) must_use;

#endif
