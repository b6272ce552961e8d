#include "load/rfc5782_entries.h"

#include "base/log.h"

static bool lists4(const struct snapshot *b, const struct zone *z, uint32_t address)
{
    return zone_answer(z, b, snapshot_lookup4(b, address)).count != 0;
}

static bool lists6(const struct snapshot *b, const struct zone *z, uint64_t hi, uint64_t lo)
{
    return zone_answer(z, b, snapshot_lookup6(b, hi, lo)).count != 0;
}

static bool lists_name(const struct snapshot *b, const struct zone *z, const char *label)
{
    uint8_t wire[1 + 8 + NAMES_LABEL_PAD] = { 0 }, offset = 0;

    for (wire[0] = 0; label[wire[0]] != '\0'; wire[0]++)
        wire[1 + wire[0]] = (uint8_t)label[wire[0]];
    return zone_answer(z, b, names_lookup(&b->names, wire, &offset, 1).verdict).count != 0;
}

unsigned rfc5782_missing(const struct snapshot *b, const struct zone *z)
{
    bool ip6 = false;

    for (unsigned i = 0; i < z->sources_count; i++)
        ip6 |= b->sources[z->sources[i]].has[1] && !b->sources[z->sources[i]].has_names;
    return (z->has4 && !lists4(b, z, 0x7f000002) ? RFC5782_IP4 : 0) |
           (!z->has4 && ip6 && !lists6(b, z, 0, 0xffff7f000002) ? RFC5782_IP6 : 0) |
           (z->has_dnset && !lists_name(b, z, "test") ? RFC5782_NAME : 0);
}

void rfc5782_log(const struct view *view, const struct zone_spec *spec, size_t number, uint8_t *known)
{
    static const char *const names[] = { "127.0.0.2", "::ffff:7f00:2", "TEST" };
    const struct zone *z = &view->zones[number];
    unsigned missing = z->ready ? rfc5782_missing(view->snapshot, z) : *known;

    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if ((missing & ~(unsigned)*known) >> i & 1)
            log_warning("zone %s: the test entry %s is not listed (RFC 5782 section 5)", spec->name,
                        names[i]);
    *known = (uint8_t)missing;
}
