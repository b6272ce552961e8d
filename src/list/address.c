#include "list/address.h"

#include "list/scan.h"
#include "trie/key.h"

static const char *fail(const char **why, const char *reason)
{
    *why = reason;
    return NULL;
}

/* Parses one to four octets separated by dots, the first in the highest byte. */
static const char *parse_octets(const char *p, uint32_t *address, unsigned *count, const char **why)
{
    *address = 0;
    for (*count = 0;; p++) {
        if (*count == 4)
            return fail(why, "it has more than 4 octets");
        if (!scan_is_digit(*p))
            return fail(why, *count == 0 ? "it does not begin with a digit" : "a digit must follow a dot");
        uint32_t octet;
        p = scan_number(p, 255, &octet);
        if (p == NULL)
            return fail(why, "an octet is greater than 255");
        *address |= octet << (24 - 8 * (*count)++);
        if (*p != '.')
            return p;
    }
}

/* The bits after the first `length`. */
static uint32_t host_mask4(unsigned length)
{
    return length >= 32 ? 0 : 0xffffffffu >> length;
}

/* Parses the end of a range: as many octets as its start, or one, which replaces the last of these. */
static const char *parse_range_end(const char *p, uint32_t first, unsigned count, uint32_t *last,
                                   const char **why)
{
    unsigned end_count;
    p = parse_octets(p, last, &end_count, why);
    if (p == NULL)
        return NULL;
    if (end_count == 1 && count > 1) {
        unsigned shift = 32 - 8 * count;
        *last = (first & ~(0xffu << shift)) | (*last >> 24) << shift;
    } else if (end_count != count) {
        return fail(why, "the end of a range has 1 octet, or as many as its start");
    }
    *last |= host_mask4(8 * count);
    if (*last < first)
        return fail(why, "the range ends before it starts");
    return p;
}

static const char *parse_length4(const char *p, unsigned forms, struct address4 *out, const char **why)
{
    uint32_t length;
    p = scan_number(p, 32, &length);
    if (p == NULL)
        return fail(why, "expected a prefix length up to 32 after the slash");
    if (length == 0 && !(forms & ADDRESS4_ALL))
        return fail(why, "/0 is not allowed in this type of set");
    uint32_t host = host_mask4(length);
    if ((out->first & host) != 0 && !(forms & ADDRESS4_HOST_BITS))
        return fail(why, "bits are set after the prefix length; -e (host_bits) clears them");
    out->first &= ~host;
    out->last = out->first | host;
    return p;
}

const char *address4_parse_slow(const char *text, unsigned forms, struct address4 *out, const char **why)
{
    struct address4 a;
    unsigned count;
    const char *p = parse_octets(text, &a.first, &count, why);
    if (p == NULL)
        return NULL;
    a.last = a.first | host_mask4(8 * count);
    if (*p == '-' && (forms & ADDRESS4_RANGE)) {
        p = parse_range_end(p + 1, a.first, count, &a.last, why);
    } else if (*p == '/' && (forms & ADDRESS4_PREFIX)) {
        p = parse_length4(p + 1, forms, &a, why);
    } else if (count == 1) {
        return fail(why, "one octet is not an address; write a /8 as 10/8");
    } else if (count < 4 && !(forms & ADDRESS4_PREFIX)) {
        return fail(why, "this type of set allows only full addresses");
    }
    if (p == NULL)
        return NULL;
    if (*p == '-')
        return fail(why, "a range is not allowed here");
    if (*p == '/')
        return fail(why, "a prefix length is not allowed here");
    if (!scan_ends_address(*p))
        return fail(why, "expected a space after the address");
    *out = a;
    return p;
}

static unsigned hex_value(char c)
{
    if (scan_is_digit(c))
        return (unsigned)(c - '0');
    unsigned letter = (unsigned)((c | 0x20) - 'a');
    return letter < 6 ? letter + 10 : 16;
}

static const char *parse_group(const char *p, uint16_t *group, const char **why)
{
    unsigned n = 0, digit;
    if (hex_value(*p) > 15)
        return fail(why, "expected a group of hex digits");
    for (; (digit = hex_value(*p)) <= 15; p++) {
        n = n << 4 | digit;
        if (n > 0xffff)
            return fail(why, "a group is greater than ffff");
    }
    *group = (uint16_t)n;
    return p;
}

/* Parses groups and at most one `::`; *gap is the number of groups before it, 8 without one. */
static const char *parse_groups(const char *p, uint16_t groups[8], unsigned *count, unsigned *gap,
                                const char **why)
{
    *count = 0;
    *gap = 8;
    if (p[0] == ':' && p[1] == ':') {
        *gap = 0;
        p += 2;
        if (hex_value(*p) > 15)
            return p;
    }
    for (;;) {
        if (*count == 8)
            return fail(why, "it has more than 8 groups");
        p = parse_group(p, &groups[*count], why);
        if (p == NULL)
            return NULL;
        ++*count;
        if (*p != ':' || *count == 8)
            return p;
        p++;
        if (*gap != 8 && hex_value(*p) > 15)
            return p;
        if (*p != ':')
            continue;
        *gap = *count;
        p++;
        if (hex_value(*p) > 15)
            return p;
        if (*count == 7)
            return fail(why, "it has more than 8 groups");
    }
}

const char *address6_parse(const char *text, struct address6 *out, const char **why)
{
    uint16_t groups[8];
    unsigned count, gap;
    const char *p = parse_groups(text, groups, &count, &gap, why);
    if (p == NULL)
        return NULL;
    if (gap != 8 && count == 8)
        return fail(why, "it has more than 8 groups");
    if (*p != '/' && !scan_ends_address(*p))
        return fail(why, count == 1 && gap == 8 ? "expected groups of hex digits separated by colons"
                         : *p == '.'
                             ? "a dotted IPv4 part is not allowed; write it as two groups of hex digits"
                             : "expected a space after the address");
    uint64_t words[2] = { 0, 0 };
    for (unsigned i = 0; i < count; i++) {
        unsigned position = i < gap ? i : 8 - count + i;
        words[position / 4] |= (uint64_t)groups[i] << (48 - 16 * (position % 4));
    }
    *out = (struct address6){ words[0], words[1], gap != 8 ? 128 : 16 * count };
    return p;
}

const char *address6_parse_prefix(const char *text, bool host_bits, struct address6 *out, const char **why)
{
    struct address6 a;
    const char *p = address6_parse(text, &a, why);
    if (p == NULL)
        return NULL;
    if (*p == '/') {
        uint32_t length;
        p = scan_number(p + 1, 128, &length);
        if (p == NULL)
            return fail(why, "expected a prefix length up to 128 after the slash");
        struct trie_key mask = trie_key_mask(length);
        if (((a.hi & ~mask.hi) | (a.lo & ~mask.lo)) != 0 && !host_bits)
            return fail(why, "bits are set after the prefix length; -e (host_bits) clears them");
        a = (struct address6){ a.hi & mask.hi, a.lo & mask.lo, length };
        if (!scan_ends_address(*p))
            return fail(why, "expected a space after the prefix length");
    } else if (a.length == 16) {
        return fail(why, "one group is not an address; write a /16 as 2001::/16");
    }
    *out = a;
    return p;
}
