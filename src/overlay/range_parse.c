/* Parsing a range. Errors quote what the user wrote only if it is plain ASCII. */
#include "overlay/range.h"
#include "trie/ip.h"

#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <idn2.h>

enum { TEXT_MAX = 1000 }; /* bytes: more than any range needs, less than RANGE_TEXT */

struct range_address {
    enum range_family family; /* as it was written */
    struct trie_key key;
};

/* ---- Addresses ---- */

/* Whether some octet has a leading zero, which some programs read as octal. */
static bool has_leading_zero(const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
        if (*p == '0' && (p == text || p[-1] == '.') && p[1] >= '0' && p[1] <= '9')
            return true;
    return false;
}

static enum err invalid_address(const char *text, struct error *error)
{
    if (*text == '\0')
        return error_set(error, ERR_SYNTAX, "an address is missing");
    if (strchr(text, '%') != NULL)
        return error_set(error, ERR_SYNTAX, "'%.60s': leave out the zone id (%%...)", text);
    if (strchr(text, ':') != NULL)
        return error_set(error, ERR_SYNTAX, "'%.60s' is not a valid IPv6 address", text);
    if (has_leading_zero(text))
        return error_set(error, ERR_SYNTAX, "'%.60s': an octet may not begin with 0", text);
    return error_set(error, ERR_SYNTAX, "'%.60s' is not a valid IPv4 address: four octets from 0 to 255",
                     text);
}

static enum err parse_address(const char *text, struct range_address *out, struct error *error)
{
    uint8_t bytes[16];
    bool ipv6 = strchr(text, ':') != NULL;

    if (inet_pton(ipv6 ? AF_INET6 : AF_INET, text, bytes) != 1)
        return invalid_address(text, error);
    *out = (struct range_address){ ipv6 ? RANGE_IP6 : RANGE_IP4, trie_key_read(bytes, ipv6 ? 16 : 4) };
    return OK;
}

/* An IPv4-mapped address is an IPv4 address, and a prefix of such addresses is an IPv4 prefix. */
static void unmap(struct range_address *a, unsigned *bits)
{
    if (a->family != RANGE_IP6 || !ip6_is_mapped(a->key) || *bits < IP6_MAPPED_BITS)
        return;
    *a = (struct range_address){ RANGE_IP4, ip4_key(ip6_mapped_ip4(a->key)) };
    *bits -= IP6_MAPPED_BITS;
}

static enum err parse_single(const char *text, struct range_address *out, struct error *error)
{
    unsigned bits = 128;
    enum err err = parse_address(text, out, error);

    if (err == OK)
        unmap(out, &bits);
    return err;
}

/* A prefix length up to `most`: digits without a leading zero. */
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
    char meant[RANGE_TEXT];
    unsigned bits;
    enum err err = parse_address(address, &a, error);

    if (err != OK)
        return err;
    unsigned most = a.family == RANGE_IP4 ? 32 : 128;
    if (!parse_length(length, most, &bits))
        return error_set(error, ERR_SYNTAX, "'%.80s': a prefix length from 0 to %u must follow the /", text,
                         most);
    unmap(&a, &bits);
    struct range cidr = { .family = a.family,
                          .first = trie_key_first(a.key, bits),
                          .last = trie_key_last(a.key, bits) };
    if (trie_key_equal(cidr.first, a.key)) {
        *out = cidr;
        return OK;
    }
    range_format(&cidr, meant);
    return error_set(error, ERR_SYNTAX, "'%.80s' has bits set after its prefix length: did you mean %s?",
                     text, meant);
}

static enum err parse_span(const char *text, const char *first, const char *last, struct range *out,
                           struct error *error)
{
    struct range_address a, b;
    enum err err = parse_single(first, &a, error);

    if (err == OK)
        err = parse_single(last, &b, error);
    if (err != OK)
        return err;
    if (a.family != b.family)
        return error_set(error, ERR_SYNTAX,
                         "'%.100s': both ends must be IPv4 or both IPv6 (an IPv4-mapped address is IPv4)",
                         text);
    if (trie_key_less(b.key, a.key))
        return error_set(error, ERR_SYNTAX, "'%.100s' ends before it begins", text);
    *out = range_of_address(a.family, a.key);
    out->last = range_of_address(b.family, b.key).last;
    return OK;
}

static enum err parse_addresses(const char *text, struct range *out, struct error *error)
{
    char copy[TEXT_MAX + 1];
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
    enum err err = parse_single(copy, &a, error);
    if (err == OK)
        *out = range_of_address(a.family, a.key);
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

/* From ASCII to the wire form of a range. */
static enum err name_from_ascii(const char *text, bool subdomains, struct range *out, struct error *error)
{
    struct range r = { .family = RANGE_NAME, .subdomains = subdomains };

    if (strncmp(text, "*.", 2) == 0 || (*text == '.' && text[1] != '\0'))
        return error_set(error, ERR_SYNTAX,
                         "'%.100s': give the name alone; include_subdomains adds the names below it", text);
    if (text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")] != '\0')
        return error_set(error, ERR_SYNTAX,
                         "'%.100s' is not an address, first-last, address/length or a domain", text);
    if (name_from_text(text, r.name, &r.name_len, NULL) != OK)
        return error_set(
            error, ERR_SYNTAX,
            "'%.100s' is not a valid domain: a label has 1 to 63 bytes, a name at most 255 (RFC 1035)", text);
    if (!ends_in_letters(text))
        return error_set(error, ERR_SYNTAX,
                         "'%.100s' is not an address or a domain: its last label has no letter", text);
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
        return error_set(error, ERR_SYNTAX, "not a valid internationalized domain name (RFC 5891): %s",
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
    if (strlen(text) > TEXT_MAX)
        return error_set(error, ERR_SYNTAX, "too long for an address, a range or a domain");
    for (const char *p = text; *p != '\0'; p++) {
        if ((uint8_t)*p <= ' ' || *p == 0x7f)
            return error_set(error, ERR_SYNTAX,
                             "an address, a range or a domain has no blanks or control characters");
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
