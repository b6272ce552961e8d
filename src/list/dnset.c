/* dnset: domain names. `name` is the name itself, `*.name` all names below it, `.name` both. */
#include "list/domain.h"
#include "list/list_reader.h"

#include <string.h>

/* Reads a name that is not plain; `line` as it was before the scope was skipped. */
static enum err read_name(struct list_reader *r, const char *line, const char *text, struct domain *name)
{
    uint8_t wire[WIRE_NAME_MAX];
    uint16_t length;

    if (strpbrk(text, "<>\"") != NULL)
        return list_reader_reject_field(r, "domain name", text, "this looks like a web page, not a list");
    enum err err = list_reader_parse_name(r, text, wire, &length);
    if (err != OK)
        return err;
    if (length == 1 || strcmp(line, "*") == 0)
        return list_reader_reject_field(r, "domain name", line, "expected at least one label");
    domain_reverse(wire, length, name);
    return OK;
}

static enum err read_entry(struct list_reader *r, char *line, char *end)
{
    struct entry_name entry = { 0 };
    bool excluded = list_reader_exclusion(&line);
    char *text = domain_scope(line, &entry), *name_end = (char *)scan_field(text);
    bool has_value = name_end != end;
    *name_end = '\0';
    struct domain name;
    struct set_value value;
    enum err err = domain_from_plain(text, name_end, &name) ? OK : read_name(r, line, text, &name);
    if (err != OK)
        return err;
    entry.value = ENTRY_EXCLUDED;
    if (!excluded) {
        err = list_reader_read_value(r, has_value ? name_end + 1 : end, end, &value);
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
