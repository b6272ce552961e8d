#include "xdp/export.h"

#include "answer/prefixes.h"
#include "xdp/export_replies.h"
#include "xdp/loader.h"

#include <string.h>

enum { LINE_BYTES = sizeof(struct xdp_line), WORD_BYTES = sizeof(uint64_t), SLOT_BYTES = sizeof(uint32_t) };

/* ---- Parts ---- */

/* Gives a part its place in the table, and `*at` its offset in units of `unit` bytes. */
static enum err place(struct xdp_export *e, const void *data, size_t bytes, size_t unit, uint32_t *at)
{
    if (e->bytes / unit > UINT32_MAX)
        return ERR_LIMIT;
    *at = (uint32_t)(e->bytes / unit);
    e->parts[e->parts_count].data = data;
    e->parts[e->parts_count++].bytes = bytes;
    e->bytes += xdp_export_room(bytes);
    return OK;
}

static enum err place_vec(struct xdp_export *e, const struct vec *v, size_t unit, uint32_t *at)
{
    return place(e, v->data, v->used, unit, at);
}

/* ---- The snapshot ---- */

static enum err place_addresses(struct xdp_export *e, const struct snapshot *s)
{
    uint32_t at;

    e->layout.root4 = s->trie4.root;
    e->layout.root6 = s->trie6.root;
    e->layout.pairs = s->trie4.pairs;
    return place_vec(e, &s->words, WORD_BYTES, &at);
}

static enum err place_verdicts(struct xdp_export *e, const struct snapshot *s)
{
    size_t count = VEC_COUNT(&s->verdicts, struct verdict);
    uint32_t *shapes = vec_add(&e->verdicts, count * sizeof(*shapes));

    if (shapes == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        shapes[i] = snapshot_shape(s, (uint32_t)i);
    return place_vec(e, &e->verdicts, SLOT_BYTES, &e->layout.verdicts);
}

static enum err place_names(struct xdp_export *e, const struct names *n)
{
    struct xdp_layout *l = &e->layout;

    _Static_assert(NAME_LINE_SLOTS * SLOT_BYTES == LINE_BYTES, "as the program reads it");
    if (n->records.used == 0)
        return OK;
    l->name_slot_lines = n->slot_lines;
    l->name_entry_mask = names_entry_mask(n);
    l->names_seed = n->seed;
    enum err err = place_vec(e, &n->records, 1, &l->names);
    if (err == OK)
        err = place_vec(e, &n->values, WORD_BYTES, &l->name_values);
    return err == OK ? place_vec(e, &n->slots, LINE_BYTES, &l->name_slots) : err;
}

/* ---- Zones ---- */

static bool is_unsupported(const struct zone *z, const bool *keyed)
{
    return z->acls_count != 0 || !z->ready || z->parent != NULL || z->subzones_count != 0 ||
           (keyed != NULL && keyed[z->id]);
}

/* The SOA record of negative answers; returns its word offset among them. */
static enum err add_soa(struct xdp_export *e, const struct zone *z, uint32_t *at)
{
    size_t bytes = wire_record_size(z->soa);

    *at = (uint32_t)VEC_COUNT(&e->soas, uint64_t);
    uint8_t *soa = vec_add(&e->soas, (bytes + WORD_BYTES - 1) / WORD_BYTES * WORD_BYTES);
    if (soa == NULL)
        return ERR_MEMORY;
    memcpy(soa, z->soa, bytes);
    wire_record_set_ttl(soa, z->negative_ttl);
    return OK;
}

/* Adds whole words with these bytes among the name servers, after a word `head` if that is not 0. */
static enum err add_server(struct xdp_export *e, uint64_t head, const void *data, size_t bytes)
{
    size_t words = (bytes + WORD_BYTES - 1) / WORD_BYTES + (head != 0);
    uint64_t *to = vec_add(&e->servers, words * WORD_BYTES);

    if (to == NULL)
        return ERR_MEMORY;
    if (head != 0)
        *to++ = head;
    memcpy(to, data, bytes);
    return OK;
}

/* -A: the zone's name servers, and their addresses. */
static enum err add_servers(struct xdp_export *e, const struct zone *z, struct xdp_zone *zone)
{
    const uint8_t *record = z->ns;

