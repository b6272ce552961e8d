#include "view/view.h"

#include "base/hash.h"
#include "dns/wire.h"
#include "view/coverage.h"

#include <stdlib.h>
#include <string.h>

/* ---- Laying out zones ---- */

/* The hash of a zone's name in zone_table. Zone names come from the operator: no seed needed. */
static inline uint64_t zone_hash(const uint8_t *wire, size_t length)
{
    uint64_t h = length, w = 0;

    for (size_t i = 0; i + 8 < length; i += 8) {
        memcpy(&w, wire + i, 8);
        h = hash_fold(h ^ w, UINT64_C(0xa0761d6478bd642f));
    }
    w = 0;
    memcpy(&w, wire + (length < 8 ? 0 : length - 8), length < 8 ? length : 8);
    return hash_u64(h ^ w);
}

static enum err name_zone(struct view *v, struct zone *z, const uint8_t *name, size_t length)
{
    uint8_t offsets[WIRE_LABELS_MAX + 1];

    z->name = malloc(length);
    if (z->name == NULL)
        return ERR_MEMORY;
    memcpy(z->name, name, length);
    z->name_len = (uint16_t)length;
    z->labels = (uint8_t)name_split(name, offsets).count;
    z->apex_labels = z->parent != NULL ? z->parent->labels : z->labels;
    v->depths[z->labels / 64] |= UINT64_C(1) << z->labels % 64;
    return hash_index_add(&v->zone_table, zone_hash(name, length), (uint32_t)(z - v->zones)) ? OK
                                                                                             : ERR_MEMORY;
}

/* Records that the zone answers from a set's list. */
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
            return OK; /* the data names a place twice */
    sources[z->sources_count++] = source;
    return OK;
}

/* The zone of this name, or NULL. `parent`: of several, the subzone of this zone; NULL: any. */
static inline struct zone *find_named(const struct view *v, const struct zone *parent, const uint8_t *name,
                                      size_t length)
{
    uint64_t hash = zone_hash(name, length);
    uint32_t id;

    for (size_t at = hash_index_first(&v->zone_table, hash);
         (id = hash_index_id(&v->zone_table, hash, &at)) != HASH_INDEX_NONE; at++) {
        struct zone *z = &v->zones[id];
        if ((parent == NULL || z->parent == parent) && z->name_len == length &&
            name_equal(z->name, name, length))
            return z;
    }
    return NULL;
}

/* Adds a source to the subzone of `parent` with these labels in front, which is made if it is new. A name
 * that is too long for a query gets no subzone. */
static enum err add_to_subzone(struct view *v, struct zone *parent, const uint8_t *place, uint16_t source)
{
    uint8_t name[WIRE_NAME_MAX];
    size_t length = place[0] + (size_t)parent->name_len;

    if (length > WIRE_NAME_MAX)
        return OK;
    memcpy(name, place + 1, place[0]);
    memcpy(name + place[0], parent->name, parent->name_len);
    struct zone *z = find_named(v, parent, name, length);
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

/* Adds a source to the zone, or to its subzones, one for each place that the source is for. */
static enum err place_source(struct view *v, struct zone *z, uint16_t number)
{
    const struct snapshot_source *s = &v->snapshot->sources[number];
    const uint8_t *places = &VEC_AT(&v->snapshot->places, const uint8_t, s->subzones);

    if (!s->combined)
        return add_source(v, z, number);
    for (uint32_t at = 0; at < s->subzones_size; at += places[at] + 1u) {
        enum err e = places[at] == 0 ? add_source(v, z, number) : add_to_subzone(v, z, places + at, number);
        if (e != OK)
            return e;
    }
    return OK;
}

/* A set that was never loaded has no sources, but its list may have listings in the overlay. */
static enum err place_sources(struct view *v, struct zone *z, const struct zone_spec *spec)
{
    enum err e = OK;

