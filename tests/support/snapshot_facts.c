#include "support/snapshot_facts.h"

#include "overlay/range.h"
#include "support/must.h"
#include "view/guard.h"

#include <string.h>

static bool lists_name(const struct sets_model *m, unsigned set, const char *text, bool below)
{
    struct set_members a;
    a.count = 0;
    struct label_path n = { .labels = 1 };
    while (strcmp(set_model_labels[n.label[0]], text) != 0)
        n.label[0]++;
    set_model_name(m, set, &n, below, &a);
    return a.count != 0;
}

static bool lists_key(const struct sets_model *m, unsigned set, bool ipv6, u128 key)
{
    struct set_members a;
    a.count = 0;
    set_model_address(m, set, ipv6, key, &a);
    return a.count != 0;
}

/* ---- Canaries ---- */

enum { CANARIES = 3 + SET_MODEL_LABELS };

/* Whether the set lists canary number `i`: the three of every list, then all names below a label. */
static bool lists_canary(const struct sets_model *m, unsigned set, unsigned i)
{
    switch (i) {
    case 0:
        return lists_key(m, set, false, (u128)0x7f000001 << 96);
    case 1:
        return lists_key(m, set, true, 0xffff7f000001);
    case 2:
        return lists_name(m, set, "invalid", false);
    default:
        return strcmp(set_model_labels[i - 3], "test") != 0 &&
               lists_name(m, set, set_model_labels[i - 3], true);
    }
}

static bool canaries_equal(const struct guard_load *was, const struct guard_load *is,
                           const struct sets_model *before, const struct sets_model *m, unsigned set)
{
    static const struct guard_rules rules = { .mode = GUARD_WARN, .canaries = true };
    struct guard_findings f;
    unsigned all = 0, new = 0;
    bool found = false;

    for (unsigned i = 0; i < CANARIES; i++) {
        all += lists_canary(m, set, i);
        new += lists_canary(m, set, i) && !lists_canary(before, set, i);
    }
    if (guard_compare(&rules, was, is, &(struct guard_facts){ .loaded = false }, &f) != OK)
        return false;
    for (unsigned i = 0; i < f.count; i++)
        found |= strcmp(f.found[i].guard, "canaries") == 0;
    return f.facts.canaries == all && found == (new != 0);
}

/* ---- Coverage ---- */

static const char *const special[] = {
    "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",    "::/128",
    "::1",           "::ffff:0:0/96",   "64:ff9b::/96",   "100::/64",       "2001::/23",
    "2001:db8::/32", "2002::/16",       "fc00::/7",       "fe80::/10",
};

/* Number `i` of them; parsed once. */
static const struct range *special_range(unsigned i)
{
    static struct range ranges[ARRAY_SIZE(special)];
    struct error error;
    if (ranges[i].last.hi != 0 || ranges[i].last.lo != 0)
        return &ranges[i];
    must(range_parse(special[i], false, &ranges[i], &error) == OK, special[i]);
    if (strcmp(special[i], "::ffff:0:0/96") == 0) /* as a text it is all of IPv4 */
        ranges[i] = (struct range){ .family = RANGE_IP6,
                                    .first = { 0, 0xffff00000000 },
                                    .last = { 0, 0xffffffffffff } };
    return &ranges[i];
}

static bool is_special(bool ipv6, u128 key)
{
    for (unsigned i = 0; i < ARRAY_SIZE(special); i++) {
        const struct range *range = special_range(i);
        if ((range->family == RANGE_IP6) == ipv6 && u128_from_key(range->first) <= key &&
            key <= u128_from_key(range->last))
            return true;
    }
    return false;
}

static bool list_has(const struct sets_model *m, const uint16_t *lists, unsigned set, bool ipv6, u128 key)
{
    for (unsigned i = 0; i < m->count; i++)
        if (lists[i] == lists[set] && lists_key(m, i, ipv6, key))
            return true;
    return false;
}

