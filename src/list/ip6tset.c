/* ip6tset: IPv6 /64s that all have one value, and single addresses excluded from them. */
#include "list/address.h"
#include "list/types.h"

static enum err read_entry(struct list_reader *r, char *line, char *end)
{
    (void)end;
    bool excluded = list_reader_exclusion(&line);
    struct address6 a;
    const char *why;
    const char *p = address6_parse(line, &a, &why);
    if (p == NULL)
        return list_reader_bad_field(r, "address", line, why);
    if (*p == '/')
        return list_reader_bad_field(r, "address", line, "no prefix length is possible in this type of set");
    if (excluded && a.length != 128)
        return list_reader_bad_field(r, "address", line, "an exclusion must be a full address");
    if (!excluded && a.length != 64)
        return list_reader_bad_field(r, "address", line,
                                     "an entry must be a /64, written as its four groups");
    return list_reader_add6(r, a.hi, a.lo, a.length, excluded ? ENTRY_EXCLUDED : 0);
}

const struct set_type set_ip6tset = { .name = "ip6tset",
                                      .overlap = OVERLAP_FIRST,
                                      .one_value = true,
                                      .read_default = list_reader_read_default,
                                      .read_entry = read_entry };
