#include "view/zone.h"

#include "dns/wire.h"

#include <stdlib.h>
#include <string.h>

/* ---- Answers ---- */

/* How a zone sees the sources: what each is in its order, and the groups of the shape at hand. */
struct zone_order {
    uint16_t *rank;   /* by source: its place among the zone's + 1, 0: none */
    uint32_t *groups; /* by place + 1 */
    uint16_t *places; /* of the shape's groups, ascending */
};

/* Finds the groups of a shape that count in the zone; returns how many. */
static unsigned order_groups(const struct zone_order *o, const struct snapshot *s, uint32_t shape)
{
    const uint32_t *groups;
    uint32_t count = snapshot_groups(s, shape, &groups);
    unsigned found = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint16_t place = o->rank[snapshot_members(s, groups[i])->source];
        unsigned at = found;
        if (place == 0)
            continue;
        for (; at > 0 && o->places[at - 1] > place; at--) /* mostly the order is that of the sources */
            o->places[at] = o->places[at - 1];
        o->places[at] = place;
        o->groups[place] = groups[i];
        found++;
    }
    return found;
}

/* Collects the codes of a group, those that are not there yet; the new count, or ZONE_COMPOSED. */
static unsigned group_codes(const struct snapshot *s, uint32_t group, uint32_t *codes, unsigned count)
{
    const struct member *m = snapshot_members(s, group);

    for (uint32_t i = 0; i < VEC_AT(&s->groups, const struct number_list, group).count; i++) {
        unsigned known = 0;
        while (known < count && codes[known] != m[i].code)
            known++;
        if (m[i].kind == MEMBER_RECORD || (known == count && count == ZONE_READY_MAX))
            return ZONE_COMPOSED;
        if (known == count)
            codes[count++] = m[i].code;
    }
    return count;
}

/* Collects the codes with which the zone's sources list a shape, each once, in the zone's order, and the
 * lowest TTL. ZONE_COMPOSED if generic records are among them, or too many codes. */
static unsigned shape_codes(const struct zone *z, const struct zone_order *o, const struct snapshot *s,
                            uint32_t shape, uint32_t *codes, uint32_t *ttl)
{
    unsigned groups = order_groups(o, s, shape), count = 0;

    *ttl = UINT32_MAX;
    for (unsigned i = 0; i < groups && count != ZONE_COMPOSED; i++) {
        uint32_t of_source = s->sources[z->sources[o->places[i] - 1]].ttl;
        count = group_codes(s, o->groups[o->places[i]], codes, count);
        *ttl = of_source < *ttl ? of_source : *ttl;
    }
    return count;
}

/* Makes the answers. Those to shapes that the zone does not list are not written: the pages that have no
 * others take no memory, however many shapes the lists of other zones make. */
static enum err make_answers(struct zone *z, const struct zone_order *o, const struct snapshot *s,
                             const uint16_t *never)
{
    uint32_t count = (uint32_t)VEC_COUNT(&s->shapes, struct number_list), codes[ZONE_READY_MAX], ttl;
    struct zone_answer *answers = vec_add(&z->answers, count * sizeof(*answers));

    if (answers == NULL)
        return ERR_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        unsigned n = shape_codes(z, o, s, i, codes, &ttl);
        if (n == 0 || (never != NULL && snapshot_shape_has(s, i, *never)))
            continue;
        answers[i] = (struct zone_answer){ (uint32_t)z->wire.used, (uint16_t)n };
        if (n == ZONE_COMPOSED)
            continue;
        uint8_t *p = vec_add(&z->wire, n * ZONE_A_SIZE);
        if (p == NULL || z->wire.used > UINT32_MAX)
            return ERR_MEMORY;
        for (unsigned j = 0; j < n; j++, p += ZONE_A_SIZE) {
            wire_put16(p, WIRE_POINTER | WIRE_HEADER);
            wire_put_record(p + 2, TYPE_A, ttl, 4);
            wire_put32(p + 12, codes[j]);
        }
    }
    return OK;
}

