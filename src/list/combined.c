/*
 * combined: sections of other types. Each begins with a line `$DATASET type[:name] subzone...`. The name is
 * only a comment; a subzone is a name below the zone, or `@` for the zone itself.
 *
 * What precedes the first $DATASET of a file is about the set itself: its $TTL, variables and template are
 * the initial ones of the sections after it. $SOA, $NS and $TIMESTAMP are about the set itself wherever they
 * are, and $MAXRANGE4 only decreases from section to section.
 */
#include "list/domain.h"
#include "list/list_reader.h"
#include "list/stored_text.h"

#include <stdlib.h>
#include <string.h>

enum err combined_leave_section(struct list_reader *r)
{
    if (r->data == r->set)
        return OK;
    enum err err = list_reader_end(r);
    return err == OK ? list_reader_begin(r, r->set_type, r->set) : err;
}

/* Copies a text of the set to its section. */
static enum err copy_text(struct list_reader *r, uint32_t from, uint32_t *to)
{
    if (from == 0)
        return OK;
    struct text text = stored_text(&VEC_AT(&r->set->texts, const uint8_t, from));
    return list_reader_text(r, (const char *)text.bytes, text.length, to);
}

static enum err begin_section(struct list_reader *r, const struct set_type *type)
{
    struct set_data *set = r->set, *section, **sections;
    size_t count = set->sections_count;
    if (count == SET_MAX_SECTIONS)
        return list_reader_stop(r, ERR_LIMIT, "at most %d sections in a set: split it", SET_MAX_SECTIONS);
    if ((count & (count - 1)) == 0) { /* full: the capacity is a power of two */
        sections = reallocarray(set->sections, count == 0 ? 1 : 2 * count, sizeof(*sections));
        if (sections == NULL)
            return list_reader_full(r, ERR_MEMORY);
        set->sections = sections;
    }
    section = calloc(1, sizeof(*section));
    if (section == NULL)
        return list_reader_full(r, ERR_MEMORY);
    section->ttl = set->ttl;
    set->sections[set->sections_count++] = section;
    list_reader_close(r);
    enum err err = list_reader_begin(r, type, section);
    for (unsigned i = 0; err == OK && i < ARRAY_SIZE(section->variables); i++)
        err = copy_text(r, set->variables[i], &section->variables[i]);
    return err == OK ? copy_text(r, set->template, &section->template) : err;
}

/* Adds a subzone to those of the section, unless it is one of them. */
static enum err add_subzone(struct intern *subzones, const char *field)
{
    uint8_t subzone[1 + WIRE_NAME_MAX] = { 0 };
    uint16_t length = 1;
    uint32_t offset;
    enum err err = strcmp(field, "@") == 0 ? OK : domain_from_text(field, subzone + 1, &length);
    if (err != OK)
        return err;
    subzone[0] = (uint8_t)(length - 1); /* without the root label */
    return intern_add(subzones, subzone, length, &offset);
}

/* An invalid subzone is not used; the section counts in the others. */
static enum err read_subzones(struct list_reader *r, char *rest)
{
    struct intern subzones;
    enum err result = OK;
    intern_start(&subzones, &r->data->subzones);
    while (!scan_is_end(*rest)) {
        if (r->subzones_count++ == SET_MAX_SUBZONES) {
            intern_free(&subzones);
            return list_reader_stop(r, ERR_LIMIT, "at most %d subzones in a set: split it", SET_MAX_SUBZONES);
        }
        const char *field = scan_pop_field(&rest);
        enum err err = add_subzone(&subzones, field);
        if (err != OK && result == OK)
            result = err == ERR_MEMORY ? list_reader_full(r, err) : list_reader_reject_name(r, field, err);
    }
    intern_free(&subzones);
    if (result == OK && r->data->subzones.used == 0)
        list_reader_warn(r,
                         "$DATASET: no subzone is named, so the section is not used; @ is the zone itself");
    return result;
}

enum err combined_read_dataset(struct list_reader *r, char *rest)
{
    if (r->set_type != &set_combined)
        return list_reader_reject(r, "$DATASET is only allowed in a set of type combined");
    char *name = scan_pop_field(&rest);
    name[strcspn(name, ":")] = '\0';
    const struct set_type *type = set_type_find(name);
    if (type == NULL || type->acl || type->protected || type == &set_combined)
        return list_reader_stop(r, ERR_REFUSED, "$DATASET: type \"%.32s\" is %s", name,
                                type == NULL ? "unknown" : "not allowed in a combined set");
    enum err err = combined_leave_section(r);
    if (err == OK)
        err = begin_section(r, type);
    return err == OK ? read_subzones(r, rest) : err;
}

static enum err read_entry(struct list_reader *r, char *line, char *end)
{
    (void)line;
    (void)end;
    return list_reader_stop(r, ERR_REFUSED, "data before the first $DATASET of the file");
}

const struct set_type set_combined = { .name = "combined", .overlap = OVERLAP_ALL, .read_entry = read_entry };
