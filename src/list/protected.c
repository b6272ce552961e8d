/*
 * never: what nobody may list, one to a line: an IPv4 or IPv6 address, a CIDR or first-last in the forms that
 * the API allows (overlay/range.h), or a domain. As in a dnset, `name` is the name itself, `*.name` all names
 * below it, `.name` both.
 *
 * There are no values and no exclusions: what one line protects, no other line can release.
 */
#include "list/domain.h"
#include "list/list_reader.h"
#include "overlay/range.h"

/* Adds the addresses of a range, prefix by prefix. */
static enum err add_addresses(struct list_reader *r, const struct range *range, uint32_t value)
{
    struct range_cursor cursor;
    struct trie_key prefix;
    unsigned bits;
    enum err err = OK;

    range_open(&cursor, range);
    while (err == OK && range_next(&cursor, range, &prefix, &bits)) {
        uint32_t first = (uint32_t)(prefix.hi >> 32);
        err = range->family == RANGE_IP4
                  ? list_reader_add4(r, first, first | (uint32_t)(UINT64_C(0xffffffff) >> bits), value)
                  : list_reader_add6(r, prefix.hi, prefix.lo, bits, value);
    }
    return err;
}

static enum err add_name(struct list_reader *r, const struct range *range, struct entry_name entry)
{
    struct domain name;

    domain_reverse(range->name, range->name_len, &name);
    return domain_add(r, &name, entry);
}

static enum err read_entry(struct list_reader *r, char *line, char *end)
{
    struct entry_name entry = { 0 };
    char *rest = domain_scope(line, &entry);
    const char *text = scan_pop_field(&rest);
    struct range range;
    struct error error;

    (void)end;
    if (!scan_is_end(*rest))
        return list_reader_reject(r,
                                  "only a comment may follow the address or name: there are no values here");
    if (range_parse(text, entry.below, &range, &error) != OK)
        return list_reader_reject(r, "%s", error.text);
    if (entry.below && range.family != RANGE_NAME)
        return list_reader_reject_field(r, "range", line, "only a domain may begin with \".\" or \"*.\"");
    enum err err = list_reader_value(r, r->default_value, &entry.value);
    if (err != OK)
        return err;
    return range.family == RANGE_NAME ? add_name(r, &range, entry) : add_addresses(r, &range, entry.value);
}

const struct set_type set_protected = {
    .name = "never", .overlap = OVERLAP_ALL, .protected = true, .read_entry = read_entry
};
