/*
 * Writing a reply over its query: a cursor that never passes its limit, and remembers that it wanted to.
 */
#ifndef ANSWER_REPLY_H
#define ANSWER_REPLY_H

#include "answer/answer.h"
#include "dns/query.h"

struct reply {
    uint8_t *packet, *at, *end; /* end: room for the OPT record is kept behind it */
    uint16_t answers, authority, additional;
    uint32_t
        ttl_most;   /* of the records about the name that is asked for, the negative answer's SOA included */
    bool truncated; /* something did not fit */
    bool glue;      /* there are NS records: their addresses may follow */
};

/* Begins a reply behind the question of `q`. `limit` is the most bytes it may have before the OPT record. */
static inline void reply_begin(struct reply *r, uint8_t *packet, const struct query *q, size_t limit)
{
    r->packet = packet;
    r->at = packet + q->question_end;
    r->end = packet + limit;
    r->ttl_most = UINT32_MAX;
    r->answers = r->authority = r->additional = 0;
    r->truncated = r->glue = false;
}

/* Room for `size` bytes, or NULL when they do not fit: then nothing else is written either. */
static inline uint8_t *reply_room(struct reply *r, size_t size)
{
    if (r->truncated || (size_t)(r->end - r->at) < size) {
        r->truncated = true;
        return NULL;
    }
    uint8_t *p = r->at;
    r->at += size;
    return p;
}

#endif
