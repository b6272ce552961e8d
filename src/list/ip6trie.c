/* ip6trie: IPv6 prefixes; the longest that holds for an address decides. */
#include "list/address.h"
#include "list/types.h"

static enum err read_entry(struct list_reader *r, char *line, char *end)
{
    bool excluded = list_reader_exclusion(&line);
    struct address6 a;
    const char *why;
    const char *p = address6_parse_prefix(line, r->options->host_bits, &a, &why);
    if (p == NULL)
        return list_reader_bad_field(r, "address", line, why);
    uint32_t value;
    enum err err = list_reader_entry_value(r, excluded, p, end, &value);
    return err == OK ? list_reader_add6(r, a.hi, a.lo, a.length, value) : err;
}

const struct set_type set_ip6trie = { .name = "ip6trie",
                                      .overlap = OVERLAP_FIRST,
                                      .colon_entry = true,
                                      .read_default = list_reader_read_default,
                                      .read_entry = read_entry };
