#include "answer/compose.h"

#include "answer/text.h"

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
                if (m[k].set == z->sets[i] && (m[k].labels == 0 || !sources[j].by_address) &&
                    n < LISTINGS_MAX)
                    out[n++] = (struct listing){ &m[k], &sources[j], text };
            }
        }
    }
    return n;
}

bool compose_lists(const struct base *base, const struct zone *zone, const struct source *source)
{
    struct listing listings[LISTINGS_MAX];

    if (!source->by_address || !zone->has_names)
        return zone_answer(zone, base, source->verdict).count != 0;
    return collect(listings, base, zone, source, 1) != 0;
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
    const uint8_t *text = (const uint8_t *)b->texts.data + l->text;

    if (l->text == 0)
        return b->sets[l->member->set].template != 0;
    return text[0] != 1 || text[1] != '='; /* "=" alone: no text, and no base template either */
}

/* What `$` stands for: the address, or the name that is listed. */
static void listing_key(const struct plan *plan, const struct listing *l, struct text_key *key)
{
    const struct query *q = &plan->query;

    if (l->member->labels != 0) {
        unsigned from = q->offsets[plan->key_labels - l->member->labels];
        text_key_name(key, q->name + from, (size_t)(q->offsets[plan->key_labels] - from));
    } else if (l->source->kind == BY_IP6) {
        text_key_ip6(key, plan->key.ip6.hi, plan->key.ip6.lo);
    } else {
        text_key_ip4(key, plan->ip4);
    }
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
        struct text_key key;
        if (!has_text(b, l))
            continue;
        listing_key(plan, l, &key);
        size_t length = text_expand(text, b, &b->sets[l->member->set], l->text, &key);
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
             unsigned count)
{
    struct listing listings[LISTINGS_MAX];
    unsigned n = collect(listings, base, plan->zone, sources, count);

    if (plan->query.type != TYPE_TXT)
        write_a(r, base, listings, n);
    if (plan->query.type != TYPE_A)
        write_txt(r, plan, base, listings, n);
}
