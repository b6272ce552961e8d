/*
 * The OPT record of a reply (RFC 6891 section 6.1): what was asked for, with room kept for it from the start.
 */
#ifndef ANSWER_OPT_H
#define ANSWER_OPT_H

#include "answer/plan.h"
#include "answer/reply.h"

/* Bytes of the reply's OPT record, 0 without one. */
size_t opt_size(const struct answer_context *context, const struct plan *plan);

/* Writes it behind what the reply has, where opt_size bytes are kept for it. */
void opt_write(struct reply *reply, const struct answer_context *context, const struct plan *plan,
               unsigned rcode);

#endif
