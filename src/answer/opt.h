/* The OPT record of a reply (RFC 6891 section 6.1), for which the reply keeps room from the start. */
#ifndef ANSWER_OPT_H
#define ANSWER_OPT_H

#include "answer/plan.h"
#include "answer/reply.h"

#define OPT_SIZE 11 /* bytes without options */

/* Bytes of the options that answer those of the query. */
size_t opt_options_size(const struct answer_context *context, const struct plan *plan);

/* Bytes of the reply's OPT record, 0 without one. */
static inline size_t opt_size(const struct answer_context *c, const struct plan *p)
{
    const struct query *q = &p->query;
    return !q->edns                                 ? 0
           : likely(!q->nsid && q->cookie_len == 0) ? OPT_SIZE
                                                    : OPT_SIZE + opt_options_size(c, p);
}

/* Appends it to the reply, where opt_size bytes are kept for it. */
void opt_write(struct reply *reply, const struct answer_context *context, const struct plan *plan,
               unsigned rcode);

#endif
