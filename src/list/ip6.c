/*
 * The set types of IPv6 addresses.
 *
 *   ip6trie   prefixes; the longest one that holds for an address decides
 *   ip6tset   /64s, all with one value, and single addresses excluded from them
 */
#include "list/list_reader.h"

static enum err read_trie(struct list_reader *r, char *line, char *end)
{
    bool excluded = list_reader_exclusion(&line);
    struct address6 a;
    uint32_t value;
    const char *p = list_reader_parse6(r, line, &a);
    enum err err = p != NULL ? list_reader_entry_value(r, excluded, p, end, &value) : ERR_SYNTAX;
    return err == OK ? list_reader_add6(r, a.hi, a.lo, a.length, value) : err;
}

static enum err read_tset(struct list_reader *r, char *line, char *end)
{
    (void)end;
    bool excluded = list_reader_exclusion(&line);
    struct address6 a;
    const char *why;
    const char *p = address6_parse(line, &a, &why);
    if (p != NULL && *p == '/')
        why = "a prefix length is not allowed in this type of set";
    else if (p != NULL && a.length != (excluded ? 128 : 64))
        why =
            excluded ? "an exclusion must be a full address" : "an entry must be a /64, written as 4 groups";
    else if (p != NULL)
        return list_reader_add6(r, a.hi, a.lo, a.length, excluded ? ENTRY_EXCLUDED : 0);
    return list_reader_reject_address(r, 6, line, why);
}

const struct set_type set_ip6trie = { .name = "ip6trie",
                                      .overlap = OVERLAP_FIRST,
                                      .colon_entry = true,
                                      .read_default = list_reader_read_default,
                                      .read_entry = read_trie };

const struct set_type set_ip6tset = { .name = "ip6tset",
                                      .overlap = OVERLAP_FIRST,
                                      .one_value = true,
                                      .read_default = list_reader_read_default,
                                      .read_entry = read_tset };
