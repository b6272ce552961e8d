#include "answer/ip4_query.h"

#include "answer/address_key.h"

enum {
    LABELS = 4,
    KEY_MIN = 9, /* bytes of the address; of 8, it could begin an IPv6 address as well */
    KEY_MAX = 16,
    QUESTION_END = 4, /* bytes of type and class */
};

bool ip4_query_parse(const uint8_t *packet, size_t length, const struct zone *z, struct query *q,
                     uint32_t *address)
{
    const uint8_t *name = packet + WIRE_HEADER;
    size_t end = length - (WIRE_HEADER + QUESTION_END), at = 0; /* of the name */

    if (length < WIRE_HEADER + QUESTION_END + QUERY_PLAIN_OPT)
        return false;
    uint64_t counts = wire_get64(packet + 4);
    unsigned flags = wire_get16(packet + 2);
    if (flags & (FLAG_QR | FLAG_OPCODE | FLAG_AA | FLAG_TC))
        return false;
    query_no_opt(q);
    if (counts != QUERY_ONE_QUESTION) {
        const uint8_t *opt = packet + length - QUERY_PLAIN_OPT;
        if (counts != QUERY_ONE_QUESTION + 1 || !query_is_plain_opt(opt))
            return false;
        query_read_opt(q, opt + 1);
        end -= QUERY_PLAIN_OPT;
    }
    size_t key = end - z->name_len;
    if (key - KEY_MIN > KEY_MAX - KEY_MIN || end > WIRE_NAME_MAX || q->edns_version != 0 ||
        wire_get32(name + end) != (TYPE_A << 16 | CLASS_IN) || !name_equal(name + key, z->name, z->name_len))
        return false;
    for (unsigned i = 0; i < LABELS; i++) {
        if (at >= key)
            return false;
        q->offsets[i] = (uint8_t)at;
        at += name[at] + 1u;
    }
    if (at != key || !address_key_parse_ip4(name, q->offsets, address))
        return false;
    q->offsets[LABELS] = (uint8_t)key;
    q->flags = (uint16_t)flags;
    q->type = TYPE_A;
    q->class = CLASS_IN;
    q->name_len = (uint16_t)end;
    q->question_end = (uint16_t)(WIRE_HEADER + end + QUESTION_END);
    q->labels = (uint8_t)(z->labels + LABELS);
    return true;
}
