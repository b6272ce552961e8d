/*
 * The DNS wire format: numbers, and writing them (RFC 1035 section 4).
 *
 * Integers are big-endian; the writers return the position after what they wrote.
 */
#ifndef DNS_WIRE_H
#define DNS_WIRE_H

#include <stdint.h>

enum {
    WIRE_HEADER = 12,
    WIRE_RECORD = 10, /* a record's type, class, TTL and data length: what is between owner and data */
    WIRE_NAME_MAX = 255,
    WIRE_LABEL_MAX = 63,
    WIRE_LABELS_MAX = 127, /* of a name, without the root label */
    WIRE_STRING_MAX = 255, /* of a character-string (RFC 1035 section 3.3) */
    WIRE_POINTER = 0xc000, /* RFC 1035 section 4.1.4 */
};

enum {
    TYPE_A = 1,
    TYPE_NS = 2,
    TYPE_CNAME = 5,
    TYPE_SOA = 6,
    TYPE_TXT = 16,
    TYPE_AAAA = 28,
    TYPE_OPT = 41,
    TYPE_TSIG = 250,
    TYPE_AXFR = 252,
    TYPE_MAILB = 253,
    TYPE_MAILA = 254,
    TYPE_ANY = 255,
};

enum { CLASS_IN = 1, CLASS_CH = 3, CLASS_ANY = 255 };

enum {
    RCODE_NOERROR = 0,
    RCODE_FORMERR = 1,
    RCODE_SERVFAIL = 2,
    RCODE_NXDOMAIN = 3,
    RCODE_NOTIMP = 4,
    RCODE_REFUSED = 5,
    RCODE_BADVERS = 16,   /* RFC 6891 section 9 */
    RCODE_BADCOOKIE = 23, /* RFC 7873 section 8 */
};

/* EDNS options: code and length of 16 bits each, then the data. */
enum {
    EDNS_NSID = 3,
    EDNS_COOKIE = 10,
    EDNS_OPTION = 4, /* bytes of an option without data */
    EDNS_COOKIE_CLIENT = 8,
    EDNS_COOKIE_SERVER_MIN = 8,
    EDNS_COOKIE_MAX = 40,
};

/* Bits of the header's flags word. */
enum { FLAG_QR = 0x8000, FLAG_OPCODE = 0x7800, FLAG_AA = 0x0400, FLAG_TC = 0x0200, FLAG_RD = 0x0100 };

static inline uint16_t wire_get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t wire_get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t wire_get64(const uint8_t *p)
{
    return (uint64_t)wire_get32(p) << 32 | wire_get32(p + 4);
}

static inline uint8_t *wire_put16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
    return p + 2;
}

static inline uint8_t *wire_put32(uint8_t *p, uint32_t v)
{
    return wire_put16(wire_put16(p, v >> 16), v & 0xffff);
}

static inline uint8_t *wire_put64(uint8_t *p, uint64_t v)
{
    return wire_put32(wire_put32(p, (uint32_t)(v >> 32)), (uint32_t)v);
}

/* Writes type, class IN, TTL and data length: WIRE_RECORD bytes. */
static inline uint8_t *wire_put_record(uint8_t *p, unsigned type, uint32_t ttl, unsigned data_length)
{
    p = wire_put16(p, type);
    p = wire_put16(p, CLASS_IN);
    p = wire_put32(p, ttl);
    return wire_put16(p, data_length);
}

/* ---- A record in wire form, from its type on ---- */

static inline unsigned wire_record_type(const uint8_t *record)
{
    return wire_get16(record);
}

static inline uint32_t wire_record_ttl(const uint8_t *record)
{
    return wire_get32(record + 4);
}

static inline void wire_record_set_ttl(uint8_t *record, uint32_t ttl)
{
    wire_put32(record + 4, ttl);
}

static inline unsigned wire_record_data_length(const uint8_t *record)
{
    return wire_get16(record + 8);
}

static inline const uint8_t *wire_record_data(const uint8_t *record)
{
    return record + WIRE_RECORD;
}

/* Its bytes, those before the data included. */
static inline unsigned wire_record_size(const uint8_t *record)
{
    return WIRE_RECORD + wire_record_data_length(record);
}

#endif
