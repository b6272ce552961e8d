/*
 * The set types of IPv4 addresses.
 *
 *   ip4set    addresses, prefixes and ranges; of those that hold for an address, the most specific octet
 *             level decides (OVERLAP_OCTETS)
 *   ip4trie   prefixes; the longest one that holds for an address decides
 *   ip4tset   single addresses, all with one value
 */
#include "list/list_reader.h"

/* Reads an address with its value: `!`, address, value. */
static enum err read_address(struct list_reader *r, char *line, char *end, unsigned forms,
                             struct address4 *address, uint32_t *value)
{
    bool excluded = list_reader_exclusion(&line);
    const char *p = list_reader_parse4(r, line, forms, address);
    return p != NULL ? list_reader_entry_value(r, excluded, p, end, value) : ERR_SYNTAX;
}

/* Adds first..last as runs of whole units of the widest octet level that fits: in the most complicated case
 * single addresses, /24s, /16s, /8s, /16s, /24s and single addresses. */
static enum err add_octet_runs(struct list_reader *r, uint32_t first, uint32_t last, uint32_t value)
{
    uint64_t from = first, to = (uint64_t)last + 1;
    while (from < to) {
        unsigned shift = 24;
        while (shift > 0 && (from & ((1u << shift) - 1) || from + (1u << shift) > to))
            shift -= 8;
        uint64_t end = to & ~((1ull << shift) - 1);
        if (shift < 24) {
            /* A wider unit that begins within the run starts the next one. */
            uint64_t wider = 1ull << (shift + 8), next = (from + wider - 1) & ~(wider - 1);
            if (next > from && next + wider <= to)
                end = next;
        }
        enum err err = list_reader_add4(r, (uint32_t)from, (uint32_t)(end - 1), value);
        if (err != OK)
            return err;
        from = end;
    }
    return OK;
}

static enum err read_set(struct list_reader *r, char *line, char *end)
{
    struct address4 a;
    uint32_t value;
    enum err err = read_address(r, line, end, ADDRESS4_PREFIX | ADDRESS4_RANGE, &a, &value);
    if (err != OK)
        return err;
    return likely(a.first == a.last) ? list_reader_add4(r, a.first, a.first, value)
                                     : add_octet_runs(r, a.first, a.last, value);
}

static enum err read_trie(struct list_reader *r, char *line, char *end)
{
    struct address4 a;
    uint32_t value;
    enum err err = read_address(r, line, end, ADDRESS4_PREFIX | ADDRESS4_ALL, &a, &value);
    return err == OK ? list_reader_add4(r, a.first, a.last, value) : err;
}

static enum err read_tset(struct list_reader *r, char *line, char *end)
{
    (void)end;
    struct address4 a;
    if (*line == '!')
        return list_reader_reject(r, "exclusions (!) are not allowed in this type of set");
    if (list_reader_parse4(r, line, 0, &a) == NULL)
        return ERR_SYNTAX;
    return list_reader_add4(r, a.first, a.last, 0);
}

const struct set_type set_ip4set = { .name = "ip4set",
                                     .hosts = true,
                                     .overlap = OVERLAP_OCTETS,
                                     .read_default = list_reader_read_default,
                                     .read_entry = read_set };

const struct set_type set_ip4trie = { .name = "ip4trie",
                                      .hosts = true,
                                      .overlap = OVERLAP_FIRST,
                                      .read_default = list_reader_read_default,
                                      .read_entry = read_trie };

const struct set_type set_ip4tset = { .name = "ip4tset",
                                      .overlap = OVERLAP_FIRST,
                                      .one_value = true,
                                      .hosts = true,
                                      .read_default = list_reader_read_default,
                                      .read_entry = read_tset };