    for (size_t i = 0; i < spec->sets_count; i++) {
        const struct snapshot *s = v->snapshot;
        if (zone_spec_retires(spec, spec->sets[i]))
            continue;
        size_t first = snapshot_first_source(s, spec->sets[i]), j = first;
        for (; j < s->sources_count && s->sources[j].set == spec->sets[i] && e == OK; j++)
            e = place_source(v, z, (uint16_t)j);
        if (j == first)
            add_list(v, z, spec->sets[i]);
    }
    return e;
}

/* An upper bound of the zones: one a spec, and one a place of its combined sets. */
static size_t zones_max(const struct snapshot *snapshot, const struct zone_spec *specs, size_t count)
{
    size_t max = count;

    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < specs[i].sets_count; j++)
            for (size_t k = snapshot_first_source(snapshot, specs[i].sets[j]);
                 k < snapshot->sources_count && snapshot->sources[k].set == specs[i].sets[j]; k++)
                max += snapshot->sources[k].subzones_size;
    return max;
}

/* Those of these sets that are loaded, as access lists. */
static enum err find_acls(const struct snapshot *snapshot, const uint16_t *sets, size_t count,
                          const struct snapshot_acl ***acls, size_t *acls_count)
{
    *acls = calloc(count + 1, sizeof(**acls));
    if (*acls == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < snapshot->acls_count; j++)
            if (snapshot->acls[j].set == sets[i])
                (*acls)[(*acls_count)++] = &snapshot->acls[j];
    return OK;
}

/* Whether all of these sets have data. */
static bool are_loaded(const struct snapshot *snapshot, const uint16_t *sets, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!snapshot->sets[sets[i]].loaded)
            return false;
    return true;
}

/* Finds the addresses of the zone's name servers in the zones of the view. */
static enum err find_glue(const struct view *v, struct zone *z)
{
    const uint8_t *record = z->ns;
    enum err e = OK;

    for (unsigned i = 0; i < z->ns_count && e == OK; i++, record += wire_record_size(record)) {
        const uint8_t *name = wire_record_data(record);
        uint8_t lower[WIRE_NAME_MAX + NAMES_LABEL_PAD] = { 0 }, offsets[WIRE_LABELS_MAX + 1];
        for (unsigned at = 0; at < wire_record_data_length(record); at++) /* length bytes are below 'A' */
            lower[at] = name[at] >= 'A' && name[at] <= 'Z' ? name[at] | 0x20 : name[at];
        struct labels labels = name_split(lower, offsets);
        const struct zone *server = view_find_zone(v, labels);
        if (server != NULL)
            e = zone_add_glue(z, v->snapshot, server, name, labels);
    }
    return e;
}

/* Finds the zones that have no other below them. */
static void find_innermost(struct view *v)
{
    uint8_t offsets[WIRE_LABELS_MAX + 1];

    for (size_t i = 0; i < v->zones_count; i++)
        v->zones[i].innermost = true;
    for (size_t i = 0; i < v->zones_count; i++) {
        struct labels name = name_split(v->zones[i].name, offsets);
        for (unsigned from = 1; from <= name.count; from++) {
            struct zone *above = find_named(v, NULL, name.wire + offsets[from], labels_size(name, from) + 1);
            if (above != NULL)
                above->innermost = false;
        }
    }
}

static enum err build(struct view *v, const struct zone_spec *specs, size_t count)
{
    enum err e = OK;

    v->zones = calloc(zones_max(v->snapshot, specs, count) + 1, sizeof(*v->zones));
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
            e = zone_compile(&v->zones[i], v->snapshot, spec, v->has_never ? &v->never : NULL);
        v->zones[i].ready &= are_loaded(v->snapshot, spec->acls, spec->acls_count);
    }
    for (size_t i = 0; i < v->zones_count && e == OK; i++)
        e = find_glue(v, &v->zones[i]);
    find_innermost(v);
    return e;
}

/* Refers to what answers say in place of texts. */
static enum err copy_withheld(struct view *v, const char *const *withheld)
{
    size_t sets = v->snapshot->sets_count;

    if (withheld == NULL)
        return OK;
    v->withheld = malloc((sets + 1) * sizeof(*v->withheld));
    if (v->withheld == NULL)
        return ERR_MEMORY;
    memcpy(v->withheld, withheld, sets * sizeof(*v->withheld));
    return OK;
}

