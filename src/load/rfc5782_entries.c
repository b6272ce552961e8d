#include "load/rfc5782_entries.h"

#include "base/log.h"

static bool lists4(const struct snapshot *s, const struct zone *z, uint32_t address)
{
    return zone_answer(z, s, snapshot_lookup4(s, address)).count != 0;
}

static bool lists6(const struct snapshot *s, const struct zone *z, uint64_t hi, uint64_t lo)
{
    return zone_answer(z, s, snapshot_lookup6(s, hi, lo)).count != 0;
}

static bool lists_test(const struct snapshot *s, const struct zone *z)
{
    static const uint8_t wire[5 + NAMES_LABEL_PAD] = "\4test", offset;
    return zone_answer(z, s, names_lookup(&s->names, (struct labels){ wire, &offset, 1 }).verdict).count != 0;
}

unsigned rfc5782_missing(const struct snapshot *s, const struct zone *z)
{
    bool ip6 = false;

    for (unsigned i = 0; i < z->sources_count; i++)
        ip6 |= s->sources[z->sources[i]].has[1] && !s->sources[z->sources[i]].has_names;
    return (z->has4 && !lists4(s, z, 0x7f000002) ? RFC5782_IP4 : 0) |
           (!z->has4 && ip6 && !lists6(s, z, 0, 0xffff7f000002) ? RFC5782_IP6 : 0) |
           (z->has_dnset && !lists_test(s, z) ? RFC5782_NAME : 0);
}

void rfc5782_log(const struct view *view, const struct zone_spec *spec, size_t zone, uint8_t *missing)
{
    static const char *const names[] = { "127.0.0.2", "::ffff:7f00:2", "TEST" };
    const struct zone *z = &view->zones[zone];
    unsigned now = z->ready ? rfc5782_missing(view->snapshot, z) : *missing;

    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if ((now & ~(unsigned)*missing) >> i & 1)
            log_warning("zone %s: the test entry %s is not listed (RFC 5782 section 5)", spec->name,
                        names[i]);
    *missing = (uint8_t)now;
}
