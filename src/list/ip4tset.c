/* ip4tset: single IPv4 addresses that all have one value. */
#include "list/address.h"
#include "list/types.h"

static enum err read_entry(struct list_reader *r, char *line, char *end)
{
    (void)end;
    struct address4 a;
    const char *why;
    if (*line == '!')
        return list_reader_bad_field(r, "address", line, "this type of set has no exclusions");
    if (address4_parse(line, 0, &a, &why) == NULL)
        return list_reader_bad_field(r, "address", line, why);
    return list_reader_add4(r, a.first, a.last, 0);
}

const struct set_type set_ip4tset = { .name = "ip4tset",
                                      .overlap = OVERLAP_FIRST,
                                      .one_value = true,
                                      .hosts = true,
                                      .read_default = list_reader_read_default,
                                      .read_entry = read_entry };
