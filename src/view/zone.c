#include "view/zone.h"

#include "dns/wire.h"

#include <stdlib.h>
#include <string.h>

/* ---- Answers ---- */

/* Collects the codes with which the zone's sources list a shape, each once, in the zone's order, and the
 * lowest TTL. ZONE_COMPOSED if generic records are among them; none if the shape is protected. */
static unsigned shape_codes(const struct zone *z, const struct view *v, const struct shape *shape,
                            uint32_t *codes, uint32_t *ttl)
{
    const struct snapshot *b = v->snapshot;
    const struct member *m = (const struct member *)b->members.data + shape->first;
    unsigned count = 0;
    bool composed = false;

    *ttl = UINT32_MAX;
    for (uint32_t i = 0; i < shape->count && v->has_never; i++)
        if (b->sources[m[i].source].set == v->never)
            return 0;
    for (unsigned i = 0; i < z->sources_count; i++) {
        for (uint32_t j = 0; j < shape->count; j++) {
            if (m[j].source != z->sources[i])
                continue;
            composed |= m[j].kind == MEMBER_RECORD;
            unsigned known = 0;
            while (known < count && codes[known] != m[j].code)
                known++;
            if (known == count)
                codes[count++] = m[j].code;
            if (b->sources[m[j].source].ttl < *ttl)
                *ttl = b->sources[m[j].source].ttl;
        }
    }
    return composed ? ZONE_COMPOSED : count;
}

static enum err compile_answers(struct zone *z, const struct view *v)
{
    const struct shape *shapes = v->snapshot->shapes.data;
    size_t count = VEC_COUNT(&v->snapshot->shapes, *shapes);
    struct zone_answer *answers = vec_add(&z->answers, count * sizeof(*answers));

    if (answers == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        uint32_t codes[256], ttl; /* a shape has at most VERDICT_MEMBERS_MAX members */
        unsigned n = shape_codes(z, v, &shapes[i], codes, &ttl);
        answers[i] = (struct zone_answer){ (uint32_t)z->wire.used, (uint16_t)n };
        if (n == ZONE_COMPOSED)
            continue;
        uint8_t *p = n != 0 ? vec_add(&z->wire, n * ZONE_A_SIZE) : NULL;
        if (n != 0 && p == NULL)
            return ERR_MEMORY;
        for (unsigned j = 0; j < n; j++, p += ZONE_A_SIZE) {
            wire_put16(p, WIRE_POINTER | WIRE_HEADER);
            wire_put_record(p + 2, TYPE_A, ttl, 4);
            wire_put32(p + 12, codes[j]);
        }
    }
    return OK;
}

/* ---- The apex ---- */

static uint8_t *put_bytes(uint8_t *p, const uint8_t *bytes, size_t n)
{
    memcpy(p, bytes, n);
    return p + n;
}

/* Without $SOA in the data: the zone itself as primary, its newest file as serial. */
static struct set_soa default_soa(const struct zone *zone)
{
    const struct zone *z = zone->parent != NULL ? zone->parent : zone;
    static const uint8_t hostmaster[] = "\12hostmaster";
    struct set_soa soa = { .present = true,
                           .ttl = VIEW_NEGATIVE_TTL,
                           .refresh = 3600,
                           .retry = 600,
                           .expire = 86400,
                           .minimum = VIEW_NEGATIVE_TTL,
                           .mname_len = z->name_len };

    memcpy(soa.mname, z->name, z->name_len);
    memcpy(soa.rname, hostmaster, sizeof(hostmaster) - 1);
    size_t prefix = z->name_len + sizeof(hostmaster) - 1 <= sizeof(soa.rname) ? sizeof(hostmaster) - 1 : 0;
    memcpy(soa.rname + prefix, z->name, z->name_len);
    soa.rname_len = (uint16_t)(prefix + z->name_len);
    return soa;
}

static enum err compile_soa(struct zone *z, const struct snapshot *b, const struct zone_spec *spec)
{
    struct set_soa soa = { .present = false };
    int64_t newest = 0;

    for (unsigned i = 0; i < z->sets_count; i++) {
        const struct snapshot_set *s = &b->sets[z->sets[i]];
        if (s->mtime > newest)
            newest = s->mtime;
        if (!soa.present && s->soa.present)
            soa = s->soa;
    }
    if (spec->soa != NULL)
        soa = *spec->soa;
    else if (!soa.present)
        soa = default_soa(z);
    z->soa_ttl = soa.ttl != 0 ? soa.ttl : VIEW_NEGATIVE_TTL;
    z->negative_ttl = z->soa_ttl < soa.minimum ? z->soa_ttl : soa.minimum;
    uint16_t data = (uint16_t)(soa.mname_len + soa.rname_len + 20);
    z->soa_len = (uint16_t)(WIRE_RECORD + data);
    z->soa = malloc(z->soa_len);
    if (z->soa == NULL)
        return ERR_MEMORY;
    uint8_t *p = wire_put_record(z->soa, TYPE_SOA, z->soa_ttl, data);
    p = put_bytes(p, soa.mname, soa.mname_len);
    p = put_bytes(p, soa.rname, soa.rname_len);
    p = wire_put32(p, soa.serial != 0 ? soa.serial : (uint32_t)newest);
    p = wire_put32(p, soa.refresh);
    p = wire_put32(p, soa.retry);
    p = wire_put32(p, soa.expire);
    wire_put32(p, soa.minimum);
    return OK;
}

static enum err compile_ns(struct zone *z, const struct snapshot *b, const struct zone_spec *spec)
{
    const struct set_ns *ns = spec->ns;
    size_t size = 0;