    zone->ns = (uint32_t)VEC_COUNT(&e->servers, uint64_t);
    zone->ns_count = z->ns_count;
    for (unsigned i = 0; i < z->ns_count; i++, record += wire_record_size(record)) {
        enum err err = add_server(e, wire_record_size(record), record, wire_record_size(record));
        if (err != OK)
            return err;
    }
    zone->glue = (uint32_t)VEC_COUNT(&e->servers, uint64_t);
    if (z->glue.used > UINT16_MAX || z->ns_count == 0 || z->glue.used == 0)
        return OK;
    zone->glue_count = z->glue_count;
    zone->glue_bytes = (uint16_t)z->glue.used;
    return add_server(e, 0, z->glue.data, z->glue.used);
}

/* Enters the zone in the slots. ERR_LIMIT: the program would not find it. */
static enum err add_slot(struct xdp_export *e, const struct xdp_zone *zone, uint32_t number)
{
    uint32_t *slots = e->slots.data;
    uint64_t hash = 0;

    for (unsigned i = 0; i < zone->name_bytes; i += WORD_BYTES)
        hash = xdp_zone_hash(hash, zone->name[i / WORD_BYTES]);
    for (uint32_t i = 0; i < XDP_ZONE_PROBES; i++) {
        uint32_t *slot = &slots[((uint32_t)hash + i) & e->layout.zone_slots_mask];
        if (*slot == 0) {
            *slot = number + 1;
            return OK;
        }
    }
    return ERR_LIMIT;
}

static enum err add_zone(struct xdp_export *e, const struct view *v, uint32_t number, const bool *keyed)
{
    const struct zone *z = &v->zones[number];
    struct xdp_zone *zone = &VEC_AT(&e->zones, struct xdp_zone, number);
    enum err err = add_soa(e, z, &zone->soa);

    zone->labels = z->labels;
    zone->unsupported = is_unsupported(z, keyed);
    zone->has4 = z->has4;
    zone->has_names = z->has_names;
    zone->id = z->id;
    e->layout.zone_ids = z->id >= e->layout.zone_ids ? z->id + 1u : e->layout.zone_ids;
    zone->name_bytes = z->name_len;
    zone->soa_bytes = (uint16_t)wire_record_size(z->soa);
    memcpy(zone->name, z->name, z->name_len);
    zone->valid_until = z->valid_until;
    memcpy(zone->lists, z->lists.word, sizeof(zone->lists));
    zone->answers = (uint32_t)VEC_COUNT(&e->answers, uint32_t);
    if (err == OK)
        err = add_servers(e, z, zone);
    if (err == OK && !zone->unsupported)
        err = xdp_export_listings(e, v, z, &zone->listings);
    if (err == OK && !zone->unsupported)
        err = xdp_export_answers(e, v, z);
    return err == OK ? add_slot(e, zone, number) : err;
}

static enum err add_zones(struct xdp_export *e, const struct view *v, const bool *keyed)
{
    struct xdp_layout *l = &e->layout;
    size_t slots = 16;
    enum err err = OK;

    while (slots < 4 * v->zones_count)
        slots *= 2;
    l->zone_slots_mask = (uint32_t)slots - 1;
    for (unsigned depth = WIRE_LABELS_MAX + 1; depth-- > 0;)
        if (v->depths[depth / 64] >> depth % 64 & 1)
            l->depths[l->depths_count++] = (uint8_t)depth;
    if (vec_add(&e->slots, slots * SLOT_BYTES) == NULL ||
        vec_add(&e->zones, v->zones_count * sizeof(struct xdp_zone)) == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < v->zones_count && err == OK; i++)
        err = add_zone(e, v, (uint32_t)i, keyed);
    return err;
}

/* Gives the zones' parts their places, and the offsets within them their final values. */
static enum err place_zones(struct xdp_export *e)
{
    uint32_t replies, soas, servers, zone_lines, listings, answers;
    enum err err = place_vec(e, &e->replies, WORD_BYTES, &replies);

