/* The second half of answering: the reply. Internal to answer/. */
#ifndef ANSWER_FINISH_H
#define ANSWER_FINISH_H

#include "answer/plan.h"

/* Composes the answer and writes it over the packet. The plan's probes are finished. */
void answer_finish(struct answer_context *context, const struct view *view, struct plan *plan,
                   struct answer_query *packet) hot;

#endif
