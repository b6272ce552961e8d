/* Whether what a snapshot knows of its sets is what the model says: entries, coverage, presence, canaries. */
#ifndef SUPPORT_SNAPSHOT_FACTS_H
#define SUPPORT_SNAPSHOT_FACTS_H

#include "support/set_model.h"
#include "view/snapshot_build.h"

/* `old` and `before` are the generation before this one, NULL for the first, and its model, then empty. */
bool snapshot_facts_equal(const struct snapshot *b, const struct snapshot *old, const struct sets_model *m,
                          const struct sets_model *before);

#endif