    if (err == OK)
        err = place_vec(e, &e->soas, WORD_BYTES, &soas);
    if (err == OK)
        err = place_vec(e, &e->servers, WORD_BYTES, &servers);
    if (err == OK)
        err = place_vec(e, &e->slots, SLOT_BYTES, &e->layout.zone_slots);
    if (err == OK)
        err = place_vec(e, &e->zones, LINE_BYTES, &zone_lines);
    if (err == OK)
        err = place_vec(e, &e->listings, WORD_BYTES, &listings);
    if (err == OK)
        err = place_vec(e, &e->answers, SLOT_BYTES, &answers);
    if (err != OK)
        return err;
    e->layout.zones = zone_lines;
    for (size_t i = 0; i < VEC_COUNT(&e->zones, struct xdp_zone); i++) {
        VEC_AT(&e->zones, struct xdp_zone, i).answers += answers;
        VEC_AT(&e->zones, struct xdp_zone, i).soa += soas;
        VEC_AT(&e->zones, struct xdp_zone, i).listings += listings;
        VEC_AT(&e->zones, struct xdp_zone, i).ns += servers;
        VEC_AT(&e->zones, struct xdp_zone, i).glue += servers;
    }
    for (size_t i = 0; i < VEC_COUNT(&e->answers, uint32_t); i++)
        if (VEC_AT(&e->answers, uint32_t, i) > XDP_WRITTEN)
            VEC_AT(&e->answers, uint32_t, i) += replies - XDP_WRITTEN - 1;
    return OK;
}

/* ---- Clients ---- */

static enum err place_clients(struct xdp_export *e, const struct prefixes *set, struct xdp_clients *clients)
{
    enum err err = OK;

    _Static_assert(sizeof(struct prefix_range) == 4 * WORD_BYTES, "as the program reads it");
    for (unsigned ipv6 = 0; ipv6 < 2 && set != NULL && err == OK; ipv6++) {
        clients->count[ipv6] = (uint32_t)VEC_COUNT(&set->ranges[ipv6], struct prefix_range);
        err = place_vec(e, &set->ranges[ipv6], WORD_BYTES, &clients->at[ipv6]);
    }
    return err;
}

/* The access lists for all zones, whose tries are in the snapshot's arena. */
static void set_acls(struct xdp_layout *l, const struct view *view)
{
    l->acls_count = (uint32_t)view->acls_count;
    for (size_t i = 0; i < view->acls_count && i < XDP_ACLS_MAX; i++)
        for (unsigned ipv6 = 0; ipv6 < 2; ipv6++)
            l->acls[i][ipv6] = view->acls[i]->trie[ipv6].root;
}

/* ---- The table ---- */

enum err xdp_export_begin(struct xdp_export *e, const struct view *view, const struct xdp_facts *facts,
                          struct error *error)
{
    memset(e, 0, sizeof(*e));
    e->layout.has_never = view->has_never;
    set_acls(&e->layout, view);
    enum err err = place_addresses(e, view->snapshot);
    if (err == OK)
        err = place_verdicts(e, view->snapshot);
    if (err == OK)
        err = place_names(e, &view->snapshot->names);
    if (err == OK)
        err = add_zones(e, view, facts->keyed);
    if (err == OK)
        err = place_zones(e);
    if (err == OK)
        err = place_clients(e, facts->exempt, &e->layout.exempt);
    if (err == OK)
        err = place_clients(e, facts->resolvers, &e->layout.resolvers);
    if (err == ERR_LIMIT || e->bytes / WORD_BYTES > UINT32_MAX / 2)
        return error_set(error, ERR_LIMIT, "the lists are too large for the fast path");
    e->lines_count = (uint32_t)(e->bytes / LINE_BYTES) + 1; /* labels are read by words */
    return err == OK
               ? OK
               : error_set(error, err, "out of memory while the lists were made ready for the fast path");
}

void xdp_export_fill(const struct xdp_export *e, struct xdp_line *table)
{
    char *at = (char *)table;

    for (size_t i = 0; i < e->parts_count; i++) {
        if (e->parts[i].bytes != 0)
            memcpy(at, e->parts[i].data, e->parts[i].bytes);
        at += xdp_export_room(e->parts[i].bytes);
    }
}

void xdp_export_free(struct xdp_export *e)
{
    vec_free(&e->verdicts);
    vec_free(&e->slots);
    vec_free(&e->zones);
    vec_free(&e->answers);
    vec_free(&e->replies);
    vec_free(&e->soas);
    vec_free(&e->listings);
    vec_free(&e->places);
    vec_free(&e->servers);
    hash_index_free(&e->replies_index);
}
