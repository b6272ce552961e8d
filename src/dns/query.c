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

static inline void lower8_at(uint8_t *out, const uint8_t *name)
{
    octets8 v;

    memcpy(&v, name, 8);
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
static inline void lower_name(uint8_t *out, const uint8_t *name, size_t length)
{
    if (likely(length >= 16)) {
        for (size_t i = 0; i + 16 < length; i += 16)
            lower16_at(out + i, name + i);
        lower16_at(out + length - 16, name + length - 16);
    } else if (length >= 8) {
        lower8_at(out, name);
        lower8_at(out + length - 8, name + length - 8);
    } else {
        for (size_t i = 0; i < length; i++)
            out[i] = name[i] >= 'A' && name[i] <= 'Z' ? name[i] | 0x20 : name[i];
    }
}

/* Parses the question; false if malformed. */
static inline bool parse_question(const uint8_t *packet, size_t length, struct query *q)
{
    const uint8_t *name = packet + WIRE_HEADER;
    size_t room = length - WIRE_HEADER, end = room < WIRE_NAME_MAX ? room : WIRE_NAME_MAX;
    size_t at = 0, labels = 0, size;

    while (at < end && (size = name[at]) - 1 < WIRE_LABEL_MAX) {
        q->offsets[labels++] = (uint8_t)at;
        at += size + 1;
    }
    if (at >= end || name[at] != 0 || room < at + 5)
        return false;
    q->offsets[labels] = (uint8_t)at++;
    q->labels = (uint8_t)labels;
    q->name_len = (uint16_t)at;
    lower_name(q->name, name, at);
    q->type = wire_get16(name + at);
    q->class = wire_get16(name + at + 2);
    q->question_end = (uint16_t)(WIRE_HEADER + at + 4);
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

/* Parses an OPT record; false if it is malformed. */
static bool parse_opt(struct query *q, const uint8_t *record)
{
    if (q->edns) /* RFC 6891 section 6.1.1: more than one is a format error */
        return false;
    query_read_opt(q, record);
    return parse_options(q, record + WIRE_RECORD, wire_get16(record + 8));
}

/* Parses the one record after the question if it is an OPT record without options, as most are. */
static inline bool parse_plain_opt(const uint8_t *packet, size_t length, struct query *q)
{
    const uint8_t *opt = packet + q->question_end;

    if (length - q->question_end < QUERY_PLAIN_OPT || !query_is_plain_opt(opt))
        return false;
    query_read_opt(q, opt + 1);
    return true;
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

/* A query of which only the header is well-formed. */
static __attribute__((noinline)) enum query_outcome reject(struct query *q)
{
    q->edns = q->nsid = false;
    q->cookie_len = 0;
    q->question_end = WIRE_HEADER;
    return QUERY_FORMERR;
}

/* The end of query_parse for queries with more than a plain OPT record. */
static __attribute__((noinline)) enum query_outcome finish(const uint8_t *packet, size_t length,
                                                           struct query *q)
{
    return parse_records(packet, length, q) ? QUERY_OK : reject(q);
}

/* The calls are the last thing that it does: so most queries need no stack frame. */
enum query_outcome query_parse(const uint8_t *packet, size_t length, struct query *q)
{
    if (length < WIRE_HEADER || packet[2] & 0x80)
        return QUERY_DROP;
    q->flags = wire_get16(packet + 2);
    query_no_opt(q);
    uint64_t counts = wire_get64(packet + 4); /* of the four sections, 16 bits each */
    if (counts >> 48 != 1 || !parse_question(packet, length, q))
        return reject(q);
    if (counts == QUERY_ONE_QUESTION ||
        (counts == QUERY_ONE_QUESTION + 1 && parse_plain_opt(packet, length, q)))
        return QUERY_OK;
    return finish(packet, length, q);
}
