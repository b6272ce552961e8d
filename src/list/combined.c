/*
 * combined: sections of other types, each begun by a line `$DATASET type[:name] place place...`. The name is
 * only a remark; a place is a name below the zone, or `@` for the zone itself.
 *
 * What stands before the first $DATASET of a file is the set's own: its $TTL, variables and template are
 * where the sections after it start from. $SOA, $NS and $TIMESTAMP are the set's own everywhere, and
 * $MAXRANGE4 only goes down from section to section.
 */
#include "dns/name.h"
#include "list/types.h"

#include <stdlib.h>
#include <string.h>

enum err combined_leave_section(struct list_reader *r)
{
    if (r->data == r->whole)
        return OK;
    enum err err = list_reader_end(r);
    return err == OK ? list_reader_begin(r, r->whole_type, r->whole) : err;
}

/* Copies a text of the set into the section. */
static enum err copy_text(struct list_reader *r, uint32_t from, uint32_t *to)
{
    const uint8_t *text = (const uint8_t *)r->whole->texts.data + from;
    return from == 0 ? OK : list_reader_text(r, (const char *)text + 1, *text, to);
}

static enum err begin_section(struct list_reader *r, const struct set_type *type)
{
    struct set_data *whole = r->whole, *section, **sections;
    size_t count = whole->sections_count;
    if (count == SET_MAX_SECTIONS)
        return list_reader_stop(r, ERR_LIMIT, "more than %d sections in one set: split it", SET_MAX_SECTIONS);
    if ((count & (count - 1)) == 0) { /* sizes are powers of two */
        sections = reallocarray(whole->sections, count == 0 ? 1 : 2 * count, sizeof(*sections));
        if (sections == NULL)
            return list_reader_full(r, ERR_MEMORY);
        whole->sections = sections;
    }
    section = calloc(1, sizeof(*section));
    if (section == NULL)
        return list_reader_full(r, ERR_MEMORY);
    section->ttl = whole->ttl;
    whole->sections[whole->sections_count++] = section;
    list_reader_close(r);
    enum err err = list_reader_begin(r, type, section);
    for (unsigned i = 0; err == OK && i < ARRAY_SIZE(section->variables); i++)
        err = copy_text(r, whole->variables[i], &section->variables[i]);
    return err == OK ? copy_text(r, whole->template, &section->template) : err;
}

/* Adds a place to the section's, unless it is among them. */
static enum err add_place(struct intern *places, const char *field)
{
    uint8_t place[1 + NAME_MAX_WIRE] = { 0 };
    uint16_t length = 1;
    uint32_t offset;
    enum err err = strcmp(field, "@") == 0 ? OK : name_from_text(field, place + 1, &length, NULL);
    if (err != OK)
        return err;
    place[0] = (uint8_t)(length - 1); /* the root label is not kept */
    return intern_add(places, place, length, &offset);
}

/* A bad place is left out; the section counts in the others. */
static enum err read_places(struct list_reader *r, char *rest)
{
    struct intern places;
    enum err result = OK;
    intern_start(&places, &r->data->subzones);
    while (*rest != '\0' && *rest != '#' && *rest != ';') {
        if (r->places++ == SET_MAX_PLACES) {
            intern_free(&places);
            return list_reader_stop(r, ERR_LIMIT, "more than %d places in one set: split it", SET_MAX_PLACES);
        }
        char *end = (char *)scan_field(rest), *next = (char *)scan_blanks(end);
        *end = '\0';
        enum err err = add_place(&places, rest);
        if (err != OK && result == OK)
            result = err == ERR_MEMORY ? list_reader_full(r, err) : list_reader_bad_name(r, rest, err);
        rest = next;
    }
    intern_free(&places);
    if (result == OK && r->data->subzones.used == 0)
        list_reader_warn(r,
                         "$DATASET: no place is named, so the section counts nowhere; @ is the zone itself");
    return result;
}

enum err combined_read_dataset(struct list_reader *r, char *rest)
{
    if (r->whole_type != &set_combined)
        return list_reader_bad(r, "$DATASET: only possible in a set of type combined");
    char *name = rest, *end = (char *)scan_field(name);
    rest = (char *)scan_blanks(end);
    *end = '\0';
    name[strcspn(name, ":")] = '\0';
    const struct set_type *type = set_type_find(name);
    if (type == NULL || type->acl || type->never || type == &set_combined)
        return list_reader_stop(r, ERR_REFUSED, "$DATASET: type \"%.32s\" is %s", name,
                                type == NULL ? "unknown" : "not possible within a combined set");
    enum err err = combined_leave_section(r);
    if (err == OK)
        err = begin_section(r, type);
    return err == OK ? read_places(r, rest) : err;
}

static enum err read_entry(struct list_reader *r, char *line, char *end)
{
    (void)line;
    (void)end;
    return list_reader_stop(r, ERR_REFUSED, "data before the first $DATASET of the file");
}

const struct set_type set_combined = { .name = "combined", .overlap = OVERLAP_ALL, .read_entry = read_entry };
