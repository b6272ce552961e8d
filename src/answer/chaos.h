/*
 * Questions of class CH: the server's version and identity (RFC 4892).
 */
#ifndef ANSWER_CHAOS_H
#define ANSWER_CHAOS_H

#include "answer/plan.h"
#include "answer/reply.h"

/* Plans the answer to a question of class CH. */
void chaos_plan(const struct answer_context *context, struct plan *plan);

/* Writes plan->text as the answer. */
void chaos_answer(struct reply *reply, const struct plan *plan);

#endif
