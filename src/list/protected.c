/*
 * never: what nobody may list, a key a line: an address, a CIDR or first-last, IPv4 or IPv6, as the API takes
 * them (overlay/range.h), or a domain. As in a dnset, `name` is the name itself, `*.name` all below it,
 * `.name` both.
 *
 * There are no values and no exclusions: what one line protects, no other one gives up.
 */
#include "list/domain.h"
#include "list/types.h"
#include "overlay/range.h"

#include <string.h>

/* The addresses of a range, prefix by prefix. */
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
    bool star = strncmp(line, "*.", 2) == 0, dot = line[0] == '.';
    char *text = line + (star ? 2 : dot), *behind = (char *)scan_field(text);
    const char *rest = scan_blanks(behind);
    struct entry_name entry = { .exact = !star, .below = star || dot };
    struct range range;
    struct error error;

    (void)end;
    if (*rest != '\0' && *rest != '#' && *rest != ';')
        return list_reader_bad(r,
                               "nothing but a comment may follow the address or name: there are no values");
    *behind = '\0';
    if (range_parse(text, entry.below, &range, &error) != OK)
        return list_reader_bad(r, "%s", error.text);
    if (entry.below && range.family != RANGE_NAME)
        return list_reader_bad_field(r, "address", line, "only a domain has something below it");
    enum err err = list_reader_value(r, r->fallback, &entry.value);
    if (err != OK)
        return err;
    return range.family == RANGE_NAME ? add_name(r, &range, entry) : add_addresses(r, &range, entry.value);
}

const struct set_type set_protected = {
    .name = "never", .overlap = OVERLAP_ALL, .never = true, .read_entry = read_entry
};
