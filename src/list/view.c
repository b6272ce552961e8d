#include "list/view.h"

#include "list/zone.h"

#include <stdlib.h>
#include <string.h>

static enum err add_name(struct view *v, const struct zone_spec *spec, struct zone *z, uint8_t *name)
{
    memcpy(name, spec->wire, spec->wire_len);
    z->name = name;
    z->name_len = spec->wire_len;
    for (unsigned at = 0; name[at] != 0; at += name[at] + 1u)
        z->labels++;
    v->depths[z->labels / 64] |= UINT64_C(1) << z->labels % 64;
    return table_add(&v->zone_table, zone_hash(name, z->name_len), z->id) ? OK : ERR_MEMORY;
}

static enum err build(struct view *v, const struct zone_spec *specs, size_t count)
{
    size_t names_size = 0;

    for (size_t i = 0; i < count; i++)
        names_size += specs[i].wire_len;
    v->zones = calloc(count + 1, sizeof(*v->zones));
    v->names = malloc(names_size + 1);
    if (v->zones == NULL || v->names == NULL)
        return ERR_MEMORY;
    uint8_t *name = v->names;
    for (size_t i = 0; i < count; i++) {
        struct zone *z = &v->zones[v->zones_count++];
        z->id = (uint16_t)i;
        enum err e = add_name(v, &specs[i], z, name);
        if (e == OK)
            e = zone_compile(z, v->base, &specs[i]);
        if (e != OK)
            return e;
        name += specs[i].wire_len;
    }
    return OK;
}

enum err view_build(struct base *base, const struct zone_spec *zones, size_t zones_count, struct view **out,
                    struct error *error)
{
    struct view *v = calloc(1, sizeof(*v));
    enum err e = ERR_MEMORY;

    if (v != NULL) {
        v->base = base;
        e = build(v, zones, zones_count);
    }
    if (e != OK) {
        if (v != NULL)
            v->base = NULL; /* still the caller's */
        view_free(v);
        return error_set(error, e, "out of memory while the zones were compiled");
    }
    *out = v;
    return OK;
}

void view_free(struct view *v)
{
    if (v == NULL)
        return;
    for (size_t i = 0; i < v->zones_count; i++)
        zone_free(&v->zones[i]);
    free(v->zones);
    free(v->names);
    table_free(&v->zone_table);
    base_free(v->base);
    free(v);
}

const struct base *view_base(const struct view *view)
{
    return view->base;
}
