#include "answer/text.h"

#include "trie/ip.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>

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

/* Three digits side by side, from which leading zeros are shifted out. */
static void write_ip4(struct text_key *key, uint32_t address)
{
    char *p = key->text;

    for (int shift = 24; shift >= 0; shift -= 8) {
        uint32_t octet = address >> shift & 0xff, hundreds = octet / 100, tens = octet / 10;
        uint32_t digits = hundreds | (tens - 10 * hundreds) << 8 | (octet - 10 * tens) << 16;
        unsigned missing = (unsigned)(octet < 10) + (octet < 100);
        uint32_t text = htole32((digits | (uint32_t)'.' << 24 | 0x303030) >> 8 * missing);
        memcpy(p, &text, sizeof(text));
        p += 4 - missing;
    }
    key->length = (uint16_t)(p - key->text - 1);
}

/* The first of the longest runs of zeros among the groups; at least two. Returns its length, or 0. */
static unsigned zero_run(const uint16_t *groups, unsigned *first)
{
    unsigned longest = 1;

    *first = 0;
    for (unsigned i = 0, run = 0; i < 8; i++) {
        run = groups[i] == 0 ? run + 1 : 0;
        if (run > longest) {
            longest = run;
            *first = i + 1 - run;
        }
    }
    return longest > 1 ? longest : 0;
}

/* RFC 5952. */
static void write_ip6(struct text_key *key, struct trie_key address)
{
    uint16_t groups[8];
    unsigned first;
    char *p = key->text;

    for (unsigned i = 0; i < 8; i++)
        groups[i] = (uint16_t)((i < 4 ? address.hi : address.lo) >> (48 - 16 * (i % 4)));
    unsigned zeros = zero_run(groups, &first);
    for (unsigned i = 0; i < 8; i++) {
        if (zeros != 0 && i == first) {
            *p++ = ':';
            i += zeros - 1;
            if (i == 7)
                *p++ = ':';
            continue;
        }
        if (i != 0)
            *p++ = ':';
        for (int shift = groups[i] != 0 ? (31 - __builtin_clz(groups[i])) & ~3 : 0; shift >= 0; shift -= 4)
            *p++ = "0123456789abcdef"[groups[i] >> shift & 15];
    }
    key->length = (uint16_t)(p - key->text);
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
