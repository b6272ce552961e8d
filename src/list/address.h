/*
 * IPv4 and IPv6 addresses, prefixes and ranges as list files write them. Pure functions over a line that ends
 * in a NUL; any thread.
 *
 * Each parser returns where it stopped, where scan_ends_address is true; or NULL for text that is not such an
 * address: then *why is the reason, and nothing else was written.
 */
#ifndef LIST_ADDRESS_H
#define LIST_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* The forms allowed besides one full IPv4 address. */
enum address4_forms {
    ADDRESS4_PREFIX = 1,    /* 1.2.3, 1.2.3.0/24, 1.2/16, 1/8 */
    ADDRESS4_RANGE = 2,     /* 1.2.3.4-1.2.3.9, 1.2.3-1.2.9, 1.2.3.4-9 */
    ADDRESS4_ALL = 4,       /* /0 */
    ADDRESS4_HOST_BITS = 8, /* host bits after a prefix length are cleared, not refused */
};

/* IPv4 addresses, host byte order. */
struct address4 {
    uint32_t first, last;
};

/* address4_parse for all but a full address that a NUL, space or colon follows. */
const char *address4_parse_slow(const char *text, unsigned forms, struct address4 *out, const char **why);

/* Shifts one octet into *out and, when `more`, skips the dot after it. NULL if there is none. */
static inline const char *address4_octet(const char *p, bool more, uint32_t *out)
{
    unsigned n = (unsigned)(*p - '0');
    if (n > 9)
        return NULL;
    for (;;) {
        unsigned digit = (unsigned)(*++p - '0');
        if (digit > 9)
            break;
        n = n * 10 + digit;
        if (n > 255)
            return NULL;
    }
    *out = *out << 8 | n;
    return more ? (*p == '.' ? p + 1 : NULL) : p;
}

/* Parses a full IPv4 address or another form in `forms`. Octets are decimal, with any number of leading
 * zeros. Some 8 ns for a full address, which is parsed inline; the other forms are not. */
static inline const char *address4_parse(const char *text, unsigned forms, struct address4 *out,
                                         const char **why)
{
    const char *p = text;
    uint32_t address = 0;
    if ((p = address4_octet(p, true, &address)) && (p = address4_octet(p, true, &address)) &&
        (p = address4_octet(p, true, &address)) && (p = address4_octet(p, false, &address)) &&
        (*p == '\0' || *p == ' ' || *p == ':')) {
        *out = (struct address4){ address, address };
        return p;
    }
    return address4_parse_slow(text, forms, out, why);
}

/* A bit for each of 16 bytes that is not a digit, and four bits above these, so that there are at least four.
 */
#ifdef __SSE2__
static inline unsigned address4_marks(const char *text)
{
    __m128i bytes = _mm_add_epi8(_mm_loadu_si128((const void *)text), _mm_set1_epi8(127 - '9'));
    return (unsigned)_mm_movemask_epi8(_mm_cmplt_epi8(bytes, _mm_set1_epi8(127 - 9))) | 0xf0000;
}
#else
static inline unsigned address4_marks(const char *text)
{
    unsigned marks = 0xf0000;
    for (unsigned i = 0; i < 16; i++)
        marks |= (unsigned)((unsigned)(text[i] - '0') > 9) << i;
    return marks;
}
#endif

/* Skips `count` digits and the byte after them and shifts their number into *out; clears *good if `count` is
 * not 1 to 3 or the number is greater than 255. 4 bytes from *text must be readable. */
static inline void address4_digits(const char **text, unsigned count, uint32_t *out, bool *good)
{
    uint32_t digits;
    memcpy(&digits, *text, sizeof(digits));
    digits = (digits & 0x0f0f0f0f) << ((32 - 8 * count) & 31);       /* the last one in the highest byte */
    *good &= count - 1 < 3 && __builtin_bswap32(digits) <= 0x020505; /* the digits of 255 */
    *out = *out << 8 | digits * 0x640a01 >> 24;                      /* 100, 10 and 1 times a digit */
    *text += count + 1;
}

/* Parses what most lines of most lists are: a full IPv4 address, 1 to 3 digits an octet, and a newline.
 * Returns what follows, or NULL for any other line. 32 bytes from `text` must be readable. No branch depends
 * on the address. Some 5 ns. */
static inline const char *address4_parse_plain(const char *text, uint32_t *out)
{
    unsigned marks = address4_marks(text), marks2 = marks & (marks - 1), marks3 = marks2 & (marks2 - 1);
    unsigned a = (unsigned)__builtin_ctz(marks), b = (unsigned)__builtin_ctz(marks2),
             c = (unsigned)__builtin_ctz(marks3), d = (unsigned)__builtin_ctz(marks3 & (marks3 - 1));
    bool good = text[a] == '.' && text[b] == '.' && text[c] == '.' && text[d] == '\n';
    uint32_t address = 0;

    if (!good)
        return NULL;
    address4_digits(&text, a, &address, &good);
    address4_digits(&text, b - a - 1, &address, &good);
    address4_digits(&text, c - b - 1, &address, &good);
    address4_digits(&text, d - c - 1, &address, &good);
    *out = address;
    return good ? text : NULL;
}

/* An IPv6 prefix: the first `length` bits of hi:lo, the rest 0. */
struct address6 {
    uint64_t hi, lo;
    unsigned length;
};

/* Parses groups of hex digits, `::` for one or more groups of 0. The length is 128 when there is a `::`, else
 * 16 a group. As in rbldnsd, a colon after the eighth group starts the value, and after a `::` a colon that
 * no group follows is skipped: `1::2:` is 1::2, `1::2::3` has the value `:3`. */
const char *address6_parse(const char *text, struct address6 *out, const char **why);

/* Likewise with an optional /length; without one, at least two groups. With `host_bits`, bits after the
 * length are cleared, not refused. */
const char *address6_parse_prefix(const char *text, bool host_bits, struct address6 *out, const char **why);

#endif
