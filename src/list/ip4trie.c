/* ip4trie: IPv4 prefixes; the longest that holds for an address decides. */
#include "list/address.h"
#include "list/types.h"

static enum err read_entry(struct reader *r, char *line, char *end)
{
    unsigned forms = ADDRESS4_PREFIX | ADDRESS4_ALL | (r->options->host_bits ? ADDRESS4_HOST_BITS : 0);
    bool excluded = reader_exclusion(&line);
    struct address4 a;
    const char *why;
    const char *p = address4_parse(line, forms, &a, &why);
    if (p == NULL)
        return reader_bad_field(r, "address", line, why);
    if (a.last - a.first > r->max_span)
        return reader_bad_field(r, "address", line, "wider than $MAXRANGE4 allows");
    uint32_t value;
    enum err err = reader_entry_value(r, excluded, p, end, &value);
    return err == OK ? reader_add4(r, a.first, a.last, value) : err;
}

const struct set_type set_ip4trie = { .name = "ip4trie",
                                      .hosts = true,
                                      .overlap = OVERLAP_FIRST,
                                      .read_default = reader_read_default,
                                      .read_entry = read_entry };
