#include "support/snapshot_facts.h"

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

static unsigned model_canaries(const struct sets_model *m, unsigned set)
{
    return (lists_key(m, set, false, (u128)0x7f000001 << 96) ? CANARY_V4 : 0) |
           (lists_key(m, set, true, 0xffff7f000001) ? CANARY_V6 : 0) |
           (lists_name(m, set, "invalid", false) ? CANARY_INVALID : 0);
}

static unsigned model_new_canaries(const struct sets_model *m, const struct sets_model *before, unsigned set)
{
    unsigned canaries = model_canaries(m, set);
    if (before != NULL && before->set[set].loaded)
        canaries &= ~model_canaries(before, set);
    else
        before = NULL;
    for (unsigned i = 0; i < SET_MODEL_LABELS; i++)
        if (strcmp(set_model_labels[i], "test") != 0 && lists_name(m, set, set_model_labels[i], true) &&
            (before == NULL || !lists_name(before, set, set_model_labels[i], true)))
            canaries |= CANARY_TLD;
    return canaries;
}

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
                          const struct sets_model *before, struct set_data *const *changed)
{
    for (unsigned set = 0; set < m->count; set++) {
        const struct snapshot_set *facts = &b->sets[set];
        const struct snapshot_source *source = source_of(b, set);
        bool has_names = source != NULL && source->has_names;
        struct guard_load was = { .snapshot = NULL }, is = guard_load_built(b, set);
        if (old != NULL)
            was = guard_load_built(old, set);
        unsigned canaries = changed[set] != NULL ? model_new_canaries(m, before, set) : 0;
        if (facts->loaded != m->set[set].loaded || guard_new_canaries(&was, &is) != canaries ||
            facts->entries != m->set[set].count || has_names != lists_a_name(m, set) ||
            !address_facts_equal(b, m, set, false) || !address_facts_equal(b, m, set, true))
            return false;
    }
    return true;
}
