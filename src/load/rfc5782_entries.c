#include "load/rfc5782_entries.h"

#include "base/log.h"

void rfc5782_log(const struct view *view, const struct zone_spec *spec, size_t zone, uint8_t *missing)
{
    static const uint8_t test[5 + NAMES_LABEL_PAD] = "\4test", offset;
    const struct snapshot *s = view->snapshot;
    const struct zone *z = &view->zones[zone];
    unsigned now = 0;
    bool ip6 = false;

    if (!z->ready)
        return;
    for (unsigned i = 0; i < z->sources_count; i++)
        ip6 |= s->sources[z->sources[i]].has[1] && !s->sources[z->sources[i]].has_names;
    const struct {
        const char *name;
        bool wanted;
        uint32_t verdict;
    } entries[] = {
        { "127.0.0.2", z->has4, trie_lookup(&s->trie4, ip4_key(0x7f000002)) },
        { "::ffff:7f00:2", !z->has4 && ip6, trie_lookup(&s->trie6, (struct trie_key){ 0, 0xffff7f000002 }) },
        { "TEST", z->has_dnset, names_lookup(&s->names, (struct labels){ test, &offset, 1 }).verdict },
    };
    for (size_t i = 0; i < ARRAY_SIZE(entries); i++) {
        if (!entries[i].wanted || zone_answer(z, s, entries[i].verdict).count != 0)
            continue;
        now |= 1u << i;
        if (!(*missing >> i & 1))
            log_warning("zone %s: the test entry %s is not listed (RFC 5782 section 5)", spec->name,
                        entries[i].name);
    }
    *missing = (uint8_t)now;
}
