#include "answer/text.h"

#include "trie/ip.h"

#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>

struct out {
    uint8_t *bytes;
    size_t length; /* the bytes from TEXT_MAX on are not written */
};

static void put(struct out *o, const void *bytes, size_t n)
{
    size_t room = likely(o->length < TEXT_MAX) ? TEXT_MAX - o->length : 0;
    if (room != 0)
        memcpy(o->bytes + o->length, bytes, likely(n < room) ? n : room);
    o->length += n;
}

static void put_char(struct text_key *k, char c)
{
    if (k->length < sizeof(k->text))
        k->text[k->length++] = c;
}

static void write_ip4(struct text_key *key, uint32_t address)
{
    char *p = key->text;

    for (int shift = 24; shift >= 0; shift -= 8) {
        unsigned octet = address >> shift & 0xff;
        if (octet >= 100)
            *p++ = (char)('0' + octet / 100);
        if (octet >= 10)
            *p++ = (char)('0' + octet / 10 % 10);
        *p++ = (char)('0' + octet % 10);
        *p++ = '.';
    }
    key->length = (uint16_t)(p - key->text - 1);
}

/* RFC 5952, but where inet_ntop writes a dotted quad, its two groups. */
static void write_ip6(struct text_key *key, struct trie_key address)
{
    uint8_t octets[TRIE_KEY_OCTETS];

    trie_key_write(address, octets, sizeof(octets));
    inet_ntop(AF_INET6, octets, key->text, sizeof(key->text));
    if (strchr(key->text, '.') != NULL)
        sprintf(strrchr(key->text, ':') + 1, "%x:%x", (unsigned)(address.lo >> 16) & 0xffff,
                (unsigned)address.lo & 0xffff);
    key->length = (uint16_t)strlen(key->text);
}

void text_key_address(struct text_key *key, bool ipv6, struct trie_key address)
{
    if (ipv6)
        write_ip6(key, address);
    else
        write_ip4(key, ip4_address(address));
}

/* Presentation form (RFC 1035 section 5.1), without the final dot. */
void text_key_name(struct text_key *key, const uint8_t *name, size_t length)
{
    size_t at = 0;

    key->length = 0;
    while (at < length && name[at] != 0) {
        size_t end = at + 1 + name[at];
        if (at != 0)
            put_char(key, '.');
        for (at++; at < end; at++) {
            uint8_t c = name[at];
            if (c > ' ' && c < 0x7f) {
                if (strchr("\".;\\@$()", c) != NULL)
                    put_char(key, '\\');
                put_char(key, (char)c);
                continue;
            }
            char escaped[8];
            snprintf(escaped, sizeof(escaped), "\\%03u", c);
            for (const char *p = escaped; *p != '\0'; p++)
                put_char(key, *p);
        }
    }
}

/* `insert`: what `$=` stands for. */
static void expand(struct out *o, const struct snapshot *snapshot, const struct snapshot_source *source,
                   struct text text, const struct text_key *key, struct text insert)
{
    static const uint32_t unset[10];
    const uint32_t *variables = source != NULL ? source->variables : unset;
    const uint8_t *bytes = text.bytes;

    for (size_t i = 0; i < text.length; i++) {
        const uint8_t *dollar = memchr(bytes + i, '$', text.length - i);
        size_t plain = (dollar != NULL ? (size_t)(dollar - bytes) : text.length) - i;
        put(o, bytes + i, plain);
        i += plain;
        uint8_t next = i + 1 < text.length ? bytes[i + 1] : 0;
        if (dollar == NULL) {
            break;
        } else if (next == '$') {
            put(o, "$", 1);
            i++;
        } else if (next >= '0' && next <= '9') {
            uint32_t variable = variables[next - '0']; /* unset: it stays as it stands */
            struct text value = { bytes + i, 2 };
            if (variable != 0)
                value = stored_text(snapshot_text(snapshot, variable));
            put(o, value.bytes, value.length);
            i++;
        } else if (next == '=') {
            put(o, insert.bytes, insert.length);
            i++;
        } else {
            put(o, key->text, key->length);
        }
    }
}

size_t text_expand(uint8_t *out, const struct snapshot *snapshot, const struct snapshot_source *source,
                   struct text own, const struct text_key *key)
{
    struct out o = { out, 0 };

    if (own.length != 0 && own.bytes[0] == '=') {
        own = (struct text){ own.bytes + 1, own.length - 1 };
        expand(&o, snapshot, source, own, key, own);
    } else if (source != NULL && source->template != 0) {
        struct text insert = own.length != 0 ? own : (struct text){ (const uint8_t *)key->text, key->length };
        expand(&o, snapshot, source, stored_text(snapshot_text(snapshot, source->template)), key, insert);
    } else {
        expand(&o, snapshot, source, own, key, own);
    }
    return o.length;
}

size_t text_split(uint8_t *data, size_t length)
{
    size_t count = (length + WIRE_STRING_MAX - 1) / WIRE_STRING_MAX;

    for (size_t i = count; i-- > 0;) { /* from the last on, as each moves up */
        size_t left = length - i * WIRE_STRING_MAX, n = left < WIRE_STRING_MAX ? left : WIRE_STRING_MAX;
        uint8_t *to = data + i * (WIRE_STRING_MAX + 1);
        if (i != 0)
            memmove(to + 1, data + 1 + i * WIRE_STRING_MAX, n);
        *to = (uint8_t)n;
    }
    return length + count;
}