static bool covered_equal(const struct guard_load *was, const struct guard_load *is,
                          const struct sets_model *before, const struct sets_model *m, unsigned set,
                          bool ipv6)
{
    static u128 edges[2 * SETS_MAX * EDGES_MAX + 2 * ARRAY_SIZE(special)];
    unsigned n = 0, unit = ipv6 ? 64 : 96;
    u128 all = 0, gained = 0, own = 0;
    struct covered c;

    for (unsigned i = 0; i < m->count; i++) {
        n += set_model_edges(&m->set[i], ipv6, edges + n);
        n += set_model_edges(&before->set[i], ipv6, edges + n);
    }
    for (unsigned i = 0; i < ARRAY_SIZE(special); i++) {
        edges[n++] = u128_from_key(special_range(i)->first);
        edges[n++] = u128_from_key(special_range(i)->last) + 1;
    }
    u128_sort(edges, n);
    for (unsigned i = 0; i < n; i++) {
        u128 keys =
            i + 1 < n ? edges[i + 1] - edges[i] : (u128)0 - edges[i]; /* of all: 0, but none has all */
        if (keys == 0 || is_special(ipv6, edges[i]) || !list_has(m, is->in.lists, set, ipv6, edges[i]))
            continue;
        bool has = lists_key(m, set, ipv6, edges[i]),
             new = !list_has(before, is->in.lists, set, ipv6, edges[i]);
        all += has ? keys : 0;
        gained += new ? keys : 0;
        own += has && new ? keys : 0;
    }
    return covered_count(&was->in, &is->in, ipv6, &c) == OK && c.all == all >> unit &&
           c.gained == gained >> unit && c.own_gained == own >> unit;
}

/* ---- What a snapshot says of its sets ---- */

/* The one source of a plain set; NULL before it is loaded. */
static const struct snapshot_source *source_of(const struct snapshot *b, unsigned set)
{
    for (size_t i = 0; i < b->sources_count; i++)
        if (b->sources[i].set == set)
            return &b->sources[i];
    return NULL;
}

static bool address_facts_equal(const struct snapshot *b, const struct sets_model *m, unsigned set, bool ipv6)
{
    static uint64_t present[1024];
    u128 edges[EDGES_MAX], covered = 0;
    unsigned n = set_model_edges(&m->set[set], ipv6, edges);
    bool has = false;

    memset(present, 0, sizeof(present));
    for (unsigned i = 0; i < n; i++) {
        u128 last = i + 1 < n ? edges[i + 1] - 1 : ~(u128)0;
        if ((i + 1 < n && edges[i] == edges[i + 1]) || !lists_key(m, set, ipv6, edges[i]))
            continue;
        has = true;
        covered += ((last - edges[i]) >> 96) + 1;
        for (u128 slot = edges[i] >> 112; slot <= last >> 112; slot++)
            present[slot / 64] |= UINT64_C(1) << slot % 64;
    }
    const struct snapshot_source *source = source_of(b, set);
    return (source == NULL ? !has : source->has[ipv6] == has) &&
           (ipv6 || b->sets[set].coverage4 == covered) &&
           (source == NULL || memcmp(source->present[ipv6], present, sizeof(present)) == 0);
}

static bool lists_a_name(const struct sets_model *m, unsigned set)
{
    const struct set_model *s = &m->set[set];
    struct set_members a;
    a.count = 0;
    for (unsigned i = 0; i < s->count && s->kind == DNSET; i++) {
        const struct set_line *l = &s->line[i];
        if (l->exact)
            set_model_name(m, set, &l->name, false, &a);
        if (l->below)
            set_model_name(m, set, &l->name, true, &a);
    }
    return a.count != 0;
}

bool snapshot_facts_equal(const struct snapshot *b, const struct snapshot *old, const struct sets_model *m,
                          const struct sets_model *before)
{
    uint16_t lists[SETS_MAX]; /* two lists */
    for (unsigned set = 0; set < m->count; set++)
        lists[set] = set % 2;
    for (unsigned set = 0; set < m->count; set++) {
        const struct snapshot_set *facts = &b->sets[set];
        const struct snapshot_source *source = source_of(b, set);
        bool has_names = source != NULL && source->has_names;
        struct guard_load was = { .in.lists = lists }, is = guard_load_built(b, set, lists);
        if (old != NULL)
            was = guard_load_built(old, set, lists);
        was.in.set = (uint16_t)set;
        if (facts->loaded != m->set[set].loaded || !canaries_equal(&was, &is, before, m, set) ||
            !covered_equal(&was, &is, before, m, set, false) ||
            !covered_equal(&was, &is, before, m, set, true) || facts->entries != m->set[set].count ||
            has_names != lists_a_name(m, set) || !address_facts_equal(b, m, set, false) ||
            !address_facts_equal(b, m, set, true))
            return false;
    }
    return true;
}