static enum err compile_answers(struct zone *z, const struct snapshot *s, const uint16_t *never)
{
    struct zone_order o = { .rank = calloc(s->sources_count + 1, sizeof(*o.rank)),
                            .groups = calloc(z->sources_count + (size_t)1, sizeof(*o.groups)),
                            .places = calloc(z->sources_count + (size_t)1, sizeof(*o.places)) };
    enum err e = ERR_MEMORY;

    if (o.rank != NULL && o.groups != NULL && o.places != NULL) {
        for (unsigned i = 0; i < z->sources_count; i++)
            o.rank[z->sources[i]] = (uint16_t)(i + 1);
        e = make_answers(z, &o, s, never);
    }
    free(o.rank);
    free(o.groups);
    free(o.places);
    return e;
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

/* ---- The end of a zone ---- */

/* Adds a TXT record of a text, from its type on. */
static enum err add_notice(struct zone *z, const char *text)
{
    size_t left = strlen(text), length = left + (left + WIRE_STRING_MAX - 1) / WIRE_STRING_MAX;
    uint8_t *p = vec_add(&z->notices, WIRE_RECORD + length);

    if (p == NULL)
        return ERR_MEMORY;
    p = wire_put_record(p, TYPE_TXT, z->negative_ttl, (unsigned)length);
    for (size_t n; left > 0; left -= n, text += n) {
        n = left < WIRE_STRING_MAX ? left : WIRE_STRING_MAX;
        *p++ = (uint8_t)n;
        p = mempcpy(p, text, n);
    }
    z->notices_count++;
    return OK;
}

/* Where all sets are retired: what is said of it, each text once. */
static enum err compile_notices(struct zone *z, const struct zone_spec *spec)
{
    enum err e = OK;

    for (unsigned i = 0; i < z->sets_count; i++)
        if (spec->reduced || !zone_spec_retires(spec, z->sets[i]))
            return OK;
    for (unsigned i = 0; i < z->sets_count && e == OK; i++) {
        unsigned known = 0;
        while (strcmp(spec->retired[z->sets[known]], spec->retired[z->sets[i]]) != 0)
            known++;
        if (known == i)
            e = add_notice(z, spec->retired[z->sets[i]]);
    }
    return e;
}

/* ---- The zone ---- */

static void add_source(struct zone *z, const struct snapshot_source *s, bool first)
{
    z->ttl = !s->generic && (first || s->ttl == z->ttl) ? s->ttl : 0;
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
        if (zone_spec_retires(spec, z->sets[i]))
            continue;
        z->ready = z->ready && s->loaded;
        if (until != 0 && until < z->valid_until)
            z->valid_until = until;
    }
    for (unsigned i = 0; i < z->sources_count; i++)
        add_source(z, &snapshot->sources[z->sources[i]], i == 0);
    enum err e = compile_answers(z, snapshot, never);
    if (e == OK)
        e = compile_soa(z, snapshot, spec);
    if (e == OK)
        e = compile_ns(z, snapshot, spec);
    return e == OK ? compile_notices(z, spec) : e;
}

/* ---- Glue ---- */

enum err zone_add_glue(struct zone *z, const struct snapshot *s, const struct zone *server,
                       const uint8_t *name, struct labels lower)
{
    size_t length = labels_size(lower, 0) + 1;
    struct verdict_members m = { .next = 0 };

    lower.count -= server->labels;
    uint32_t verdict = names_lookup(&s->names, lower).verdict;
    for (unsigned i = 0; i < server->sources_count; i++) {
        snapshot_members_of(&m, s, verdict, server->sources[i]);
        for (uint32_t j = 0; j < m.count; j++) {
            if (m.member[j].kind != MEMBER_RECORD)
                continue;
            const uint8_t *record = snapshot_record(s, &m.member[j]);
            if (wire_record_type(record) != TYPE_A && wire_record_type(record) != TYPE_AAAA)
                continue;
            uint8_t *p = vec_add(&z->glue, length + wire_record_size(record));
            if (p == NULL)
                return ERR_MEMORY;
            memcpy(p, name, length);
            memcpy(p + length, record, wire_record_size(record));
            z->glue_count++;
        }
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
    vec_free(&z->notices);
    vec_free(&z->glue);
    free(z->sets);
    free(z->sources);
    free(z->acls);
}
