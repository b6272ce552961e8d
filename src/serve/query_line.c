#include "serve/query_line.h"

#include "base/attr.h"
#include "dns/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>

/* The names that rbldnsd prints, obsolete ones included; all others are printed as typeN and classN. */
static const char *const types[] = {
    [0] = "INVALID", [1] = "A",      [2] = "NS",      [3] = "MD",      [4] = "MF",      [5] = "CNAME",
    [6] = "SOA",     [7] = "MB",     [8] = "MG",      [9] = "MR",      [10] = "NULL",   [11] = "WKS",
    [12] = "PTR",    [13] = "HINFO", [14] = "MINFO",  [15] = "MX",     [16] = "TXT",    [17] = "RP",
    [18] = "AFSDB",  [19] = "X25",   [20] = "ISDN",   [21] = "RT",     [22] = "NSAP",   [23] = "NSAP_PTR",
    [24] = "SIG",    [25] = "KEY",   [26] = "PX",     [27] = "GPOS",   [28] = "AAAA",   [29] = "LOC",
    [30] = "NXT",    [31] = "EID",   [32] = "NIMLOC", [33] = "SRV",    [34] = "ATMA",   [35] = "NAPTR",
    [36] = "KX",     [37] = "CERT",  [38] = "A6",     [39] = "DNAME",  [40] = "SINK",   [41] = "OPT",
    [250] = "TSIG",  [251] = "IXFR", [252] = "AXFR",  [253] = "MAILB", [254] = "MAILA", [255] = "ANY",
    [256] = "ZXFR",
};

static const char *const classes[256] = {
    [0] = "INVALID", [CLASS_IN] = "IN", [CLASS_CH] = "CH", [4] = "HS", [CLASS_ANY] = "ANY",
};

static const char *const rcodes[16] = {
    [RCODE_NOERROR] = "NOERROR",   [RCODE_FORMERR] = "FORMERR", [RCODE_SERVFAIL] = "SERVFAIL",
    [RCODE_NXDOMAIN] = "NXDOMAIN", [RCODE_NOTIMP] = "NOTIMPL",  [RCODE_REFUSED] = "REFUSED",
};

/* Writes the name of `n` in `table`, or `prefix` and the number. */
static char *put_word(char *out, const char *const *table, size_t size, const char *prefix, unsigned n)
{
    if (n < size && table[n] != NULL)
        return stpcpy(out, table[n]);
    return out + sprintf(out, "%s%u", prefix, n);
}

/* Escapes what rbldnsd does, more than name_to_text: all that has a meaning in a master file. */
static char *put_name(char *out, const uint8_t *name)
{
    if (*name == 0)
        *out++ = '.';
    for (; *name != 0; name += 1 + *name) {
        for (unsigned i = 1; i <= *name; i++) {
            uint8_t c = name[i];
            if (c <= ' ' || c >= 0x7f) {
                out += sprintf(out, "\\%03u", c);
                continue;
            }
            if (strchr("\".;\\@$", c) != NULL)
                *out++ = '\\';
            *out++ = (char)c;
        }
        if (name[1 + *name] != 0)
            *out++ = '.';
    }
    return out;
}

size_t query_line_format(const struct query_record *record, char text[QUERY_LINE_MAX])
{
    char *out = text + sprintf(text, "%" PRId64 " ", record->time);
    inet_ntop(record->ipv6 ? AF_INET6 : AF_INET, record->client, out, INET6_ADDRSTRLEN);
    out = stpcpy(out + strlen(out), " ");
    out = stpcpy(put_name(out, record->name), " ");
    out = stpcpy(put_word(out, types, ARRAY_SIZE(types), "type", record->type), " ");
    out = stpcpy(put_word(out, classes, ARRAY_SIZE(classes), "class", record->class), ": ");
    out = put_word(out, rcodes, ARRAY_SIZE(rcodes), "rcode", record->rcode);
    out += sprintf(out, "/%u/%u\n", record->answers, record->length);
    return (size_t)(out - text);
}
