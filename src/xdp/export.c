#include "xdp/export.h"

#include "base/hash.h"
#include "base/hash_index.h"

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

/* ---- Replies ---- */

enum { REPLY_WORDS = 1 + ZONE_READY_MAX * ZONE_A_SIZE / WORD_BYTES + 2 * XDP_FROM_MAX };

/* Inserts a member, which says what the reply's records are from, behind those of the same place. */
static void insert_member(uint64_t *from, unsigned count, uint64_t first, uint32_t ttl)
{
    unsigned at = count;

    for (; at > 0 && from[2 * at - 2] >> XDP_FROM_PLACE_SHIFT > first >> XDP_FROM_PLACE_SHIFT; at--)
        memcpy(from + 2 * at, from + 2 * at - 2, 2 * WORD_BYTES);
    from[2 * at] = first;
    from[2 * at + 1] = ttl;
}

/* Adds to each member which ones before it have the same code. */
static void mark_repeated(uint64_t *from, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        for (unsigned j = 0; j < i; j++)
            if ((uint32_t)from[2 * i] == (uint32_t)from[2 * j])
                from[2 * i + 1] |= UINT64_C(1) << (32 + j);
}

/* Writes what the records are from, two words a member; returns how many, more than XDP_FROM_MAX: too many.
 * *bits: XDP_BY_NAME, if one of them lists the shape by name. */
static unsigned put_members(const struct xdp_export *e, const struct view *v, uint32_t shape, uint64_t *from,
                            uint32_t *bits)
{
    const struct snapshot *s = v->snapshot;
    const uint32_t *groups;
    unsigned n = 0;

    for (uint32_t count = snapshot_groups(s, shape, &groups), i = 0; i < count; i++) {
        const struct member *m = snapshot_members(s, groups[i]);
        uint64_t place = VEC_AT(&e->places, const uint16_t, m->source);
        uint64_t list = view_list(v, m->source);
        uint32_t members = VEC_AT(&s->groups, const struct number_list, groups[i]).count;
        for (uint32_t j = 0; j < members && place != 0; j++) {
            *bits |= m[j].labels != 0 ? XDP_BY_NAME : 0;
            if (n < XDP_FROM_MAX)
                insert_member(from, n,
                              __builtin_bswap32(m[j].code) | list << XDP_FROM_LIST_SHIFT |
                                  (place - 1) << XDP_FROM_PLACE_SHIFT,
                              s->sources[m->source].ttl);
            n += n <= XDP_FROM_MAX;
        }
    }
    mark_repeated(from, n <= XDP_FROM_MAX ? n : 0);
    return n;
}

/* The word offset of a reply among the replies, of these words, of which the first is its head. */
static enum err intern_reply(struct xdp_export *e, const uint64_t *words, size_t bytes, uint32_t *at)
{
    uint64_t hash = hash_bytes(0, words, bytes);
    uint32_t id;

    for (size_t i = hash_index_first(&e->replies_index, hash);
         (id = hash_index_id(&e->replies_index, hash, &i)) != HASH_INDEX_NONE; i++) {
        const uint64_t *known = &VEC_AT(&e->replies, const uint64_t, id);
        if (known[0] == words[0] && memcmp(known, words, bytes) == 0) {
            *at = id;
            return OK;
        }
    }
    *at = (uint32_t)VEC_COUNT(&e->replies, uint64_t);
    uint64_t *reply = vec_add(&e->replies, bytes);
    if (reply == NULL || !hash_index_add(&e->replies_index, hash, *at))
        return ERR_MEMORY;
    memcpy(reply, words, bytes);
    return OK;
}

/* The zone's answer to a shape, a reply as its word offset among the replies. */
static enum err add_answer(struct xdp_export *e, const struct view *v, const struct zone *z, uint32_t shape,
                           uint32_t *answer)
{
    struct zone_answer ready = VEC_AT(&z->answers, const struct zone_answer, shape);
    uint64_t words[REPLY_WORDS];
    uint32_t bits = 0, at = 0;

    if (ready.count == 0 || ready.count == ZONE_COMPOSED) {
        *answer = ready.count != 0                                                   ? XDP_COMPOSED
                  : v->has_never && snapshot_shape_has(v->snapshot, shape, v->never) ? XDP_PROTECTED
                                                                                     : XDP_UNLISTED;
        return OK;
    }
    size_t records = ready.count * (size_t)ZONE_A_SIZE;
    memcpy(words + 1, &VEC_AT(&z->wire, const uint8_t, ready.wire), records);
    unsigned members = put_members(e, v, shape, words + 1 + records / WORD_BYTES, &bits);
    words[0] = ready.count | bits | members << XDP_REPLY_FROM_SHIFT;
    size_t from = members <= XDP_FROM_MAX ? 2 * members * WORD_BYTES : 0;
    enum err err = intern_reply(e, words, WORD_BYTES + records + from, &at);
    *answer = at + XDP_WRITTEN + 1;
    return err;
}

