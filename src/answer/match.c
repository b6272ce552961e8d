#include "answer/match.h"

#include "answer/listing.h"

/* ---- The overlay ---- */

/* Whether a record decides about some list of the zone. *until is lowered to when the first such item ends.
 */
static bool decides(const struct overlay_record *r, const struct zone *z, int64_t now, int64_t *until)
{
    bool any = false;

    for (unsigned w = 0; w < ARRAY_SIZE(z->lists.word); w++) {
        uint64_t lists = 0;
        for (unsigned i = 0; i < r->count; i++)
            lists |= r->item[i]->lists->word[w] & z->lists.word[w];
        for (; lists != 0; lists &= lists - 1) {
            const struct overlay_item *item;
            unsigned list = w * 64 + (unsigned)__builtin_ctzll(lists);
            if (overlay_effect(r, list, now, &item) == OVERLAY_NOTHING)
                continue;
            any = true;
            *until = item->until < *until ? item->until : *until;
        }
    }
    return any;
}

/* What that means for the names below the question's. Delistings hide none of them. */
static void join_name(const struct plan *p, const struct view *v, struct match *match,
                      struct match_name *name)
{
    const struct names *n = &v->snapshot->names;
    const struct overlay_record *r = match->overlay;
    uint32_t below = 0;

    if (v->has_never) { /* in a zone without names match_find_name() has not looked the name up */
        struct name_match m = names_lookup(n, query_labels(&p->query, match->key_labels));
        match->verdict = m.verdict;
        below = m.entry != NAMES_ROOT ? names_below(n, m.entry) : m.verdict;
    }
    name->verdict = match->verdict;
    for (unsigned i = 0; i < r->count && !view_protects(v, below); i++)
        name->listed |=
            r->item[i]->kind == OVERLAY_LIST && r->item[i]->subdomains && r->item[i]->until > p->now;
}

/* Looks up what the overlay has for the matches. Not inlined, to keep the common case's stack frame small. */
static __attribute__((noinline)) void join(const struct plan *p, const struct view *v, struct matches *m)
{
    for (unsigned i = 0; i < m->count; i++) {
        struct match *match = &m->match[i];
        struct overlay_record *r = &m->records[i];
        unsigned probe = match->kind == BY_IP4 ? PROBE_OVERLAY4 : PROBE_OVERLAY6;
        if (match->kind == BY_NAME)
            overlay_lookup_name(&v->overlay, query_labels(&p->query, match->key_labels), p->now, r);
        else
            overlay_record(&v->overlay, p->probes >> probe & 1 ? p->probe[probe].value : 0, r);
        if (!decides(r, match->zone, p->now, &m->until))
            continue;
        match->overlay = r;
        if (match->kind == BY_NAME)
            join_name(p, v, match, &m->name[match->zone != p->zone]);
    }
}

/* ---- Matches ---- */

static bool accept_any(void *context, const struct listing *l)
{
    (void)context;
    (void)l;
    return true;
}

static bool lists_key(const struct match *m, const struct view *v, int64_t now)
{
    return listing_visit(v, m, now, false, accept_any, NULL);
}

/* An item that hides one match bounds the TTL of the others too: so `until` restricts all of them. Without
 * branches: this is computed for every query. */
static inline bool is_restricted(const struct match *m, int64_t until)
{
    return m->records_only | m->whole_sets | m->by_address | (m->overlay != NULL) | (until != INT64_MAX);
}

static void keep_listed(struct matches *m, const struct view *v, int64_t now)
{
    unsigned listed = 0;

    for (unsigned i = 0; i < m->count; i++) {
        struct match *match = &m->match[i];
        if (match->restricted ? !lists_key(match, v, now)
                              : zone_answer(match->zone, v->snapshot, match->verdict).count == 0)
            continue;
        if (listed != i)
            m->match[listed] = *match;
        listed++;
    }
    m->count = listed;
}

static void find(const struct plan *p, const struct view *v, struct matches *out)
{
    const struct zone *z = p->zone;
    struct name_match m = match_find_name(p, v, z);
    struct match match = { .zone = z, .key_labels = p->key_labels, .records_only = p->acl.rule != NULL };
    unsigned n = 0;

    out->name[0] = (struct match_name){ m.entry, 0, false };
    out->name[1] = (struct match_name){ NAMES_ROOT, 0, false };
    out->until = INT64_MAX;
    if (p->probes >> PROBE_IP6 & 1) {
        match.verdict = p->probe[PROBE_IP6].value;
        match.kind = BY_IP6;
        out->match[n++] = match;
    }
    if (p->probes >> PROBE_IP4 & 1) {
        match.verdict = p->probe[PROBE_IP4].value;
        match.kind = BY_IP4;
        match.by_address = p->key.bits6 == 128;
        out->match[n++] = match;
    }
    match.kind = BY_NAME;
    if (n == 0) {
        match.verdict = m.verdict;
        out->match[n++] = match;
    }
    if (z->parent != NULL) {
        m = match_find_name(p, v, z->parent);
        out->name[1].entry = m.entry;
        match.zone = z->parent;
        match.by_address = false;
        match.whole_sets = true;
        match.verdict = m.verdict;
        match.key_labels = (uint8_t)plan_labels(p, z->parent).count;
        out->match[n++] = match;
    }
    out->count = n;
}

void match_find(const struct plan *p, const struct view *v, bool listed, struct matches *out)
{
    find(p, v, out);
    if (unlikely(!overlay_is_empty(&v->overlay)))
        join(p, v, out);
    for (unsigned i = 0; i < out->count; i++)
        out->match[i].restricted = is_restricted(&out->match[i], out->until);
    if (listed)
        keep_listed(out, v, p->now);
}
