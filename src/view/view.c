#include "view/view.h"

#include "dns/wire.h"
#include "view/coverage.h"
#include "view/zone.h"

#include <stdlib.h>
#include <string.h>

/* ---- Laying out zones ---- */

/* Gives a zone its name, by which it is found from then on. */
static enum err name_zone(struct view *v, struct zone *z, const uint8_t *name, size_t length)
{
    z->name = malloc(length);
    if (z->name == NULL)
        return ERR_MEMORY;
    memcpy(z->name, name, length);
    z->name_len = (uint16_t)length;
    for (unsigned at = 0; name[at] != 0; at += name[at] + 1u)
        z->labels++;
    z->apex_labels = z->parent != NULL ? z->parent->labels : z->labels;
    v->depths[z->labels / 64] |= UINT64_C(1) << z->labels % 64;
    return hash_index_add(&v->zone_table, zone_hash(name, length), (uint32_t)(z - v->zones)) ? OK
                                                                                             : ERR_MEMORY;
}

/* Notes that the zone answers from a set's list. */
static void add_list(const struct view *v, struct zone *z, uint16_t set)
{
    if (v->set_lists[set] != VIEW_NO_LIST)
        list_mask_add(&z->lists, v->set_lists[set]);
}

static enum err add_source(const struct view *v, struct zone *z, uint16_t source)
{
    uint16_t *sources = realloc(z->sources, (z->sources_count + (size_t)1) * sizeof(*sources));

    if (sources == NULL)
        return ERR_MEMORY;
    z->sources = sources;
    add_list(v, z, v->snapshot->sources[source].set);
    for (unsigned i = 0; i < z->sources_count; i++)
        if (sources[i] == source)
            return OK; /* a place named twice */
    sources[z->sources_count++] = source;
    return OK;
}

/* The subzone of `parent` of this name, or NULL. */
static struct zone *find_subzone(const struct view *v, const struct zone *parent, const uint8_t *name,
                                 size_t length)
{
    uint64_t hash = zone_hash(name, length);
    uint32_t id;

    for (size_t at = hash_index_first(&v->zone_table, hash);
         (id = hash_index_id(&v->zone_table, hash, &at)) != HASH_INDEX_NONE; at++) {
        struct zone *z = &v->zones[id];
        if (z->parent == parent && z->name_len == length && memcmp(z->name, name, length) == 0)
            return z;
    }
    return NULL;
}

/* Gives a source to the subzone of `parent` with these labels in front, which is made if it is new. A name
 * too long for anybody to ask gets none. */
static enum err add_to_subzone(struct view *v, struct zone *parent, const uint8_t *place, uint16_t source)
{
    uint8_t name[WIRE_NAME_MAX];
    size_t length = place[0] + (size_t)parent->name_len;

    if (length > WIRE_NAME_MAX)
        return OK;
    memcpy(name, place + 1, place[0]);
    memcpy(name + place[0], parent->name, parent->name_len);
    struct zone *z = find_subzone(v, parent, name, length);
    if (z == NULL) {
        z = &v->zones[v->zones_count++];
        z->id = parent->id;
        z->parent = parent;
        if (parent->subzones_count++ == 0)
            parent->subzones = z;
        if (name_zone(v, z, name, length) != OK)
            return ERR_MEMORY;
    }
    return add_source(v, z, source);
}

/* Gives a source of a zone's set to the zone, or to the places below it that the source is for. */
static enum err place_source(struct view *v, struct zone *z, uint16_t number)
{
    const struct snapshot_source *s = &v->snapshot->sources[number];
    const uint8_t *places = (const uint8_t *)v->snapshot->places.data + s->subzones;

    if (!s->combined)
        return add_source(v, z, number);
    for (uint32_t at = 0; at < s->subzones_size; at += places[at] + 1u) {
        enum err e = places[at] == 0 ? add_source(v, z, number) : add_to_subzone(v, z, places + at, number);
        if (e != OK)
            return e;
    }
    return OK;
}

/* A set without sources, of which nothing is loaded, may have listings in the overlay all the same. */
static enum err place_sources(struct view *v, struct zone *z, const struct zone_spec *spec)
{
    enum err e = OK;

    for (size_t i = 0; i < spec->sets_count; i++) {
        bool any = false;
        for (size_t j = 0; j < v->snapshot->sources_count && e == OK; j++) {
            if (v->snapshot->sources[j].set != spec->sets[i])
                continue;
            any = true;
            e = place_source(v, z, (uint16_t)j);
        }
        if (!any)
            add_list(v, z, spec->sets[i]);
    }
    return e;
}

/* The most zones that the specs can make: each, and each place of its combined sets. */
static size_t most_zones(const struct snapshot *b, const struct zone_spec *specs, size_t count)
{
    size_t most = count;

    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < specs[i].sets_count; j++)
            for (size_t k = 0; k < b->sources_count; k++)
                if (b->sources[k].set == specs[i].sets[j])
                    most += b->sources[k].subzones_size;
    return most;
}

/* The acls that are loaded of these sets. */
static enum err find_acls(const struct snapshot *b, const uint16_t *sets, size_t count,
                          const struct snapshot_acl ***acls, size_t *acls_count)
{
    *acls = calloc(count + 1, sizeof(**acls));
    if (*acls == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < b->acls_count; j++)
            if (b->acls[j].set == sets[i])
                (*acls)[(*acls_count)++] = &b->acls[j];
    return OK;
}

static enum err build(struct view *v, const struct zone_spec *specs, size_t count)
{
    enum err e = OK;

