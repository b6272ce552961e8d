#include "support/set_decode.h"

static u128 decode_key(struct input *in, const struct set_model *s)
{
    static const uint8_t palette[] = { 0, 1, 2, 63, 127, 128, 254, 255 };
    unsigned octets = s->kind == IP6TRIE ? 16 : 4, keep = 0;
    u128 key = 0;
    if (s->count != 0) { /* much of the last line's key again */
        keep = input_byte(in) % (octets + 1);
        key = s->line[s->count - 1].first & ~u128_low_bits(128 - 8 * keep);
    }
    for (unsigned i = keep; i < octets; i++) {
        uint8_t c = input_byte(in);
        key |= (u128)(c < 224 ? palette[c % sizeof(palette)] : input_byte(in)) << (120 - 8 * i);
    }
    return key;
}

static void decode_addresses(struct input *in, const struct set_model *s, struct set_line *l)
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
    l->first &= ~u128_low_bits(128 - l->length);
    l->last = l->first | u128_low_bits(128 - l->length);
    if (how % 8 == 2 && s->kind == IP4SET) {
        u128 other = decode_key(in, s);
        l->last = (other > l->first ? other : l->first) | u128_low_bits(96);
        l->first = other < l->first ? other : l->first;
        l->length = 0;
    }
}

struct label_path set_decode_name(struct input *in)
{
    struct label_path n = { 0 };
    uint8_t how = input_byte(in);
    n.labels = how < 240 ? 1 + how % 5u : 30 + how % 4u;
    for (unsigned i = 0; i < n.labels; i++)
        n.label[i] = i < 6 ? input_byte(in) % SET_MODEL_LABELS : (uint8_t)(5 + i % 3);
    return n;
}

static void decode_line(struct input *in, struct set_model *s)
{
    static const char *const texts[] = { "", "", "x", "=", "=own", "a longer $ text" };
    struct set_line *l = &s->line[s->count];
    uint8_t value = input_byte(in);
    *l = (struct set_line){ .excluded = value % 8 == 7,
                            .code = 0x7f000002 + value % 3,
                            .text = texts[value / 8 % (sizeof(texts) / sizeof(texts[0]))] };
    if (s->kind == DNSET) {
        l->name = set_decode_name(in);
        uint8_t holds = input_byte(in) % 3;
        l->exact = holds != 1;
        l->below = holds != 0;
    } else {
        decode_addresses(in, s, l);
    }
    s->count++;
}

void set_decode(struct input *in, struct set_model *s)
{
    unsigned count = input_byte(in) % (LINES_MAX_SET + 1);
    s->loaded = true;
    for (s->count = 0; s->count < count && in->p < in->end;)
        decode_line(in, s);
}
