#include "store/cidr_key.h"

#include <string.h>

/* The length of the common prefix of `first` and `last`. */
static unsigned common_bits(const struct range *range)
{
    uint64_t hi = range->first.hi ^ range->last.hi, lo = range->first.lo ^ range->last.lo;
    unsigned bits = hi != 0   ? (unsigned)__builtin_clzll(hi)
                    : lo != 0 ? 64 + (unsigned)__builtin_clzll(lo)
                              : 128;
    unsigned most = range_address_bits(range->family);
    return bits < most ? bits : most;
}

static size_t put_address(uint8_t *to, enum range_family family, struct trie_key key)
{
    unsigned size = range_address_bits(family) / 8;
    trie_key_write(key, to, size);
    return size;
}

static void put_cover(struct cidr_key *out, enum range_family family, struct trie_key prefix, unsigned bits)
{
    out->cover[0] = (uint8_t)family;
    out->cover_size = 1 + put_address(out->cover + 1, family, trie_key_first(prefix, bits));
    out->cover[out->cover_size++] = (uint8_t)bits;
    out->bounds_size = 0;
}

static void put_name(struct cidr_key *out, const struct range *range)
{
    out->cover[0] = RANGE_NAME;
    out->cover_size = 1 + range_reversed_name(range, out->cover + 1);
    out->bounds_size = 0;
}

void cidr_key_of(const struct range *range, struct cidr_key *out)
{
    if (range->family == RANGE_NAME) {
        put_name(out, range);
        return;
    }
    unsigned bits = common_bits(range);
    put_cover(out, range->family, range->first, bits);
    if (trie_key_equal(range->first, trie_key_first(range->first, bits)) &&
        trie_key_equal(range->last, trie_key_last(range->first, bits)))
        return;
    out->bounds_size = put_address(out->bounds, range->family, range->first);
    out->bounds_size += put_address(out->bounds + out->bounds_size, range->family, range->last);
}

/* Reads a name from the top label down. False unless it is valid and has at least two labels. */
static bool get_name(const uint8_t *reversed, size_t size, struct range *out)
{
    size_t at = 0, end = size, labels = 0;
    if (size + 1 > WIRE_NAME_MAX)
        return false;
    for (; at < size; labels++) {
        size_t label = reversed[at] + (size_t)1;
        if (label == 1 || label > 64 || label > size - at)
            return false;
        for (size_t i = at + 1; i < at + label; i++)
            if (reversed[i] >= 'A' && reversed[i] <= 'Z')
                return false;
        end -= label;
        memcpy(out->name + end, reversed + at, label);
        at += label;
    }
    out->name[size] = 0;
    out->name_len = (uint16_t)(size + 1);
    return labels >= 2;
}

bool cidr_key_to_range(const struct cidr_key *key, bool subdomains, struct range *out)
{
    if (key->cover_size < 2 || key->cover[0] > RANGE_NAME)
        return false;
    enum range_family family = (enum range_family)key->cover[0];
    out->family = family;
    out->subdomains = subdomains;
    out->first = out->last = (struct trie_key){ 0, 0 };
    out->name_len = 0;
    if (family == RANGE_NAME)
        return key->bounds_size == 0 && get_name(key->cover + 1, key->cover_size - 1, out);
    unsigned size = range_address_bits(family) / 8;
    unsigned bits = key->cover[key->cover_size - 1];
    if (key->cover_size != size + 2 || bits > range_address_bits(family) || subdomains)
        return false;
    struct trie_key prefix = trie_key_read(key->cover + 1, size);
    out->first = trie_key_first(prefix, bits);
    out->last = trie_key_last(prefix, bits);
    if (key->bounds_size == 2 * size) {
        out->first = trie_key_read(key->bounds, size);
        out->last = trie_key_last(trie_key_read(key->bounds + size, size), range_address_bits(family));
    }
    struct cidr_key same;
    cidr_key_of(out, &same);
    return !trie_key_less(out->last, out->first) && same.bounds_size == key->bounds_size &&
           memcmp(same.cover, key->cover, same.cover_size) == 0;
}

bool cidr_key_above(const struct range *range, unsigned step, struct cidr_key *out)
{
    if (range->family != RANGE_NAME) {
        if (step > common_bits(range))
            return false;
        put_cover(out, range->family, range->first, step);
        return true;
    }
    put_name(out, range);
    size_t at = 1;
    for (unsigned labels = 0; labels <= step; labels++) {
        if (at >= out->cover_size)
            return false;
        at += out->cover[at] + (size_t)1;
    }
    out->cover_size = at;
    return true;
}

void cidr_key_within(const struct range *range, struct cidr_key *from, struct cidr_key *to)
{
    if (range->family == RANGE_NAME) {
        put_name(from, range);
        *to = *from;
        to->cover[to->cover_size++] = 64; /* greater than the length of any label */
        return;
    }
    put_cover(from, range->family, range->first, range_address_bits(range->family));
    put_cover(to, range->family, range->last, range_address_bits(range->family));
    from->cover_size--; /* sorts before all lengths */
    to->cover[to->cover_size - 1] = UINT8_MAX;
}

size_t cidr_key_first(const struct range *range, uint8_t out[CIDR_KEY_COVER])
{
    out[0] = (uint8_t)range->family;
    if (range->family == RANGE_NAME)
        return 1 + range_reversed_name(range, out + 1);
    return 1 + put_address(out + 1, range->family, range->first);
}
