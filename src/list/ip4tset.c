/* ip4tset: single IPv4 addresses, all with one value. */
#include "list/types.h"

static enum err read_entry(struct list_reader *r, char *line, char *end)
{
    (void)end;
    struct address4 a;
    if (*line == '!')
        return list_reader_reject(r, "exclusions (!) are not allowed in this type of set");
    if (list_reader_parse4(r, line, 0, &a) == NULL)
        return ERR_SYNTAX;
    return list_reader_add4(r, a.first, a.last, 0);
}

const struct set_type set_ip4tset = { .name = "ip4tset",
                                      .overlap = OVERLAP_FIRST,
                                      .one_value = true,
                                      .hosts = true,
                                      .read_default = list_reader_read_default,
                                      .read_entry = read_entry };
