#include "answer/text.h"

#include "trie/ip.h"

#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>

struct out {
    uint8_t *at, *end;
};

static void put(struct out *o, const void *bytes, size_t n)
{
    size_t room = (size_t)(o->end - o->at);
    if (n > room)
        n = room;
    memcpy(o->at, bytes, n);
    o->at += n;
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
    key->length = (uint8_t)(p - key->text - 1);
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
    key->length = (uint8_t)strlen(key->text);
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

/* What `$=` stands for, which only a template may hold. */
struct insert {
    const uint8_t *text;
    size_t length;
};

static void expand(struct out *o, const struct snapshot *snapshot, const struct snapshot_source *source,
                   const uint8_t *text, size_t length, const struct text_key *key, struct insert insert)
{
    static const uint32_t unset[10];
    const uint32_t *variables = source != NULL ? source->variables : unset;
    const uint8_t *texts = snapshot->texts.data;

    for (size_t i = 0; i < length; i++) {
        const uint8_t *dollar = memchr(text + i, '$', length - i);
        size_t plain = dollar != NULL ? (size_t)(dollar - text) - i : length - i;
        put(o, text + i, plain);
        i += plain;
        uint8_t next = i + 1 < length ? text[i + 1] : 0;
        if (dollar == NULL) {
            break;
        } else if (next == '$') {
            put(o, "$", 1);
            i++;
        } else if (next >= '0' && next <= '9') {
            const uint8_t *variable = texts + variables[next - '0'];
            bool set = variable != texts; /* otherwise it stays as it stands */
            put(o, set ? variable + 1 : text + i, set ? variable[0] : 2);
            i++;
        } else if (next == '=' && insert.text != NULL) {
            put(o, insert.text, insert.length);
            i++;
        } else {
            put(o, key->text, key->length);
        }
    }
}

size_t text_expand(uint8_t *out, const struct snapshot *snapshot, const struct snapshot_source *source,
                   const uint8_t *text, const struct text_key *key)
{
    static const uint8_t none = 0;
    const uint8_t *texts = snapshot->texts.data, *own = text != NULL ? text : &none;
    const uint8_t *template = source != NULL && source->template != 0 ? texts + source->template : NULL;
    struct out o = { out, out + TEXT_MAX };

    if (own[0] != 0 && own[1] == '=') {
        struct insert insert = { template != NULL ? template + 1 : NULL, template != NULL ? template[0] : 0 };
        expand(&o, snapshot, source, own + 2, own[0] - 1u, key, insert);
    } else if (template != NULL) {
        struct insert insert = { own + 1, own[0] };
        if (own[0] == 0)
            insert = (struct insert){ (const uint8_t *)key->text, key->length };
        expand(&o, snapshot, source, template + 1, template[0], key, insert);
    } else {
        expand(&o, snapshot, source, own + 1, own[0], key, (struct insert){ NULL, 0 });
    }
    return (size_t)(o.at - out);
}
