/* ip4trie: IPv4 prefixes; the longest prefix that holds for an address decides. */
#include "list/types.h"

static enum err read_entry(struct list_reader *r, char *line, char *end)
{
    struct address4 a;
    uint32_t value;
    enum err err = list_reader_entry4(r, line, end, ADDRESS4_PREFIX | ADDRESS4_ALL, &a, &value);
    return err == OK ? list_reader_add4(r, a.first, a.last, value) : err;
}

const struct set_type set_ip4trie = { .name = "ip4trie",
                                      .hosts = true,
                                      .overlap = OVERLAP_FIRST,
                                      .read_default = list_reader_read_default,
                                      .read_entry = read_entry };