    v->zones = calloc(most_zones(v->snapshot, specs, count) + 1, sizeof(*v->zones));
    if (v->zones == NULL)
        return ERR_MEMORY;
    for (; v->zones_count < count && e == OK; v->zones_count++) {
        struct zone *z = &v->zones[v->zones_count];
        const struct zone_spec *spec = &specs[v->zones_count];
        z->id = (uint16_t)v->zones_count;
        e = name_zone(v, z, spec->wire, spec->wire_len);
    }
    for (size_t i = 0; i < count && e == OK; i++)
        e = place_sources(v, &v->zones[i], &specs[i]);
    for (size_t i = 0; i < v->zones_count && e == OK; i++) {
        const struct zone_spec *spec = &specs[v->zones[i].id];
        e = find_acls(v->snapshot, spec->acls, spec->acls_count, &v->zones[i].acls, &v->zones[i].acls_count);
        if (e == OK)
            e = zone_compile(&v->zones[i], v, spec);
    }
    for (size_t i = 0; i < v->zones_count && e == OK; i++)
        e = zone_find_glue(&v->zones[i], v);
    return e;
}

/* The lists of the sets; numbers that no mask can hold are none. */
static enum err take_lists(struct view *v, const uint16_t *set_lists)
{
    v->set_lists = malloc((v->snapshot->sets_count + 1) * sizeof(*v->set_lists));
    if (v->set_lists == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < v->snapshot->sets_count; i++)
        v->set_lists[i] = set_lists != NULL && set_lists[i] < LISTS_MAX ? set_lists[i] : VIEW_NO_LIST;
    return OK;
}

enum err view_build(struct snapshot *snapshot, const struct view_spec *spec, struct view **out,
                    struct error *error)
{
    struct view *v = calloc(1, sizeof(*v));
    enum err e = ERR_MEMORY;

    if (v != NULL) {
        v->snapshot = snapshot;
        v->has_never = spec->never != NULL;
        v->never = spec->never != NULL ? *spec->never : 0;
        e = take_lists(v, spec->set_lists);
    }
    if (e == OK)
        e = find_acls(snapshot, spec->acls, spec->acls_count, &v->acls, &v->acls_count);
    if (e == OK)
        e = build(v, spec->zones, spec->zones_count);
    if (e != OK) {
        if (v != NULL)
            v->snapshot = NULL; /* still the caller's */
        view_free(v);
        return error_set(error, e, "out of memory while the zones were compiled");
    }
    *out = v;
    return OK;
}

void view_set_overlay(struct view *view, const struct overlay_view *overlay)
{
    view->overlay = *overlay;
}

enum err view_with_overlay(const struct view *old, const struct overlay_view *overlay, struct view **out)
{
    struct view *v = malloc(sizeof(*v));

    if (v == NULL)
        return ERR_MEMORY;
    *v = *old;
    v->overlay = *overlay;
    *out = v;
    return OK;
}

void view_free_shell(struct view *view)
{
    free(view);
}

void view_free(struct view *v)
{
    if (v == NULL)
        return;
    for (size_t i = 0; i < v->zones_count; i++)
        zone_free(&v->zones[i]);
    free(v->zones);
    free(v->acls);
    free(v->set_lists);
    hash_index_free(&v->zone_table);
    snapshot_free(v->snapshot);
    free(v);
}

/* Asks which lists have something there, the protecting set being the only list there is. */
static enum err find_protected(const struct view *v, const struct range *range, uint16_t *set_lists,
                               struct list_mask *found)
{
    struct coverage c;

    for (size_t i = 0; i < v->snapshot->sets_count; i++)
        set_lists[i] = i == v->never ? 0 : VIEW_NO_LIST;
    enum err e = coverage_open(&c, v->snapshot, set_lists);
    if (e == OK)
        e = coverage_lists(&c, range, found);
    coverage_close(&c);
    return e;
}

bool view_is_protected(const struct view *v, const struct range *range)
{
    struct list_mask found = { { 0 } };
    uint16_t *set_lists = v->has_never ? malloc(v->snapshot->sets_count * sizeof(*set_lists)) : NULL;

    if (!v->has_never)
        return false;
    enum err e = set_lists != NULL ? find_protected(v, range, set_lists, &found) : ERR_MEMORY;
    free(set_lists);
    return e != OK || list_mask_has(&found, 0);
}

struct list_mask view_unloaded(const struct view *view)
{
    struct list_mask lists = { .word = { 0 } };
    for (size_t i = 0; i < view->snapshot->sets_count; i++)
        if (!view->snapshot->sets[i].loaded && view->set_lists[i] < LISTS_MAX)
            list_mask_add(&lists, view->set_lists[i]);
    return lists;
}

const struct snapshot *view_base(const struct view *view)
{
    return view->snapshot;
}

const struct zone *view_find_zone(const struct view *v, const uint8_t *wire, size_t length,
                                  const uint8_t *offsets, unsigned labels)
{
    for (unsigned depth = labels + 1u; depth-- > 0;) {
        if (!(v->depths[depth / 64] >> depth % 64 & 1))
            continue;
        const uint8_t *suffix = wire + offsets[labels - depth];
        size_t suffix_length = length - offsets[labels - depth];
        uint64_t hash = zone_hash(suffix, suffix_length);
        uint32_t id;
        for (size_t at = hash_index_first(&v->zone_table, hash);
             (id = hash_index_id(&v->zone_table, hash, &at)) != HASH_INDEX_NONE; at++) {
            const struct zone *z = &v->zones[id];
            if (z->name_len == suffix_length && memcmp(z->name, suffix, suffix_length) == 0)
                return z;
        }
    }
    return NULL;
}