/* The zone's answers, as word offsets among the replies: to be moved once those have their place. */
static enum err add_answers(struct xdp_export *e, const struct view *v, const struct zone *z)
{
    const struct snapshot *s = v->snapshot;
    uint32_t count = (uint32_t)VEC_COUNT(&s->shapes, struct number_list);
    uint32_t *answers = vec_add(&e->answers, count * sizeof(*answers));

    if (answers == NULL)
        return ERR_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        enum err err = add_answer(e, v, z, i, &answers[i]);
        if (err != OK)
            return err;
    }
    return OK;
}

/* Notes the places of the zone's sources, and where a listing of the overlay on each list is put: behind what
 * the list's first source has, or behind all. */
static enum err add_listings(struct xdp_export *e, const struct view *v, const struct zone *z, uint32_t *at)
{
    size_t sources = v->snapshot->sources_count;
    uint64_t *listings = vec_add(&e->listings, LISTS_MAX * sizeof(*listings));

    vec_free(&e->places);
    uint16_t *places = vec_add(&e->places, (sources + 1) * sizeof(*places));
    if (listings == NULL || places == NULL)
        return ERR_MEMORY;
    *at = (uint32_t)(VEC_COUNT(&e->listings, uint64_t) - LISTS_MAX);
    for (unsigned i = 0; i < LISTS_MAX; i++)
        listings[i] = UINT64_C(0xffff) << XDP_FROM_PLACE_SHIFT | VIEW_LISTING_TTL;
    for (unsigned i = z->sources_count; i-- > 0;) {
        unsigned list = view_list(v, z->sources[i]);
        places[z->sources[i]] = (uint16_t)(i + 1);
        if (list != VIEW_NO_LIST)
            listings[list] = (uint64_t)i << XDP_FROM_PLACE_SHIFT | v->snapshot->sources[z->sources[i]].ttl;
    }
    return OK;
}

/* ---- Zones ---- */

static bool is_unsupported(const struct view *v, const struct zone *z, const bool *keyed)
{
    return v->acls_count != 0 || z->acls_count != 0 || !z->ready || z->parent != NULL ||
           z->subzones_count != 0 || (keyed != NULL && keyed[z->id]);
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
    zone->unsupported = is_unsupported(v, z, keyed);
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
    if (err == OK && !zone->unsupported)
        err = add_listings(e, v, z, &zone->listings);
    if (err == OK && !zone->unsupported)
        err = add_answers(e, v, z);
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
    uint32_t replies, soas, zone_lines, listings, answers;
    enum err err = place_vec(e, &e->replies, WORD_BYTES, &replies);

    if (err == OK)
        err = place_vec(e, &e->soas, WORD_BYTES, &soas);
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
    }
    for (size_t i = 0; i < VEC_COUNT(&e->answers, uint32_t); i++)
        if (VEC_AT(&e->answers, uint32_t, i) > XDP_WRITTEN)
            VEC_AT(&e->answers, uint32_t, i) += replies - XDP_WRITTEN - 1;
    return OK;
}

/* ---- The table ---- */

enum err xdp_export_begin(struct xdp_export *e, const struct view *view, const bool *keyed,
                          struct error *error)
{
    memset(e, 0, sizeof(*e));
    e->layout.has_never = view->has_never;
    enum err err = place_addresses(e, view->snapshot);
    if (err == OK)
        err = place_verdicts(e, view->snapshot);
    if (err == OK)
        err = place_names(e, &view->snapshot->names);
    if (err == OK)
        err = add_zones(e, view, keyed);
    if (err == OK)
        err = place_zones(e);
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
    hash_index_free(&e->replies_index);
}
