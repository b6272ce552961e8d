/*
 * Writing a reply over its query: a cursor that never passes its limit, with a sticky error: once something
 * does not fit, the reply is truncated and takes no more.
 */
#ifndef ANSWER_REPLY_H
#define ANSWER_REPLY_H

#include "dns/query.h"

#include <endian.h>
#include <stddef.h>

enum { REPLY_SEEN = 8192 }; /* more than the distinct records of 64 KiB */

/* The answer records that a reply has, by the hash of their data: for one that may have very many. */
struct reply_seen {
    uint64_t seed;
    bool begun;              /* `at` is valid, and has all of them */
    uint16_t at[REPLY_SEEN]; /* offsets in the packet; 0: free */
};

struct reply {
    uint8_t *packet, *at, *end; /* after `end` there is room for the OPT record */
    uint16_t answers, authority, additional;
    uint16_t owner;   /* where in the packet the name asked for is: the question's, or an alias's target */
    uint32_t ttl_max; /* of the records about the question's name, the SOA of a negative answer included */
    bool truncated;   /* something did not fit */
    bool glue;        /* there are NS records: their addresses may follow */
    struct reply_seen *seen; /* NULL: there are few records */
};

enum {
    REPLY_OWNER = 2, /* bytes of a record's owner: a pointer to a name */
    REPLY_OPT = 11,  /* bytes of an OPT record without options */
};

/* Begins a reply after the question of `q`. `limit`: the bytes it may have before the OPT record. */
static inline void reply_begin(struct reply *r, uint8_t *packet, const struct query *q, size_t limit)
{
    r->packet = packet;
    r->at = packet + q->question_end;
    r->end = packet + limit;
    r->ttl_max = UINT32_MAX;
    r->answers = r->authority = r->additional = 0;
    r->owner = WIRE_HEADER;
    r->truncated = r->glue = false;
    r->seen = NULL;
}

/* Room for `size` bytes, or NULL when they do not fit: then nothing that follows is written either. */
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

/* The record at `at`, from its type on, and the position after it. */
static inline const uint8_t *reply_record(const uint8_t *at)
{
    return at + REPLY_OWNER;
}

static inline const uint8_t *reply_next(const uint8_t *at)
{
    return at + REPLY_OWNER + wire_record_size(reply_record(at));
}

/* How many records the four sections of a message have. */
struct reply_counts {
    unsigned questions, answers, authority, additional;
};

/* Writes the header, but for its id. */
static inline void reply_put_header(uint8_t *packet, unsigned flags, struct reply_counts n)
{
    uint64_t counts = htobe64((uint64_t)n.questions << 48 | (uint64_t)n.answers << 32 |
                              (uint64_t)n.authority << 16 | n.additional);

    wire_put16(packet + 2, flags);
    memcpy(packet + 4, &counts, sizeof(counts));
}

/* Writes an OPT record without options (RFC 6891 section 6.1.2); the DO bit is the query's (RFC 3225 section
 * 3). Returns the position after it. */
static inline uint8_t *reply_put_opt(uint8_t *o, unsigned edns_limit, unsigned rcode, bool edns_do)
{
    o[0] = 0;
    o = wire_put16(o + 1, TYPE_OPT);
    o = wire_put16(o, edns_limit);
    o = wire_put32(o, (uint32_t)rcode >> 4 << 24 | (edns_do ? 0x8000u : 0));
    return wire_put16(o, 0);
}

/* Adds a record to the answer, its owner the name asked for, unless one of its type and data is there from
 * `first` on. Its TTL is cut to ttl_max. Compares with all records, or where there is r->seen with few. */
void reply_add(struct reply *r, const uint8_t *first, unsigned type, uint32_t ttl, const uint8_t *data,
               size_t length);

#endif
