#include "view/zone.h"

#include "dns/wire.h"

#include <stdlib.h>
#include <string.h>

/* ---- Answers ---- */

/* Collects the codes with which the zone's sources list a shape, each once, in the zone's order, and the
 * lowest TTL. ZONE_COMPOSED if generic records are among them; none if the shape is protected. */
static unsigned shape_codes(const struct zone *z, const struct snapshot *s, const uint16_t *never,
                            const struct shape *shape, uint32_t *codes, uint32_t *ttl)
{
    const struct member *m = snapshot_members(s, shape);
    unsigned count = 0;
    bool composed = false;

    *ttl = UINT32_MAX;
    for (uint32_t i = 0; i < shape->count && never != NULL; i++)
        if (s->sources[m[i].source].set == *never)
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
            if (s->sources[m[j].source].ttl < *ttl)
                *ttl = s->sources[m[j].source].ttl;
        }
    }
    return composed ? ZONE_COMPOSED : count;
}

static enum err compile_answers(struct zone *z, const struct snapshot *s, const uint16_t *never)
{
    const struct shape *shapes = s->shapes.data;
    size_t count = VEC_COUNT(&s->shapes, *shapes);
    struct zone_answer *answers = vec_add(&z->answers, count * sizeof(*answers));

    if (answers == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        uint32_t codes[256], ttl; /* a shape has at most VERDICT_MEMBERS_MAX members */
        unsigned n = shape_codes(z, s, never, &shapes[i], codes, &ttl);
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

/* Without $SOA in the data: the zone itself as primary server, the time of its newest file as serial. */
static struct set_soa default_soa(const struct zone *zone)
{
    const struct zone *z = zone->parent != NULL ? zone->parent : zone;
    static const uint8_t hostmaster[] = "\12hostmaster";
    struct set_soa soa = { .present = true,
                           .ttl = ZONE_NEGATIVE_TTL,
                           .refresh = 3600,
                           .retry = 600,
                           .expire = 86400,
                           .minimum = ZONE_NEGATIVE_TTL,
                           .mname_len = z->name_len };

    memcpy(soa.mname, z->name, z->name_len);
    memcpy(soa.rname, hostmaster, sizeof(hostmaster) - 1);
    size_t prefix = z->name_len + sizeof(hostmaster) - 1 <= sizeof(soa.rname) ? sizeof(hostmaster) - 1 : 0;
    memcpy(soa.rname + prefix, z->name, z->name_len);
    soa.rname_len = (uint16_t)(prefix + z->name_len);
    return soa;
}

static enum err compile_soa(struct zone *z, const struct snapshot *snapshot, const struct zone_spec *spec)
{
    struct set_soa soa = { .present = false };
    int64_t newest = 0;

    for (unsigned i = 0; i < z->sets_count; i++) {
        const struct snapshot_set *s = &snapshot->sets[z->sets[i]];
        if (s->mtime > newest)
            newest = s->mtime;
        if (!soa.present && s->soa.present)
            soa = s->soa;
    }
    if (spec->soa != NULL)
        soa = *spec->soa;
    else if (!soa.present)
        soa = default_soa(z);
    z->soa_ttl = soa.ttl != 0 ? soa.ttl : ZONE_NEGATIVE_TTL;
    z->negative_ttl = z->soa_ttl < soa.minimum ? z->soa_ttl : soa.minimum;
    uint16_t data = (uint16_t)(soa.mname_len + soa.rname_len + 20);
    z->soa = malloc((size_t)WIRE_RECORD + data);
    if (z->soa == NULL)
        return ERR_MEMORY;
    uint8_t *p = wire_put_record(z->soa, TYPE_SOA, z->soa_ttl, data);
    p = mempcpy(p, soa.mname, soa.mname_len);
    p = mempcpy(p, soa.rname, soa.rname_len);
    p = wire_put32(p, soa.serial != 0 ? soa.serial : (uint32_t)newest);
    p = wire_put32(p, soa.refresh);
    p = wire_put32(p, soa.retry);
    p = wire_put32(p, soa.expire);
    wire_put32(p, soa.minimum);
    return OK;
}

static enum err compile_ns(struct zone *z, const struct snapshot *snapshot, const struct zone_spec *spec)
{
    const struct set_ns *ns = spec->ns;
    size_t size = 0;

    for (unsigned i = 0; i < z->sets_count && ns == NULL; i++)
        if (snapshot->sets[z->sets[i]].ns.count != 0)
            ns = &snapshot->sets[z->sets[i]].ns;
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
        p = mempcpy(p, ns->name[i].name, ns->name[i].len);
    }
    z->ns_count = (uint16_t)ns->count;
    return OK;
}

/* ---- The zone ---- */

static void add_source(struct zone *z, const struct snapshot_source *s)
{
    z->has4 =
        z->has4 || (s->has[0] && !s->has_names); /* a set of names that look like addresses is not meant */
    z->has_names = z->has_names || s->has_names;
    z->has_addresses = z->has_addresses || (!s->has_names && (s->has[0] || s->has[1]));
    z->has_dnset = z->has_dnset || (s->has_names && !s->generic);
    for (unsigned family = 0; family < 2; family++)
        for (unsigned i = 0; i < ARRAY_SIZE(z->present[0]); i++)
            z->present[family][i] |= s->present[family][i];
}

enum err zone_compile(struct zone *z, const struct snapshot *snapshot, const struct zone_spec *spec,
                      const uint16_t *never)
{
    z->ready = true;
    z->valid_until = INT64_MAX;
    z->sets_count = (uint16_t)spec->sets_count;
    z->sets = malloc(spec->sets_count * sizeof(*z->sets) + 1);
    if (z->sets == NULL)
        return ERR_MEMORY;
    memcpy(z->sets, spec->sets, spec->sets_count * sizeof(*z->sets));
    for (unsigned i = 0; i < z->sets_count; i++) {
        const struct snapshot_set *s = &snapshot->sets[z->sets[i]];
        int64_t until = spec->valid_until != NULL ? spec->valid_until[z->sets[i]] : s->valid_until;
        z->ready = z->ready && s->loaded;
        if (until != 0 && until < z->valid_until)
            z->valid_until = until;
    }
    for (unsigned i = 0; i < z->sources_count; i++)
        add_source(z, &snapshot->sources[z->sources[i]]);
    enum err e = compile_answers(z, snapshot, never);
    if (e == OK)
        e = compile_soa(z, snapshot, spec);
    if (e == OK)
        e = compile_ns(z, snapshot, spec);
    return e;
}

/* ---- Glue ---- */

enum err zone_add_glue(struct zone *z, const struct snapshot *s, const struct zone *server,
                       const uint8_t *name, struct labels lower)
{
    size_t length = labels_size(lower, 0) + 1;
    struct verdict_members m;

    lower.count -= server->labels;
    snapshot_members_open(&m, s, names_lookup(&s->names, lower).verdict);
    for (uint32_t i = 0; i < m.count; i++) {
        bool ours = false;
        for (unsigned j = 0; j < server->sources_count; j++)
            ours |= server->sources[j] == m.member[i].source;
        if (!ours || m.member[i].kind != MEMBER_RECORD)
            continue;
        const uint8_t *record = snapshot_record(s, &m.member[i]);
        if (wire_record_type(record) != TYPE_A && wire_record_type(record) != TYPE_AAAA)
            continue;
        uint8_t *p = vec_add(&z->glue, length + wire_record_size(record));
        if (p == NULL)
            return ERR_MEMORY;
        memcpy(p, name, length);
        memcpy(p + length, record, wire_record_size(record));
        z->glue_count++;
    }
    return OK;
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
