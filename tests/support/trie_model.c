#include "support/trie_model.h"

#include <stdlib.h>

static uint8_t decode_octet(struct input *in)
{
    static const uint8_t palette[] = { 0, 1, 2, 63, 64, 127, 128, 191, 192, 254, 255 };
    uint8_t c = input_byte(in);
    return c < 200 ? palette[c % sizeof(palette)] : input_byte(in);
}

struct trie_paint trie_model_decode_paint(struct input *in, const struct trie_model *m)
{
    uint8_t how = input_byte(in);
    unsigned octets = m->bits / 8, keep = m->count != 0 ? how % (octets + 1) : 0;
    u128 key = m->count != 0 ? m->paint[m->count - 1].first : 0;
    unsigned length = how & 0x80 ? m->bits : input_byte(in) % (m->bits + 1);

    for (unsigned i = keep; i < octets; i++) {
        unsigned shift = 120 - 8 * i;
        key = (key & ~((u128)0xff << shift)) | (u128)decode_octet(in) << shift;
    }
    key &= ~u128_low_bits(128 - length);
    uint8_t v = input_byte(in);
    return (struct trie_paint){ .first = key,
                                .last = key | u128_low_bits(128 - length),
                                .value = v < 250 ? v % 4 : (uint32_t)v * 0x01000193u };
}

void trie_model_decode(struct trie_model *m, const uint8_t *bytes, size_t size)
{
    struct input in = { bytes, bytes + size };
    m->bits = input_byte(&in) & 1 ? 128 : 32;
    m->count = 0;
    while (in.p < in.end && m->count < TRIE_MODEL_PAINTS) {
        m->paint[m->count] = trie_model_decode_paint(&in, m);
        m->count++;
    }
}

uint32_t trie_model_paint(const struct trie_paint *p, uint32_t old)
{
    return (old & p->keep) ^ p->value;
}

uint32_t trie_model_lookup(const struct trie_model *m, u128 key)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < m->count; i++)
        if (key >= m->paint[i].first && key <= m->paint[i].last)
            value = trie_model_paint(&m->paint[i], value);
    return value;
}

unsigned trie_model_edges(const struct trie_model *m, u128 *edges)
{
    unsigned n = 0;
    edges[n++] = 0;
    for (unsigned i = 0; i < m->count; i++) {
        edges[n++] = m->paint[i].first;
        if (m->paint[i].last != ~(u128)0)
            edges[n++] = m->paint[i].last + 1;
    }
    u128_sort(edges, n);
    return n;
}

struct trie_built trie_model_build(const u128 *edges, unsigned n, const struct trie_model *m)
{
    struct trie_built b = { .words = { 0 } };
    struct trie_builder *builder = trie_builder_new();
    if (builder == NULL || trie_build_begin(builder) != OK)
        abort();
    uint32_t before = 0;
    for (unsigned i = 0; i < n; i++) {
        uint32_t value = trie_model_lookup(m, edges[i]);
        if (i + 1 < n && edges[i] == edges[i + 1])
            continue;
        if (i + 1 < n && trie_model_lookup(m, edges[i + 1]) == before) { /* its end may be added again */
            trie_build_range(builder, u128_to_key(edges[i]), u128_to_key(edges[i + 1]), value);
        } else {
            trie_build_add(builder, u128_to_key(edges[i]), value);
            before = value;
        }
    }
    if (trie_build_end(builder, &b.trie.root) != OK ||
        trie_builder_finish(builder, &b.words, &b.trie.pairs) != OK)
        abort();
    b.trie.words = b.words.data;
    return b;
}
