#include "answer/compose.h"

#include <string.h>

enum { LISTINGS_MAX = 256 };

/* One member that lists the key in the zone, with its text's offset. */
struct listing {
    const struct member *member;
    const struct source *source;
    uint32_t text;
};

static unsigned collect(struct listing *out, const struct base *b, const struct zone *z,
                        const struct source *sources, unsigned count)
{
    unsigned n = 0;

    for (unsigned i = 0; i < z->sets_count; i++) {
        for (unsigned j = 0; j < count; j++) {
            const struct verdict *v = (const struct verdict *)b->verdicts.data + sources[j].verdict;
            const struct shape *shape = (const struct shape *)b->shapes.data + v->shape;
            const struct member *m = (const struct member *)b->members.data + shape->first;
            uint32_t with_text = 0, seen = 0;
            for (uint32_t k = 0; k < shape->count; k++)
                with_text += m[k].has_text;
            for (uint32_t k = 0; k < shape->count; k++) {
                uint32_t text = 0;
                if (m[k].has_text)
                    text =
                        with_text == 1 ? v->texts : ((const uint32_t *)b->text_lists.data)[v->texts + seen++];
                if (m[k].set == z->sets[i] && n < LISTINGS_MAX)
                    out[n++] = (struct listing){ &m[k], &sources[j], text };
            }
        }
    }
    return n;
}

static void write_a(struct reply *r, const struct base *b, const struct listing *listings, unsigned count)
{
    uint32_t ttl = UINT32_MAX;

    for (unsigned i = 0; i < count; i++)
        if (b->sets[listings[i].member->set].ttl < ttl)
            ttl = b->sets[listings[i].member->set].ttl;
    for (unsigned i = 0; i < count; i++) {
        unsigned before = 0;
        while (listings[before].member->code != listings[i].member->code)
            before++;
        uint8_t *p = before == i ? reply_room(r, ZONE_A_SIZE) : NULL;
        if (p == NULL)
            continue;
        wire_put_record(wire_put16(p, WIRE_POINTER | WIRE_HEADER), TYPE_A, ttl, 4);
        wire_put32(p + 12, listings[i].member->code);
        r->answers++;
    }
}

static bool has_text(const struct base *b, const struct listing *l)
{
    return l->text != 0 || b->sets[l->member->set].template != 0;
}

/* The key of a listing: of one that was found by name, the name that is listed. */
static const struct text_key *listing_key(const struct plan *plan, const struct listing *l,
                                          struct text_key *named)
{
    const struct query *q = &plan->query;

    if (l->member->labels == 0)
        return &l->source->key;
    unsigned from = q->offsets[plan->key_labels - l->member->labels];
    text_key_name(named, q->name + from, (size_t)(q->offsets[plan->key_labels] - from));
    return named;
}

/* Whether the last `length` octets written as TXT data stand in an earlier record of this answer. */
static bool already_written(const uint8_t *first, const uint8_t *record, size_t length)
{
    for (const uint8_t *p = first; p < record; p += 2 + WIRE_RECORD + wire_get16(p + 10))
        if (wire_get16(p + 10) == length && memcmp(p + 12, record + 12, length) == 0)
            return true;
    return false;
}

static void write_txt(struct reply *r, const struct plan *plan, const struct base *b,
                      const struct listing *listings, unsigned count)
{
    const uint8_t *first = r->at;
    uint32_t ttl = UINT32_MAX;

    for (unsigned i = 0; i < count; i++)
        if (has_text(b, &listings[i]) && b->sets[listings[i].member->set].ttl < ttl)
            ttl = b->sets[listings[i].member->set].ttl;
    for (unsigned i = 0; i < count; i++) {
        const struct listing *l = &listings[i];
        uint8_t text[TEXT_MAX];
        struct text_key named;
        if (!has_text(b, l))
            continue;
        size_t length = text_expand(text, b, &b->sets[l->member->set], l->text, listing_key(plan, l, &named));
        uint8_t *p = reply_room(r, 2 + WIRE_RECORD + 1 + length);
        if (p == NULL)
            return;
        wire_put_record(wire_put16(p, WIRE_POINTER | WIRE_HEADER), TYPE_TXT, ttl, (unsigned)length + 1);
        p[12] = (uint8_t)length;
        memcpy(p + 13, text, length);
        if (already_written(first, p, length + 1))
            r->at = p;
        else
            r->answers++;
    }
}

void compose(struct reply *r, const struct base *base, const struct plan *plan, const struct source *sources,
             unsigned count, unsigned type)
{
    struct listing listings[LISTINGS_MAX];
    unsigned n = collect(listings, base, plan->zone, sources, count);

    if (type != TYPE_TXT)
        write_a(r, base, listings, n);
    if (type != TYPE_A)
        write_txt(r, plan, base, listings, n);
}
