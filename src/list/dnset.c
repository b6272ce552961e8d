/* dnset: domain names. `name` is the name itself, `*.name` all below it, `.name` both. */
#include "dns/name.h"
#include "list/domain.h"
#include "list/types.h"

#include <string.h>

/* Passes the start of a name that says what it holds for. */
static char *read_kind(char *line, struct entry_name *entry)
{
    bool star = line[0] == '*' && line[1] == '.', dot = line[0] == '.';
    entry->exact = !star;
    entry->below = star || dot;
    return line + (star ? 2 : dot);
}

static enum err read_entry(struct list_reader *r, char *line, char *end)
{
    struct entry_name entry = { 0 };
    bool excluded = list_reader_exclusion(&line);
    char *text = read_kind(line, &entry), *behind = (char *)scan_field(text);
    bool last = behind == end;
    *behind = '\0';
    uint8_t wire[NAME_MAX_WIRE];
    uint16_t length;
    enum err err = name_from_text(text, wire, &length, NULL);
    if (err != OK)
        return list_reader_bad_name(r, text, err);
    if (length == 1 || strcmp(line, "*") == 0)
        return list_reader_bad_field(r, "domain name", line, "at least one label is expected");

    struct domain name;
    struct set_value value;
    domain_reverse(wire, length, &name);
    entry.value = ENTRY_EXCLUDED;
    if (!excluded) {
        err = list_reader_read_value(r, last ? end : behind + 1, end, &value);
        value.labels = (uint8_t)name.labels;
        if (err == OK)
            err = list_reader_value(r, value, &entry.value);
    }
    return err == OK ? domain_add(r, &name, entry) : err;
}

const struct set_type set_dnset = { .name = "dnset",
                                    .overlap = OVERLAP_ALL,
                                    .read_default = list_reader_read_default,
                                    .read_entry = read_entry };
