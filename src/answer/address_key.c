#include "answer/address_key.h"

/* The value of a label that is a decimal octet without leading zeros, or -1. */
static int octet_label(const uint8_t *label)
{
    unsigned value = 0;

    if (label[0] == 0 || label[0] > 3 || (label[0] > 1 && label[1] == '0'))
        return -1;
    for (unsigned i = 1; i <= label[0]; i++) {
        unsigned digit = label[i] - '0';
        if (digit > 9)
            return -1;
        value = value * 10 + digit;
    }
    return value <= 255 ? (int)value : -1;
}

static int nibble_label(const uint8_t *label)
{
    unsigned digit = label[1] - '0', letter = label[1] - 'a';

    if (label[0] != 1)
        return -1;
    return digit <= 9 ? (int)digit : letter <= 5 ? (int)letter + 10 : -1;
}

static uint8_t parse4(const struct query *q, unsigned labels, uint32_t *address)
{
    uint32_t value = 0;

    for (unsigned i = labels; i-- > 0;) {
        int octet = octet_label(q->name + q->offsets[i]);
        if (octet < 0)
            return 0;
        value = value << 8 | (uint32_t)octet;
    }
    *address = value << (32 - 8 * labels);
    return (uint8_t)(8 * labels);
}

static uint8_t parse6(const struct query *q, unsigned labels, struct trie_key *address)
{
    uint64_t half[2] = { 0, 0 };

    /* From the lowest nibble up; labels of one octet stand two bytes apart. */
    for (unsigned i = 0; i < labels; i++) {
        int nibble = nibble_label(q->name + 2 * (size_t)i);
        if (nibble < 0)
            return 0;
        unsigned from_top = labels - 1 - i;
        half[from_top / 16] |= (uint64_t)nibble << (60 - 4 * (from_top % 16));
    }
    *address = (struct trie_key){ half[0], half[1] };
    return (uint8_t)(4 * labels);
}

struct address_key address_key_parse(const struct query *q, unsigned labels)
{
    struct address_key key = { 0 };

    if (labels >= 1 && labels <= 4)
        key.bits4 = parse4(q, labels, &key.ip4);
    if (labels >= 1 && labels <= 32 && q->name[0] == 1)
        key.bits6 = parse6(q, labels, &key.ip6);
    return key;
}
