#include "list/address.h"

#include "list/scan.h"

static const char *fail(const char **why, const char *reason)
{
    *why = reason;
    return NULL;
}

/* One to four octets with dots between them, the first in the highest byte. */
static const char *read_octets(const char *p, uint32_t *address, unsigned *count, const char **why)
{
    *address = 0;
    for (*count = 0;; p++) {
        if (*count == 4)
            return fail(why, "more than four octets");
        if (!scan_is_digit(*p))
            return fail(why, *count == 0 ? "an IPv4 address must begin with a digit"
                                         : "a digit must follow a dot");
        uint32_t octet;
        p = scan_number(p, 255, &octet);
        if (p == NULL)
            return fail(why, "an octet is above 255");
        *address |= octet << (24 - 8 * (*count)++);
        if (*p != '.')
            return p;
    }
}

/* The bits behind the first `length`. */
static uint32_t host_mask4(unsigned length)
{
    return length >= 32 ? 0 : 0xffffffffu >> length;
}

/* The end of a range: as many octets as its start, or one, which then replaces the start's last. */
static const char *read_range_end(const char *p, uint32_t first, unsigned count, uint32_t *last,
                                  const char **why)
{
    unsigned end_count;
    p = read_octets(p, last, &end_count, why);
    if (p == NULL)
        return NULL;
    if (end_count == 1 && count > 1) {
        unsigned shift = 32 - 8 * count;
        *last = (first & ~(0xffu << shift)) | (*last >> 24) << shift;
    } else if (end_count != count) {
        return fail(why, "the end of a range must have one octet, or as many as its start");
    }
    *last |= host_mask4(8 * count);
    if (*last < first)
        return fail(why, "the range ends before it starts");
    return p;
}

static const char *read_length4(const char *p, unsigned forms, struct address4 *out, const char **why)
{
    uint32_t length;
    p = scan_number(p, 32, &length);
    if (p == NULL)
        return fail(why, "a length from 1 to 32 must follow the /");
    if (length == 0 && !(forms & ADDRESS4_ALL))
        return fail(why, "/0 is not possible in this type of set");
    uint32_t host = host_mask4(length);
    if ((out->first & host) != 0 && !(forms & ADDRESS4_HOST_BITS))
        return fail(why, "address bits are set behind the prefix length");
    out->first &= ~host;
    out->last = out->first | host;
    return p;
}

const char *address4_parse_other(const char *text, unsigned forms, struct address4 *out, const char **why)
{
    struct address4 a;
    unsigned count;
    const char *p = read_octets(text, &a.first, &count, why);
    if (p == NULL)
        return NULL;
    a.last = a.first | host_mask4(8 * count);
    if (*p == '-' && (forms & ADDRESS4_RANGE)) {
        p = read_range_end(p + 1, a.first, count, &a.last, why);
    } else if (*p == '/' && (forms & ADDRESS4_PREFIX)) {
        p = read_length4(p + 1, forms, &a, why);
    } else if (count == 1) {
        return fail(why, "one octet alone is no address; a /8 is written as 10/8");
    } else if (count < 4 && !(forms & ADDRESS4_PREFIX)) {
        return fail(why, "this type of set takes full addresses only");
    }
    if (p == NULL)
        return NULL;
    if (*p == '-')
        return fail(why, "no range is possible here");
    if (*p == '/')
        return fail(why, "no prefix length is possible here");
    if (!scan_ends_address(*p))
        return fail(why, "a blank must follow the address");
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

static const char *read_group(const char *p, uint16_t *group, const char **why)
{
    unsigned n = 0, digit;
    if (hex_value(*p) > 15)
        return fail(why, "a group of hex digits is expected");
    for (; (digit = hex_value(*p)) <= 15; p++) {
        n = n << 4 | digit;
        if (n > 0xffff)
            return fail(why, "a group is above ffff");
    }
    *group = (uint16_t)n;
    return p;
}

/* Groups and at most one `::`: *gap is the number of groups before it, or 8 for none. */
static const char *read_groups(const char *p, uint16_t groups[8], unsigned *count, unsigned *gap,
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
            return fail(why, "more than eight groups");
        p = read_group(p, &groups[*count], why);
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
            return fail(why, "more than eight groups");
    }
}

const char *address6_parse(const char *text, struct address6 *out, const char **why)
{
    uint16_t groups[8];
    unsigned count, gap;
    const char *p = read_groups(text, groups, &count, &gap, why);
    if (p == NULL)
        return NULL;
    if (gap != 8 && count == 8)
        return fail(why, "more than eight groups");
    if (*p != '/' && !scan_ends_address(*p))
        return fail(why, *p == '.' ? "an IPv4 part is not possible; write it as two groups of hex digits"
                                   : "a blank must follow the address");
    uint64_t words[2] = { 0, 0 };
    for (unsigned i = 0; i < count; i++) {
        unsigned at = i < gap ? i : 8 - count + i;
        words[at / 4] |= (uint64_t)groups[i] << (48 - 16 * (at % 4));
    }
    *out = (struct address6){ words[0], words[1], gap != 8 ? 128 : 16 * count };
    return p;
}

/* Clears the bits of `a` behind its length; true when some were set. */
static bool clear_host_bits(struct address6 *a)
{
    uint64_t hi = a->length >= 64 ? 0 : UINT64_MAX >> a->length;
    uint64_t lo = a->length <= 64 ? UINT64_MAX : a->length == 128 ? 0 : UINT64_MAX >> (a->length - 64);
    bool some = (a->hi & hi) != 0 || (a->lo & lo) != 0;
    a->hi &= ~hi;
    a->lo &= ~lo;
    return some;
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
            return fail(why, "a length from 0 to 128 must follow the /");
        a.length = length;
        if (clear_host_bits(&a) && !host_bits)
            return fail(why, "address bits are set behind the prefix length");
        if (!scan_ends_address(*p))
            return fail(why, "a blank must follow the prefix length");
    } else if (a.length == 16) {
        return fail(why, "one group alone is no address; a /16 is written as 2001::/16");
    }
    *out = a;
    return p;
}