    for (unsigned i = 0; i < z->sets_count && ns == NULL; i++)
        if (b->sets[z->sets[i]].ns.count != 0)
            ns = &b->sets[z->sets[i]].ns;
    if (ns == NULL)
        return OK;
    for (unsigned i = 0; i < ns->count; i++)
        size += WIRE_RECORD + ns->name[i].len;
    z->ns = malloc(size);
    if (z->ns == NULL)
        return ERR_MEMORY;
    uint8_t *p = z->ns;
    for (unsigned i = 0; i < ns->count; i++) {
        p = wire_put_record(p, TYPE_NS, ns->ttl, ns->name[i].len);
        p = put_bytes(p, ns->name[i].name, ns->name[i].len);
    }
    z->ns_count = (uint16_t)ns->count;
    return OK;
}

/* ---- The zone ---- */

static void take_set(struct zone *z, const struct snapshot_set *s, int64_t valid_until)
{
    z->ready = z->ready && s->loaded;
    if (valid_until != 0 && valid_until < z->valid_until)
        z->valid_until = valid_until;
}

static void take_source(struct zone *z, const struct snapshot_source *s)
{
    z->has4 = z->has4 || (s->has[0] && !s->has_names); /* names that look like addresses are not meant */
    z->has_names = z->has_names || s->has_names;
    z->has_addresses = z->has_addresses || (!s->has_names && (s->has[0] || s->has[1]));
    z->has_dnset = z->has_dnset || (s->has_names && !s->generic);
    for (unsigned family = 0; family < 2; family++)
        for (unsigned i = 0; i < ARRAY_SIZE(z->present[0]); i++)
            z->present[family][i] |= s->present[family][i];
}

enum err zone_compile(struct zone *z, const struct view *view, const struct zone_spec *spec)
{
    const struct snapshot *snapshot = view->snapshot;

    z->ready = true;
    z->valid_until = INT64_MAX;
    z->sets_count = (uint16_t)spec->sets_count;
    z->sets = malloc(spec->sets_count * sizeof(*z->sets) + 1);
    if (z->sets == NULL)
        return ERR_MEMORY;
    memcpy(z->sets, spec->sets, spec->sets_count * sizeof(*z->sets));
    for (unsigned i = 0; i < z->sets_count; i++) {
        const struct snapshot_set *s = &snapshot->sets[z->sets[i]];
        take_set(z, s, spec->valid_until != NULL ? spec->valid_until[z->sets[i]] : s->valid_until);
    }
    for (unsigned i = 0; i < z->sources_count; i++)
        take_source(z, &snapshot->sources[z->sources[i]]);
    enum err e = compile_answers(z, view);
    if (e == OK)
        e = compile_soa(z, snapshot, spec);
    if (e == OK)
        e = compile_ns(z, snapshot, spec);
    return e;
}

/* ---- Glue ---- */

/* Adds the A and AAAA records that `zone` has at a name: the whole name, then the record. */
static enum err add_glue(struct zone *z, const struct snapshot *b, const struct zone *zone,
                         const struct name_match *at, const uint8_t *name, size_t length)
{
    struct verdict_members m;

    snapshot_members_open(&m, b, at->verdict);
    for (uint32_t i = 0; i < m.count; i++) {
        const uint8_t *record = (const uint8_t *)b->records.data + m.member[i].code;
        bool ours = false;
        for (unsigned j = 0; j < zone->sources_count; j++)
            ours |= zone->sources[j] == m.member[i].source;
        if (!ours || m.member[i].kind != MEMBER_RECORD ||
            (wire_get16(record) != TYPE_A && wire_get16(record) != TYPE_AAAA))
            continue;
        size_t size = (size_t)WIRE_RECORD + wire_get16(record + 8);
        uint8_t *p = vec_add(&z->glue, length + size);
        if (p == NULL)
            return ERR_MEMORY;
        memcpy(p, name, length);
        memcpy(p + length, record, size);
        z->glue_count++;
    }
    return OK;
}

enum err zone_find_glue(struct zone *z, const struct view *view)
{
    const uint8_t *record = z->ns;
    enum err e = OK;

    for (unsigned i = 0; i < z->ns_count && e == OK; i++) {
        const uint8_t *name = record + WIRE_RECORD;
        uint8_t lower[256 + NAMES_LABEL_PAD] = { 0 }, offsets[WIRE_LABELS_MAX + 1];
        unsigned labels = 0, length = wire_get16(record + 8);
        for (unsigned at = 0; at < length; at++) /* length bytes are no letters */
            lower[at] = name[at] >= 'A' && name[at] <= 'Z' ? name[at] | 0x20 : name[at];
        for (unsigned at = 0; lower[at] != 0; at += lower[at] + 1u)
            offsets[labels++] = (uint8_t)at;
        offsets[labels] = (uint8_t)(length - 1);
        const struct zone *zone = view_find_zone(view, lower, length, offsets, labels);
        if (zone != NULL) {
            struct name_match m = names_lookup(&view->snapshot->names, lower, offsets, labels - zone->labels);
            e = add_glue(z, view->snapshot, zone, &m, name, length);
        }
        record += WIRE_RECORD + length;
    }
    return e;
}

void zone_free(struct zone *z)
{
    free(z->name);
    vec_free(&z->answers);
    vec_free(&z->wire);
    free(z->soa);
    free(z->ns);
    vec_free(&z->glue);
    free(z->sets);
    free(z->sources);
    free(z->acls);
}
