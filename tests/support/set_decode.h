/* Bytes into sets of lines, and those into text that set_load reads. Octets and labels come from small
 * palettes, so that lines overlap. */
#ifndef SUPPORT_SET_DECODE_H
#define SUPPORT_SET_DECODE_H

#include "list/set.h"
#include "support/set_model.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

struct input {
    const uint8_t *p, *end;
};

static uint8_t input_byte(struct input *in)
{
    return in->p < in->end ? *in->p++ : 0;
}

/* ---- Decoding ---- */

static u128 decode_key(struct input *in, const struct model_set *s)
{
    static const uint8_t palette[] = { 0, 1, 2, 63, 127, 128, 254, 255 };
    unsigned octets = s->kind == IP6TRIE ? 16 : 4, keep = 0;
    u128 key = 0;
    if (s->count != 0) { /* much of the last line's key again */
        keep = input_byte(in) % (octets + 1);
        key = s->line[s->count - 1].first & ~low_bits(128 - 8 * keep);
    }
    for (unsigned i = keep; i < octets; i++) {
        uint8_t c = input_byte(in);
        key |= (u128)(c < 224 ? palette[c % sizeof(palette)] : input_byte(in)) << (120 - 8 * i);
    }
    return key;
}

static void decode_addresses(struct input *in, const struct model_set *s, struct line *l)
{
    unsigned most = s->kind == IP6TRIE ? 128 : 32;
    uint8_t how = input_byte(in);
    l->length = most;
    l->first = decode_key(in, s);
    if (how % 4 == 0 && s->count != 0) /* the next host, or one near it */
        l->first = s->line[s->count - 1].first + ((u128)(how / 4 % 4) << (128 - most));
    if (how % 4 == 1)
        l->length = input_byte(in) % (most + 1);
    if (l->length == 0 && s->kind == IP4SET)
        l->length = 1;
    l->first &= ~low_bits(128 - l->length);
    l->last = l->first | low_bits(128 - l->length);
    if (how % 8 == 2 && s->kind == IP4SET) {
        u128 other = decode_key(in, s);
        l->last = (other > l->first ? other : l->first) | low_bits(96);
        l->first = other < l->first ? other : l->first;
        l->length = 0;
    }
}

static struct name decode_name(struct input *in)
{
    struct name n = { 0 };
    uint8_t how = input_byte(in);
    n.labels = how < 240 ? 1 + how % 5u : 30 + how % 4u;
    for (unsigned i = 0; i < n.labels; i++)
        n.label[i] = i < 6 ? input_byte(in) % LABEL_TEXTS : (uint8_t)(5 + i % 3);
    return n;
}

static void decode_line(struct input *in, struct model_set *s)
{
    static const char *const texts[] = { "", "", "x", "=", "=own", "a longer $ text" };
    struct line *l = &s->line[s->count];
    uint8_t value = input_byte(in);
    *l = (struct line){ .excluded = value % 8 == 7,
                        .code = 0x7f000002 + value % 3,
                        .text = texts[value / 8 % (sizeof(texts) / sizeof(texts[0]))] };
    if (s->kind == DNSET) {
        l->name = decode_name(in);
        uint8_t holds = input_byte(in) % 3;
        l->exact = holds != 1;
        l->below = holds != 0;
    } else {
        decode_addresses(in, s, l);
    }
    s->count++;
}

static void decode_set(struct input *in, struct model_set *s)
{
    unsigned count = input_byte(in) % (LINES_MAX_SET + 1);
    s->loaded = true;
    for (s->count = 0; s->count < count && in->p < in->end;)
        decode_line(in, s);
}

/* ---- Loading what the model says, as text ---- */

static int print_name(char *p, const struct line *l)
{
    int n = sprintf(p, "%s", !l->below ? "" : l->exact ? "." : "*.");
    for (unsigned i = l->name.labels; i-- > 0;)
        n += sprintf(p + n, "%s%s", label_texts[l->name.label[i]], i != 0 ? "." : "");
    return n;
}

static int print_address(char *p, u128 key, bool ipv6)
{
    unsigned g[8];
    for (unsigned i = 0; i < 8; i++)
        g[i] = (unsigned)(key >> (ipv6 ? 112 - 16 * i : 120 - 8 * i)) & (ipv6 ? 0xffff : 0xff);
    return ipv6 ? sprintf(p, "%x:%x:%x:%x:%x:%x:%x:%x", g[0], g[1], g[2], g[3], g[4], g[5], g[6], g[7])
                : sprintf(p, "%u.%u.%u.%u", g[0], g[1], g[2], g[3]);
}

static int print_line(char *p, const struct model_set *s, const struct line *l)
{
    int n = sprintf(p, "%s", l->excluded ? "!" : "");
    if (s->kind == DNSET) {
        n += print_name(p + n, l);
    } else {
        n += print_address(p + n, l->first, s->kind == IP6TRIE);
        if (l->length == 0 && s->kind == IP4SET) {
            n += sprintf(p + n, "-");
            n += print_address(p + n, l->last, false);
        } else if (l->last - l->first != low_bits(96) || s->kind == IP6TRIE) {
            n += sprintf(p + n, "/%u", l->length);
        }
    }
    if (l->code == 0x7f000002 && *l->text == '\0') /* what holds without a value */
        return n + sprintf(p + n, "\n");
    return n + sprintf(p + n, " :%u:%s\n", (unsigned)(l->code & 0xff), l->text);
}

static struct set_data *load_set(const struct model_set *s)
{
    static const char *const types[] = { "ip4set", "ip4trie", "ip6trie", "dnset" };
    static char text[LINES_MAX_SET * 400];
    char path[64], *paths[] = { path };
    struct set_spec spec = { types[s->kind], paths, 1 };
    struct load_options options = { .default_ttl = 2100, .now = 1795321198 };
    struct set_data *data = NULL;
    struct error error;
    int n = 0, fd = memfd_create("set", 0);

    for (unsigned i = 0; i < s->count; i++)
        n += print_line(text + n, s, &s->line[i]);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (write(fd, text, (size_t)n) != n || set_load(&spec, &options, &data, &error) != OK || data->bad != 0)
        abort();
    close(fd);
    return data;
}

#endif
