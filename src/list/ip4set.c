/* ip4set: IPv4 addresses, prefixes and ranges; of those that hold for an address, the most specific octet
 * level decides (OVERLAP_OCTETS). */
#include "list/types.h"

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

static enum err read_entry(struct list_reader *r, char *line, char *end)
{
    struct address4 a;
    uint32_t value;
    enum err err = list_reader_entry4(r, line, end, ADDRESS4_PREFIX | ADDRESS4_RANGE, &a, &value);
    if (err != OK)
        return err;
    return likely(a.first == a.last) ? list_reader_add4(r, a.first, a.first, value)
                                     : add_octet_runs(r, a.first, a.last, value);
}

const struct set_type set_ip4set = { .name = "ip4set",
                                     .hosts = true,
                                     .overlap = OVERLAP_OCTETS,
                                     .read_default = list_reader_read_default,
                                     .read_entry = read_entry };