/* Copies the lists of the sets; a number beyond LISTS_MAX becomes VIEW_NO_LIST. */
static enum err copy_set_lists(struct view *v, const uint16_t *set_lists)
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
        e = copy_set_lists(v, spec->set_lists);
    }
    if (e == OK)
        e = copy_withheld(v, spec->withheld);
    if (e == OK)
        e = find_acls(snapshot, spec->acls, spec->acls_count, &v->acls, &v->acls_count);
    if (e == OK)
        e = build(v, spec->zones, spec->zones_count);
    for (size_t i = 0; e == OK && i < v->zones_count; i++)
        v->zones[i].ready &= are_loaded(snapshot, spec->acls, spec->acls_count) &&
                             are_loaded(snapshot, &v->never, v->has_never);
    if (e != OK) {
        if (v != NULL)
            v->snapshot = NULL; /* still the caller's */
        view_free(v);
        return error_set(error, e, "out of memory while the zones were compiled");
    }
    *out = v;
    return OK;
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
    free(v->withheld);
    hash_index_free(&v->zone_table);
    snapshot_free(v->snapshot);
    free(v);
}

/* The set of protected keys is the only one with a list, number 0. */
bool view_is_protected(const struct view *v, const struct range *range)
{
    struct list_mask found = { { 0 } };
    struct coverage c;

    if (!v->has_never)
        return false;
    uint16_t *set_lists = malloc(v->snapshot->sets_count * sizeof(*set_lists));
    if (set_lists == NULL)
        return true;
    memset(set_lists, 0xff, v->snapshot->sets_count * sizeof(*set_lists)); /* VIEW_NO_LIST */
    set_lists[v->never] = 0;
    enum err e = coverage_open(&c, v->snapshot, set_lists);
    if (e == OK)
        e = coverage_lists(&c, range, &found);
    coverage_close(&c);
    free(set_lists);
    return e != OK || list_mask_has(&found, 0);
}

const char *view_withheld(const struct view *view, const struct snapshot_source *source, unsigned list)
{
    if (view->withheld == NULL || (source == NULL && list == VIEW_NO_LIST))
        return NULL;
    if (source != NULL)
        return view->withheld[source->set];
    for (size_t i = 0; i < view->snapshot->sets_count; i++)
        if (view->set_lists[i] == list)
            return view->withheld[i];
    return NULL;
}

struct list_mask view_unloaded(const struct view *view)
{
    struct list_mask lists = { .word = { 0 } };
    for (size_t i = 0; i < view->snapshot->sets_count; i++)
        if (!view->snapshot->sets[i].loaded && view->set_lists[i] < LISTS_MAX)
            list_mask_add(&lists, view->set_lists[i]);
    return lists;
}

void view_count_entries(const struct view *view, uint64_t entries[LISTS_MAX])
{
    memset(entries, 0, LISTS_MAX * sizeof(*entries));
    for (size_t i = 0; i < view->snapshot->sets_count; i++)
        if (view->set_lists[i] < LISTS_MAX)
            entries[view->set_lists[i]] += view->snapshot->sets[i].entries;
}

/* The most labels, up to `depth`, that some zone has; -1: none. */
static inline int deepest(const struct view *v, int depth)
{
    for (int word = depth / 64; word >= 0; word--, depth = 64 * word + 63) {
        uint64_t bits = v->depths[word] << (63 - depth % 64);
        if (bits != 0)
            return depth - __builtin_clzll(bits);
    }
    return -1;
}

const struct zone *view_find_zone(const struct view *v, struct labels name)
{
    for (int depth = (int)name.count; depth >= 0 && (depth = deepest(v, depth)) >= 0; depth--) {
        unsigned from = name.count - (unsigned)depth;
        const struct zone *z = find_named(v, NULL, name.wire + name.offsets[from],
                                          labels_size(name, from) + 1); /* with the root label */
        if (z != NULL)
            return z;
    }
    return NULL;
}
