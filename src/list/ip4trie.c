/* ip4trie: IPv4 prefixes; the longest that holds for an address decides. */
#include "list/address.h"
#include "list/types.h"

static enum err read_entry(struct loader *l, char *line, char *end)
{
    unsigned forms = ADDRESS4_PREFIX | ADDRESS4_ALL | (l->options->host_bits ? ADDRESS4_HOST_BITS : 0);
    bool excluded = loader_exclusion(&line);
    struct address4 a;
    const char *why;
    const char *p = address4_parse(line, forms, &a, &why);
    if (p == NULL)
        return loader_bad_field(l, "address", line, why);
    if (a.last - a.first > l->max_span)
        return loader_bad_field(l, "address", line, "wider than $MAXRANGE4 allows");
    uint32_t value;
    enum err err = loader_entry_value(l, excluded, p, end, &value);
    return err == OK ? loader_add4(l, a.first, a.last, value) : err;
}

const struct set_type set_ip4trie = { .name = "ip4trie", .overlap = OVERLAP_FIRST, .read_entry = read_entry };
