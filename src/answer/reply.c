#include "answer/reply.h"

#include <string.h>

void reply_add(struct reply *r, const uint8_t *first, unsigned type, uint32_t ttl, const uint8_t *data,
               size_t length)
{
    for (const uint8_t *at = first; at < r->at; at = reply_next(at)) {
        const uint8_t *record = reply_record(at);
        if (wire_record_type(record) == type && wire_record_data_length(record) == length &&
            memcmp(wire_record_data(record), data, length) == 0)
            return;
    }
    uint8_t *p = reply_room(r, REPLY_OWNER + WIRE_RECORD + length);
    if (p == NULL)
        return;
    ttl = ttl < r->ttl_max ? ttl : r->ttl_max;
    p = wire_put_record(wire_put16(p, (unsigned)WIRE_POINTER | r->owner), type, ttl, (unsigned)length);
    memcpy(p, data, length);
    r->answers++;
}
