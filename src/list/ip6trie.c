/* ip6trie: IPv6 prefixes; the longest prefix that holds for an address decides. */
#include "list/types.h"

static enum err read_entry(struct list_reader *r, char *line, char *end)
{
    bool excluded = list_reader_exclusion(&line);
    struct address6 a;
    uint32_t value;
    const char *p = list_reader_parse6(r, line, &a);
    enum err err = p != NULL ? list_reader_entry_value(r, excluded, p, end, &value) : ERR_SYNTAX;
    return err == OK ? list_reader_add6(r, a.hi, a.lo, a.length, value) : err;
}

const struct set_type set_ip6trie = { .name = "ip6trie",
                                      .overlap = OVERLAP_FIRST,
                                      .colon_entry = true,
                                      .read_default = list_reader_read_default,
                                      .read_entry = read_entry };
