#include "answer/reply.h"

#include "base/hash.h"

#include <string.h>

enum { SEEN_FROM = 32 }; /* records; with fewer, comparing with all is faster */

static bool is_record(const uint8_t *at, unsigned type, const uint8_t *data, size_t length)
{
    const uint8_t *record = reply_record(at);

    return wire_record_type(record) == type && wire_record_data_length(record) == length &&
           memcmp(wire_record_data(record), data, length) == 0;
}

/* The place of a record in r->seen: where it is, or where it goes. There is always a free one. */
static uint16_t *find_seen(const struct reply *r, unsigned type, const uint8_t *data, size_t length)
{
    struct reply_seen *seen = r->seen;
    size_t i = hash_bytes(seen->seed + type, data, length) % REPLY_SEEN;

    while (seen->at[i] != 0 && !is_record(r->packet + seen->at[i], type, data, length))
        i = (i + 1) % REPLY_SEEN;
    return &seen->at[i];
}

static void begin_seen(struct reply *r, const uint8_t *first)
{
    memset(r->seen->at, 0, sizeof(r->seen->at));
    for (const uint8_t *at = first; at < r->at; at = reply_next(at)) {
        const uint8_t *record = reply_record(at);
        *find_seen(r, wire_record_type(record), wire_record_data(record), wire_record_data_length(record)) =
            (uint16_t)(at - r->packet);
    }
    r->seen->begun = true;
}

void reply_add(struct reply *r, const uint8_t *first, unsigned type, uint32_t ttl, const uint8_t *data,
               size_t length)
{
    uint16_t *seen = NULL;

    if (r->seen != NULL && r->answers >= SEEN_FROM) {
        if (!r->seen->begun)
            begin_seen(r, first);
        seen = find_seen(r, type, data, length);
        if (*seen != 0)
            return;
    }
    for (const uint8_t *at = first; seen == NULL && at < r->at; at = reply_next(at))
        if (is_record(at, type, data, length))
            return;
    uint8_t *p = reply_room(r, REPLY_OWNER + WIRE_RECORD + length);
    if (p == NULL)
        return;
    if (seen != NULL)
        *seen = (uint16_t)(p - r->packet);
    ttl = ttl < r->ttl_max ? ttl : r->ttl_max;
    p = wire_put_record(wire_put16(p, (unsigned)WIRE_POINTER | r->owner), type, ttl, (unsigned)length);
    memcpy(p, data, length);
    r->answers++;
}
