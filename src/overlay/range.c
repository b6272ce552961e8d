#include "overlay/range.h"

#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>

typedef unsigned __int128 u128;

static u128 number(struct trie_key k)
{
    return (u128)k.hi << 64 | k.lo;
}

static struct trie_key key(u128 n)
{
    return (struct trie_key){ (uint64_t)(n >> 64), (uint64_t)n };
}

/* ---- CIDRs ---- */

void range_open(struct range_cursor *cursor, const struct range *range)
{
    *cursor = (struct range_cursor){ .at = range->first };
}

/* Bits that are 0 at the end of n; 128 of 0. */
static unsigned zeros(u128 n)
{
    uint64_t lo = (uint64_t)n, hi = (uint64_t)(n >> 64);
    return lo != 0 ? (unsigned)__builtin_ctzll(lo) : hi != 0 ? 64 + (unsigned)__builtin_ctzll(hi) : 128;
}

/* The number of bits of n, without leading zeros. */
static unsigned width(u128 n)
{
    uint64_t lo = (uint64_t)n, hi = (uint64_t)(n >> 64);
    return hi != 0 ? 128 - (unsigned)__builtin_clzll(hi) : lo != 0 ? 64 - (unsigned)__builtin_clzll(lo) : 0;
}

bool range_next(struct range_cursor *cursor, const struct range *range, struct trie_key *prefix,
                unsigned *bits)
{
    u128 at = number(cursor->at), last = number(range->last);

    if (cursor->done)
        return false;
    /* The next CIDR spans 2^free addresses: as many as `at` is aligned to, and not more than are left. Those
     * are last - at + 1, which is 0 when they are all there are. */
    u128 left = last - at + 1;
    unsigned free = zeros(at), most = left == 0 ? 128 : width(left) - 1;
    if (free > most)
        free = most;
    u128 end = free == 128 ? 0 : at + ((u128)1 << free);
    *prefix = cursor->at;
    *bits = 128 - free;
    cursor->done = end == 0 || end > last;
    cursor->at = key(end);
    return true;
}

/* ---- Size ---- */

/* All ones behind an address of the family. */
static u128 behind(enum range_family family)
{
    return family == RANGE_IP4 ? ~(u128)0 >> 32 : 0;
}

uint64_t range_size(const struct range *range)
{
    if (range->family == RANGE_NAME)
        return 1;
    u128 more = number(range->last) - number(range->first);
    if (range->family == RANGE_IP4)
        more >>= 96;
    return more >= UINT64_MAX ? UINT64_MAX : (uint64_t)more + 1;
}

bool range_fits(const struct range *range, unsigned bits)
{
    return range->family == RANGE_NAME || bits == 0 ||
           (number(range->last) - number(range->first)) >> (128 - bits) == 0;
}

struct range range_of_address(enum range_family family, struct trie_key address)
{
    return (
        struct range){ .family = family, .first = address, .last = key(number(address) | behind(family)) };
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
           number(range->last) == (number(range->first) | behind(range->family));
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
        return number(outer->first) <= number(inner->first) && number(inner->last) <= number(outer->last);
    if (outer->subdomains)
        return is_at_or_below(outer, inner);
    return !inner->subdomains && outer->name_len == inner->name_len && is_at_or_below(outer, inner);
}

bool range_equals(const struct range *a, const struct range *b)
{
    return range_contains(a, b) && range_contains(b, a);
}

size_t range_reversed_name(const struct range *range, uint8_t out[NAME_MAX_WIRE])
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
    u128 n = number(k);

    for (unsigned i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(n >> (120 - 8 * i));
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
    if (bits < (range->family == RANGE_IP4 ? 32 : 128))
        length += (size_t)snprintf(text + length, 5, "/%u", bits);
    return length;
}
