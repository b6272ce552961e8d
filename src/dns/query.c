#include "dns/query.h"

#include <string.h>

typedef uint8_t octets8 __attribute__((vector_size(8)));
typedef uint8_t octets16 __attribute__((vector_size(16)));

/* Lower-cases all octets. Length bytes are below 64 and stay as they are. */
static inline octets8 lower8(octets8 v)
{
    return v | ((octets8)(v - 'A' < 26) & 0x20);
}

static inline octets16 lower16(octets16 v)
{
    return v | ((octets16)(v - 'A' < 26) & 0x20);
}

static inline void lower8_at(uint8_t *out, const uint8_t *name, size_t length)
{
    octets8 v = { 0 };

    memcpy(&v, name, length);
    v = lower8(v);
    memcpy(out, &v, 8);
}

static inline void lower16_at(uint8_t *out, const uint8_t *name)
{
    octets16 v;

    memcpy(&v, name, 16);
    v = lower16(v);
    memcpy(out, &v, 16);
}

/* Vectors; the last one may overlap the one before: lowering twice does no harm. */
static void lower_name(uint8_t *out, const uint8_t *name, size_t length)
{
    if (length < 8) {
        lower8_at(out, name, length);
    } else if (length < 16) {
        lower8_at(out, name, 8);
        lower8_at(out + length - 8, name + length - 8, 8);
    } else {
        for (size_t i = 0; i + 16 < length; i += 16)
            lower16_at(out + i, name + i);
        lower16_at(out + length - 16, name + length - 16);
    }
}

/* Parses the question; false if malformed. */
static bool parse_question(const uint8_t *packet, size_t length, struct query *q)
{
    size_t at = WIRE_HEADER, end = at + WIRE_NAME_MAX < length ? at + WIRE_NAME_MAX : length;
    unsigned labels = 0;

    for (;; labels++) {
        if (at >= end)
            return false;
        unsigned size = packet[at];
        q->offsets[labels] = (uint8_t)(at - WIRE_HEADER);
        at += size + 1;
        if (size == 0)
            break;
        if (size > WIRE_LABEL_MAX)
            return false;
    }
    if (length < at + 4)
        return false;
    q->labels = (uint8_t)labels;
    q->name_len = (uint16_t)(at - WIRE_HEADER);
    lower_name(q->name, packet + WIRE_HEADER, q->name_len);
    q->type = wire_get16(packet + at);
    q->class = wire_get16(packet + at + 2);
    q->question_end = (uint16_t)(at + 4);
    return true;
}

/* The offset after a record's owner; 0 if it is malformed. */
static size_t skip_name(const uint8_t *packet, size_t length, size_t at)
{
    while (at < length) {
        if (packet[at] == 0)
            return at + 1;
        if (packet[at] >= 0xc0)
            return at + 2;
        if (packet[at] > WIRE_LABEL_MAX)
            return 0;
        at += packet[at] + 1u;
    }
    return 0;
}

/* RFC 7873 section 5.2.2; the first of several cookies counts. */
static bool parse_cookie(struct query *q, const uint8_t *data, size_t size)
{
    if (size != EDNS_COOKIE_CLIENT &&
        (size < EDNS_COOKIE_CLIENT + EDNS_COOKIE_SERVER_MIN || size > EDNS_COOKIE_MAX))
        return false;
    if (q->cookie_len == 0) {
        q->cookie_len = (uint8_t)size;
        memcpy(q->cookie, data, size);
    }
    return true;
}

/* Parses the options of an OPT record; false if they are malformed. */
static bool parse_options(struct query *q, const uint8_t *data, size_t size)
{
    while (size != 0) {
        if (size < EDNS_OPTION)
            return false;
        unsigned code = wire_get16(data), length = wire_get16(data + 2);
        data += EDNS_OPTION;
        size -= EDNS_OPTION;
        if (length > size)
            return false;
        q->nsid |= code == EDNS_NSID;
        if (code == EDNS_COOKIE && !parse_cookie(q, data, length))
            return false;
        data += length;
        size -= length;
    }
    return true;
}

/* Parses an OPT record, from its type on; false if it is malformed. */
static bool parse_opt(struct query *q, const uint8_t *record)
{
    if (q->edns) /* RFC 6891 section 6.1.1: more than one is a format error */
        return false;
    q->edns = true;
    q->edns_size = wire_get16(record + 2);
    if (q->edns_size < 512)
        q->edns_size = 512;
    q->edns_version = record[5];
    q->edns_do = record[6] & 0x80;
    unsigned size = wire_get16(record + 8);
    return likely(size == 0) || parse_options(q, record + WIRE_RECORD, size);
}

/* Parses the records after the question, of which only OPT counts; false if they are malformed. */
static bool parse_records(const uint8_t *packet, size_t length, struct query *q)
{
    unsigned before = wire_get16(packet + 6) + wire_get16(packet + 8u),
             count = before + wire_get16(packet + 10);
    size_t at = q->question_end;

    for (unsigned i = 0; i < count; i++) {
        size_t owner = at;
        at = skip_name(packet, length, at);
        if (at == 0 || length < at + WIRE_RECORD)
            return false;
        const uint8_t *record = packet + at;
        at += WIRE_RECORD + wire_get16(record + 8);
        if (at > length)
            return false;
        if (i >= before && packet[owner] == 0 && wire_get16(record) == TYPE_OPT && !parse_opt(q, record))
            return false;
    }
    return true;
}

enum query_outcome query_parse(const uint8_t *packet, size_t length, struct query *q)
{
    if (length < WIRE_HEADER || packet[2] & 0x80)
        return QUERY_DROP;
    q->flags = wire_get16(packet + 2);
    q->edns = q->edns_do = q->nsid = false;
    q->cookie_len = 0;
    q->edns_size = 512;
    q->edns_version = 0;
    if (wire_get16(packet + 4) == 1 && parse_question(packet, length, q)) {
        if ((wire_get32(packet + 6) == 0 && wire_get16(packet + 10) == 0) || parse_records(packet, length, q))
            return QUERY_OK;
    }
    q->edns = q->nsid = false;
    q->cookie_len = 0;
    q->question_end = WIRE_HEADER;
    return QUERY_FORMERR;
}
