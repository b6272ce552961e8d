/* From text to a range. What the user wrote is quoted in an error only when it is plain ASCII. */
#include "overlay/range.h"

#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <idn2.h>

enum { TEXT_MOST = 1000 }; /* bytes: more than any range has, and less than RANGE_TEXT */

typedef unsigned __int128 u128;

struct range_address {
    enum range_family family;
    u128 key;
    bool mapped; /* written as an IPv4-mapped IPv6 address */
};

/* ---- Addresses ---- */

/* Whether some number between dots has a zero in front, which some programs take for octal. */
static bool has_leading_zero(const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
        if (*p == '0' && (p == text || p[-1] == '.') && p[1] >= '0' && p[1] <= '9')
            return true;
    return false;
}

static enum err bad_address(const char *text, struct error *error)
{
    if (*text == '\0')
        return error_set(error, ERR_SYNTAX, "an address is missing");
    if (strchr(text, '%') != NULL)
        return error_set(error, ERR_SYNTAX, "'%.60s': an address without the zone id (%%...) is needed",
                         text);
    if (strchr(text, ':') != NULL)
        return error_set(error, ERR_SYNTAX, "'%.60s' is no IPv6 address", text);
    if (has_leading_zero(text))
        return error_set(error, ERR_SYNTAX, "'%.60s': an octet may not begin with 0", text);
    return error_set(error, ERR_SYNTAX, "'%.60s' is no IPv4 address: four octets from 0 to 255 are needed",
                     text);
}

static enum err parse_address(const char *text, struct range_address *out, struct error *error)
{
    uint8_t bytes[16];
    unsigned size = strchr(text, ':') != NULL ? 16 : 4;
    u128 key = 0;

    if (inet_pton(size == 16 ? AF_INET6 : AF_INET, text, bytes) != 1)
        return bad_address(text, error);
    for (unsigned i = 0; i < size; i++)
        key |= (u128)bytes[i] << (120 - 8 * i);
    bool mapped = size == 16 && key >> 32 == 0xffff;
    if (mapped)
        key <<= 96;
    *out = (struct range_address){ size == 4 || mapped ? RANGE_IP4 : RANGE_IP6, key, mapped };
    return OK;
}

static struct trie_key to_key(u128 n)
{
    return (struct trie_key){ (uint64_t)(n >> 64), (uint64_t)n };
}

/* From the address `first` to `last`, whose bits behind the prefix are not set yet. */
static void set_range(struct range *out, enum range_family family, u128 first, u128 last)
{
    u128 behind = family == RANGE_IP4 ? ~(u128)0 >> 32 : 0;
    *out = (struct range){ .family = family, .first = to_key(first), .last = to_key(last | behind) };
}

/* A prefix length up to `most`: digits without a zero in front. */
static bool parse_length(const char *text, unsigned most, unsigned *out)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);

    if (*text < '0' || *text > '9' || *end != '\0' || (*text == '0' && text[1] != '\0') || n > most)
        return false;
    *out = (unsigned)n;
    return true;
}

static enum err parse_cidr(const char *text, const char *address, const char *length, struct range *out,
                           struct error *error)
{
    struct range_address a;
    struct range meant;
    char its_text[RANGE_TEXT];
    unsigned bits, most = strchr(address, ':') != NULL ? 128 : 32;
    enum err err = parse_address(address, &a, error);

    if (err != OK)
        return err;
    if (!parse_length(length, most, &bits))
        return error_set(error, ERR_SYNTAX, "'%.80s': behind the / a prefix length from 0 to %u is needed",
                         text, most);
    if (a.mapped && bits < 96) { /* not all of it is IPv4 */
        a.family = RANGE_IP6;
        a.key = (u128)0xffff << 32 | a.key >> 96;
    } else if (a.mapped) {
        bits -= 96;
    }
    u128 behind = bits == 128 ? 0 : ~(u128)0 >> bits;
    set_range(&meant, a.family, a.key & ~behind, a.key | behind);
    if ((a.key & behind) == 0) {
        *out = meant;
        return OK;
    }
    range_format(&meant, its_text);
    return error_set(error, ERR_SYNTAX, "'%.80s' has bits set behind its prefix length: was %s meant?", text,
                     its_text);
}

static enum err parse_span(const char *text, const char *first, const char *last, struct range *out,
                           struct error *error)
{
    struct range_address a, b;
    enum err err = parse_address(first, &a, error);

