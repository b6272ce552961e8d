/* ip6trie: IPv6 prefixes; the longest that holds for an address decides. */
#include "list/address.h"
#include "list/types.h"

static enum err read_entry(struct loader *l, char *line, char *end)
{
    bool excluded = loader_exclusion(&line);
    struct address6 a;
    const char *why;
    const char *p = address6_parse_prefix(line, l->options->host_bits, &a, &why);
    if (p == NULL)
        return loader_bad_field(l, "address", line, why);
    uint32_t value;
    enum err err = loader_entry_value(l, excluded, p, end, &value);
    return err == OK ? loader_add6(l, a.hi, a.lo, a.length, value) : err;
}

const struct set_type set_ip6trie = {
    .name = "ip6trie", .overlap = OVERLAP_FIRST, .colon_entry = true, .read_entry = read_entry
};
