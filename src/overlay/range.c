#include "overlay/range.h"

#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>

/* ---- CIDRs ---- */

void range_open(struct range_cursor *cursor, const struct range *range)
{
    *cursor = (struct range_cursor){ .at = range->first };
}

/* Trailing zero bits; 128 of 0. */
static unsigned zeros(trie_number n)
{
    uint64_t lo = (uint64_t)n, hi = (uint64_t)(n >> 64);
    return lo != 0 ? (unsigned)__builtin_ctzll(lo) : hi != 0 ? 64 + (unsigned)__builtin_ctzll(hi) : 128;
}

/* Bits without leading zeros. */
static unsigned width(trie_number n)
{
    uint64_t lo = (uint64_t)n, hi = (uint64_t)(n >> 64);
    return hi != 0 ? 128 - (unsigned)__builtin_clzll(hi) : lo != 0 ? 64 - (unsigned)__builtin_clzll(lo) : 0;
}

bool range_next(struct range_cursor *cursor, const struct range *range, struct trie_key *prefix,
                unsigned *bits)
{
    trie_number at = trie_key_number(cursor->at), last = trie_key_number(range->last);

    if (cursor->done)
        return false;
    /* The next CIDR has 2^free keys: `at` is aligned to them, and they are not more than are left. Those are
     * last - at + 1, which wraps to 0 when they are all 2^128. */
    trie_number left = last - at + 1;
    unsigned free = zeros(at), most = left == 0 ? 128 : width(left) - 1;
    if (free > most)
        free = most;
    trie_number end = free == 128 ? 0 : at + ((trie_number)1 << free);
    *prefix = cursor->at;
    *bits = 128 - free;
    cursor->done = end == 0 || end > last;
    cursor->at = trie_key_of(end);
    return true;
}

/* ---- Size ---- */

uint64_t range_size(const struct range *range)
{
    if (range->family == RANGE_NAME)
        return 1;
    trie_number more = trie_key_number(range->last) - trie_key_number(range->first);
    more >>= 128 - range_address_bits(range->family);
    return more >= UINT64_MAX ? UINT64_MAX : (uint64_t)more + 1;
}

bool range_fits(const struct range *range, unsigned bits)
{
    return range->family == RANGE_NAME || bits == 0 ||
           (trie_key_number(range->last) - trie_key_number(range->first)) >> (128 - bits) == 0;
}

struct range range_of_address(enum range_family family, struct trie_key address)
{
    return (struct range){ .family = family,
                           .first = address,
                           .last = trie_key_last(address, range_address_bits(family)) };
}

struct range range_head(const struct range *range)
{
    if (range->family != RANGE_NAME)
        return range_of_address(range->family, range->first);
    struct range head = *range;
    head.subdomains = false;
    return head;
}

bool range_is_single(const struct range *range)
{
    return range->family == RANGE_NAME ||
           trie_key_equal(range->last, trie_key_last(range->first, range_address_bits(range->family)));
}

/* ---- Comparing ---- */

/* Whether the name of `inner` is that of `outer` or one below it. */
static bool is_at_or_below(const struct range *outer, const struct range *inner)
{
    const uint8_t *label = inner->name;
    size_t left = inner->name_len;

    while (left > outer->name_len) {
        left -= *label + 1u;
        label += *label + 1u;
    }
    return left == outer->name_len && memcmp(label, outer->name, left) == 0;
}

bool range_contains(const struct range *outer, const struct range *inner)
{
    if (outer->family != inner->family)
        return false;
    if (outer->family != RANGE_NAME)
        return !trie_key_less(inner->first, outer->first) && !trie_key_less(outer->last, inner->last);
    if (outer->subdomains)
        return is_at_or_below(outer, inner);
    return !inner->subdomains && outer->name_len == inner->name_len && is_at_or_below(outer, inner);
}

bool range_equals(const struct range *a, const struct range *b)
{
    return range_contains(a, b) && range_contains(b, a);
}

size_t range_reversed_name(const struct range *range, uint8_t out[WIRE_NAME_MAX])
{
    size_t length = range->name_len - 1u, at = length;

    for (const uint8_t *label = range->name; *label != 0; label += *label + 1u) {
        at -= *label + 1u;
        memcpy(out + at, label, *label + 1u);
    }
    return length;
}

/* ---- Text ---- */

size_t range_format_address(enum range_family family, struct trie_key k, char text[RANGE_TEXT])
{
    uint8_t bytes[16];

    trie_key_write(k, bytes, sizeof(bytes));
    inet_ntop(family == RANGE_IP4 ? AF_INET : AF_INET6, bytes, text, INET6_ADDRSTRLEN);
    return strlen(text);
}

size_t range_format(const struct range *range, char text[RANGE_TEXT])
{
    struct range_cursor cursor;
    struct trie_key prefix;
    unsigned bits;

    if (range->family == RANGE_NAME) {
        name_to_text(range->name, range->name_len, text);
        return strlen(text);
    }
    range_open(&cursor, range);
    range_next(&cursor, range, &prefix, &bits);
    size_t length = range_format_address(range->family, range->first, text);
    if (!cursor.done) {
        text[length++] = '-';
        return length + range_format_address(range->family, range->last, text + length);
    }
    if (bits < range_address_bits(range->family))
        length += (size_t)snprintf(text + length, 5, "/%u", bits);
    return length;
}
