#include "daemon/record_text.h"

#include "base/attr.h"
#include "dns/wire.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define TYPE_MX 15

size_t record_text_write_name(FILE *to, const uint8_t *wire, size_t length)
{
    size_t at = 0;
    for (; at < length && wire[at] != 0; at += 1u + wire[at]) {
        if (at > 0)
            fputc('.', to);
        for (unsigned i = 1; i <= wire[at]; i++) {
            uint8_t c = wire[at + i];
            if (isalnum(c) || strchr("-_*/+=:", c) != NULL)
                fputc(c, to);
            else
                fprintf(to, "\\%03u", c);
        }
    }
    return at;
}

/* Writes a whole name with a final dot; returns its length in wire form. */
static size_t put_name(FILE *to, const uint8_t *wire)
{
    size_t length = record_text_write_name(to, wire, WIRE_NAME_MAX);
    fputc('.', to);
    return length + 1;
}

static void put_soa(FILE *to, const uint8_t *data)
{
    data += put_name(to, data);
    fputc(' ', to);
    data += put_name(to, data);
    for (unsigned i = 0; i < 5; i++)
        fprintf(to, " %" PRIu32, wire_get32(data + i * 4u));
}

/* Writes character strings (RFC 1035 section 3.3), each in quotes. */
static void put_txt(FILE *to, const uint8_t *data, size_t length)
{
    for (size_t at = 0; at < length; at += 1u + data[at]) {
        fputs(at > 0 ? " \"" : "\"", to);
        for (unsigned i = 1; i <= data[at]; i++) {
            uint8_t c = data[at + i];
            if (c == '"' || c == '\\')
                fprintf(to, "\\%c", c);
            else if (c >= ' ' && c < 0x7f)
                fputc(c, to);
            else
                fprintf(to, "\\%03u", c);
        }
        fputc('"', to);
    }
}

void record_text_write(FILE *to, unsigned type, uint32_t ttl, const uint8_t *data, size_t length)
{
    fprintf(to, "\t%" PRIu32 "\t", ttl);
    switch (type) {
    case TYPE_A:
        fprintf(to, "A\t%u.%u.%u.%u", data[0], data[1], data[2], data[3]);
        break;
    case TYPE_TXT:
        fputs("TXT\t", to);
        put_txt(to, data, length);
        break;
    case TYPE_SOA:
        fputs("SOA\t", to);
        put_soa(to, data);
        break;
    case TYPE_NS:
    case TYPE_CNAME:
        fputs(type == TYPE_NS ? "NS\t" : "CNAME\t", to);
        put_name(to, data);
        break;
    case TYPE_MX:
        fprintf(to, "MX\t%u ", wire_get16(data));
        put_name(to, data + 2);
        break;
    default:
        fprintf(to, "TYPE%u\t\\# %zu ", type, length);
        for (size_t i = 0; i < length; i++)
            fprintf(to, "%02x", data[i]);
    }
    fputc('\n', to);
}