    if (err == OK)
        err = parse_address(last, &b, error);
    if (err != OK)
        return err;
    if (a.family != b.family)
        return error_set(error, ERR_SYNTAX,
                         "'%.100s': both ends must be IPv4 or both IPv6 (an IPv4-mapped address is IPv4)",
                         text);
    if (a.key > b.key)
        return error_set(error, ERR_SYNTAX, "'%.100s' ends before it begins", text);
    set_range(out, a.family, a.key, b.key);
    return OK;
}

static enum err parse_addresses(const char *text, struct range *out, struct error *error)
{
    char copy[TEXT_MOST + 1];
    struct range_address a;

    strcpy(copy, text);
    char *slash = strchr(copy, '/'), *dash = strchr(copy, '-');
    if (slash != NULL && dash != NULL)
        return error_set(error, ERR_SYNTAX, "'%.100s': a range is first-last or address/length, not both",
                         text);
    if (slash != NULL) {
        *slash = '\0';
        return parse_cidr(text, copy, slash + 1, out, error);
    }
    if (dash != NULL) {
        *dash = '\0';
        return parse_span(text, copy, dash + 1, out, error);
    }
    enum err err = parse_address(copy, &a, error);
    if (err == OK)
        set_range(out, a.family, a.key, a.key);
    return err;
}

/* ---- Domain names ---- */

/* Whether the last label has a letter, as every top-level domain has (RFC 3696 section 2). */
static bool ends_in_letters(const char *text)
{
    const char *end = text + strlen(text);

    if (end > text && end[-1] == '.')
        end--;
    for (const char *p = end; p > text && p[-1] != '.'; p--)
        if (((uint8_t)p[-1] | 0x20) >= 'a' && ((uint8_t)p[-1] | 0x20) <= 'z')
            return true;
    return false;
}

/* Text in ASCII to the wire form that a range has. */
static enum err name_from_ascii(const char *text, bool subdomains, struct range *out, struct error *error)
{
    struct range r = { .family = RANGE_NAME, .subdomains = subdomains };

    if (strncmp(text, "*.", 2) == 0 || (*text == '.' && text[1] != '\0'))
        return error_set(error, ERR_SYNTAX,
                         "'%.100s': give the name alone; include_subdomains takes in all below it", text);
    if (text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")] != '\0')
        return error_set(error, ERR_SYNTAX,
                         "'%.100s' is neither an address, nor first-last, nor address/length, nor a domain",
                         text);
    if (name_from_text(text, r.name, &r.name_len, NULL) != OK)
        return error_set(error, ERR_SYNTAX,
                         "'%.100s' is no domain: labels have 1 to 63 bytes, names up to 255 (RFC 1035)",
                         text);
    if (!ends_in_letters(text))
        return error_set(error, ERR_SYNTAX,
                         "'%.100s' is no address, and no domain: its last label has no letter", text);
    if (r.name[0] == 0 || r.name[r.name[0] + 1] == 0)
        return error_set(error, ERR_SYNTAX, "'%.100s': a domain has at least two labels, as in example.com",
                         text);
    *out = r;
    return OK;
}

/* UTF-8 to A-labels (RFC 5891), mapped as browsers do (UTS 46, non-transitional). */
static enum err name_from_unicode(const char *text, bool subdomains, struct range *out, struct error *error)
{
    char *ascii = NULL;
    int status = idn2_to_ascii_8z(text, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);

    if (status != IDN2_OK)
        return error_set(error, ERR_SYNTAX, "no internationalized domain name (RFC 5891): %s",
                         idn2_strerror(status));
    enum err err = name_from_ascii(ascii, subdomains, out, error);
    idn2_free(ascii);
    return err;
}

enum err range_parse(const char *text, bool subdomains, struct range *out, struct error *error)
{
    bool ascii = true;

    if (*text == '\0')
        return error_set(error, ERR_SYNTAX, "an address, a range or a domain is needed");
    if (strlen(text) > TEXT_MOST)
        return error_set(error, ERR_SYNTAX, "too long for an address, a range or a domain");
    for (const char *p = text; *p != '\0'; p++) {
        if ((uint8_t)*p <= ' ' || *p == 0x7f)
            return error_set(error, ERR_SYNTAX,
                             "an address, a range or a domain has no blanks or control characters in it");
        ascii &= (uint8_t)*p < 0x80;
    }
    if (!ascii)
        return name_from_unicode(text, subdomains, out, error);
    bool address =
        strchr(text, ':') != NULL ? strstr(text, "://") == NULL : text[strspn(text, "0123456789./-")] == '\0';
    if (address)
        return parse_addresses(text, out, error);
    return name_from_ascii(text, subdomains, out, error);
}
