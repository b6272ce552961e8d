#include "view/coverage.h"

#include "trie/trie.h"

#include <string.h>

#define NO_SLOT     UINT32_MAX
#define FEW         32  /* ranges of a /16 that are visited one by one before it is walked as a whole */
#define EXTENT_RUNS 256 /* the effort of a trie_extent, in runs: its worst case */

enum err coverage_open(struct coverage *c, const struct snapshot *snapshot, const uint16_t *set_lists)
{
    size_t shapes =
        VEC_COUNT(&snapshot->shapes, struct number_list) + 1; /* vec_add of nothing would return NULL */

    *c = (struct coverage){ .snapshot = snapshot,
                            .set_lists = set_lists,
                            .effort = COVERAGE_RUNS_MAX,
                            .few = FEW,
                            .slots = { { .slot = NO_SLOT }, { .slot = NO_SLOT } } };
    if (vec_add(&c->masks, shapes * sizeof(struct list_mask)) == NULL || vec_add(&c->known, shapes) == NULL)
        return ERR_MEMORY;
    return OK;
}

void coverage_close(struct coverage *c)
{
    vec_free(&c->slots[0].runs);
    vec_free(&c->slots[1].runs);
    vec_free(&c->masks);
    vec_free(&c->known);
}

/* ---- Masks ---- */

/* The lists that have a member in the verdict. */
static const struct list_mask *mask_of(const struct coverage *c, uint32_t verdict)
{
    uint32_t number = snapshot_shape(c->snapshot, verdict);
    struct list_mask *mask = &VEC_AT(&c->masks, struct list_mask, number);
    uint8_t *known = &VEC_AT(&c->known, uint8_t, number);
    const uint32_t *groups;
    uint32_t count = snapshot_groups(c->snapshot, number, &groups);

    for (uint32_t i = 0; !*known && i < count; i++) {
        uint16_t source = snapshot_members(c->snapshot, groups[i])->source;
        unsigned list = c->set_lists[c->snapshot->sources[source].set];
        if (list < LISTS_MAX)
            list_mask_add(mask, list);
    }
    *known = true;
    return mask;
}

static void add_verdict(const struct coverage *c, uint32_t verdict, struct list_mask *mask)
{
    list_mask_join(mask, mask_of(c, verdict));
}

/* ---- Addresses ---- */

static const struct trie *trie_of(const struct coverage *c, enum range_family family)
{
    return family == RANGE_IP4 ? &c->snapshot->trie4 : &c->snapshot->trie6;
}

/* The runs of a /16 from the one that holds at a range's first address on. */
struct part {
    const struct trie_run *run, *end;
};

static void use_effort(struct coverage *c, uint64_t steps)
{
    c->effort -= steps < c->effort ? steps : c->effort;
}

/* Walks a /16 unless it is cached; then it takes the place of slot `which`. */
static enum err walk_part(struct coverage *c, unsigned which, const struct range *range, unsigned number,
                          struct part *out)
{
    struct coverage_slot *s = &c->slots[which], *other = &c->slots[1 - which];

    if (other->slot == number && other->family == range->family)
        s = other;
    if (s->slot != number || s->family != range->family) {
        s->runs.used = 0;
        s->slot = NO_SLOT;
        enum err e = trie_walk_slot(trie_of(c, range->family), number, &s->runs);
        if (e != OK)
            return e;
        s->slot = number;
        s->family = range->family;
        use_effort(c, VEC_COUNT(&s->runs, struct trie_run));
    }
    const struct trie_run *runs = s->runs.data;
    size_t from = 0, count = VEC_COUNT(&s->runs, *runs);
    for (size_t to = count; to - from > 1;) {
        size_t middle = from + (to - from) / 2;
        if (trie_key_less(range->first, runs[middle].key))
            to = middle;
        else
            from = middle;
    }
    *out = (struct part){ runs + from, runs + count };
    return OK;
}

/* Adds the lists that have something in the /16s `from` to `to`. */
static void add_slots(const struct coverage *c, bool ipv6, unsigned from, unsigned to, struct list_mask *mask)
{
    for (unsigned i = 0; i < c->snapshot->sources_count; i++) {
        const struct snapshot_source *source = &c->snapshot->sources[i];
        unsigned list = c->set_lists[source->set], slot = from;
        if (list >= LISTS_MAX || list_mask_has(mask, list))
            continue;
        while (slot <= to && !(source->present[ipv6][slot / 64] >> slot % 64 & 1))
            slot++;
        if (slot <= to)
            list_mask_add(mask, list);
    }
}

/* Whether a /16 is not worth a walk: it is not cached, and few ranges in it were asked for. Counts them. */
static bool is_few(struct coverage *c, enum range_family family, unsigned slot)
{
    for (size_t i = 0; i < ARRAY_SIZE(c->slots); i++)
        if (c->slots[i].slot == slot && c->slots[i].family == family)
            return false;
    c->last_count = c->last_slot == slot ? c->last_count + 1 : 1;
    c->last_slot = slot;
    return c->last_count <= c->few;
}

struct mask_visit {
    const struct coverage *coverage;
    struct list_mask *mask;
};

static bool add_value(void *context, uint32_t value)
{
    struct mask_visit *v = context;
    add_verdict(v->coverage, value, v->mask);
    return false;
}

static struct range clip(const struct range *range, unsigned slot)
{
    const uint64_t rest = UINT64_MAX >> TRIE_ROOT_BITS;
    struct range part = *range;

    if (range->first.hi >> 48 != slot)
        part.first = (struct trie_key){ (uint64_t)slot << 48, 0 };
    if (range->last.hi >> 48 != slot)
        part.last = (struct trie_key){ (uint64_t)slot << 48 | rest, UINT64_MAX };
    return part;
}

static enum err add_part(struct coverage *c, unsigned which, const struct range *range, unsigned slot,
                         struct list_mask *mask)
{
    struct mask_visit visit = { c, mask };
    struct range clipped = clip(range, slot);
    struct range_cursor cursor;
    struct trie_key prefix;
    unsigned bits;
    struct part part;

    if (is_few(c, range->family, slot)) {
        for (range_open(&cursor, &clipped); range_next(&cursor, &clipped, &prefix, &bits);)
            trie_visit(trie_of(c, range->family), prefix, bits, add_value, &visit);
        return OK;
    }
    enum err e = walk_part(c, which, range, slot, &part);
    if (e != OK)
        return e;
    for (const struct trie_run *r = part.run; r < part.end && !trie_key_less(range->last, r->key); r++)
        add_verdict(c, r->value, mask);
    return OK;
}

static enum err address_lists(struct coverage *c, const struct range *range, struct list_mask *mask)
{
    const uint64_t rest = UINT64_MAX >> TRIE_ROOT_BITS;
    unsigned head = (unsigned)(range->first.hi >> 48), tail = (unsigned)(range->last.hi >> 48);
    bool head_whole = (range->first.hi & rest) == 0 && range->first.lo == 0;
    bool tail_whole = (range->last.hi & rest) == rest && range->last.lo == UINT64_MAX;
    enum err e = OK;

    if (!head_whole || (head == tail && !tail_whole))
        e = add_part(c, 0, range, head++, mask);
    if (e == OK && head <= tail && !tail_whole)
        e = add_part(c, 1, range, tail--, mask);
    if (head <= tail)
        add_slots(c, range->family == RANGE_IP6, head, tail, mask);
    return e;
}

/* ---- Names ---- */

/* The name's entry, NAMES_ROOT if it has none, and the verdict that holds for it. */
static struct name_match find_name(const struct coverage *c, const struct range *range)
{
    uint8_t wire[WIRE_NAME_MAX + NAMES_LABEL_PAD] = { 0 }, offsets[WIRE_LABELS_MAX + 1];

    memcpy(wire, range->name, range->name_len);
    return names_lookup(&c->snapshot->names, name_split(wire, offsets));
}

static void name_lists(struct coverage *c, const struct range *range, struct list_mask *mask)
{
    const struct names *names = &c->snapshot->names;
    struct name_match match = find_name(c, range);

    add_verdict(c, match.verdict, mask);
    if (!range->subdomains || match.entry == NAMES_ROOT)
        return;
    add_verdict(c, names_below(names, match.entry), mask);
    size_t inspected = 1;
    uint32_t entry = names_next(names, match.entry), end = names_end(names, match.entry);
    for (; entry < end; entry = names_next(names, entry), inspected++) {
        add_verdict(c, names_exact(names, entry), mask);
        add_verdict(c, names_below(names, entry), mask);
    }
    use_effort(c, inspected);
}

bool coverage_has_below(const struct coverage *c, const struct range *name)
{
    uint32_t entry = find_name(c, name).entry;

    return entry != NAMES_ROOT && names_has_below(&c->snapshot->names, entry);
}

/* ---- Addresses and names ---- */

enum err coverage_lists(struct coverage *c, const struct range *range, struct list_mask *out)
{
    struct list_mask mask = { { 0 } };
    enum err e = OK;

    if (range->family == RANGE_NAME)
        name_lists(c, range, &mask);
    else if (range_is_single(range))
        add_verdict(c, trie_lookup(trie_of(c, range->family), range->first), &mask);
    else
        e = address_lists(c, range, &mask);
    if (e == OK)
        *out = mask;
    return e;
}

/* ---- Counting ---- */

struct counting {
    const struct range *range;
    const struct list_mask *lists;
    uint64_t addresses; /* UINT64_MAX: too many, or not counted */
    unsigned runs;      /* that may still be inspected */
};

/* Counts the addresses of the range in first..last, if this verdict, which they have, is on one of the lists.
 */
static void count_run(const struct coverage *c, struct counting *n, uint32_t verdict, trie_number first,
                      trie_number last)
{
    trie_number from = trie_key_number(n->range->first), to = trie_key_number(n->range->last);

    if (!list_mask_meets(mask_of(c, verdict), n->lists))
        return;
    trie_number more = (last < to ? last : to) - (first > from ? first : from);
    more >>= n->range->family == RANGE_IP4 ? 96 : 0;
    n->addresses = more < UINT64_MAX - n->addresses ? n->addresses + (uint64_t)more + 1 : UINT64_MAX;
}

static enum err count_slot(struct coverage *c, struct counting *n, unsigned slot)
{
    trie_number end = ((trie_number)slot + 1) << (128 - TRIE_ROOT_BITS); /* of the last slot: wraps to 0 */
    struct part part;
    enum err e = walk_part(c, 0, n->range, slot, &part);

    if (e != OK)
        return e;
    for (const struct trie_run *r = part.run; r < part.end && !trie_key_less(n->range->last, r->key); r++) {
        if (n->runs-- == 0)
            n->addresses = UINT64_MAX;
        if (n->addresses == UINT64_MAX)
            return OK;
        count_run(c, n, r->value, trie_key_number(r->key),
                  (r + 1 < part.end ? trie_key_number(r[1].key) : end) - 1);
    }
    return OK;
}

/* Counts from run to run; false when there are more than c->few. */
static bool count_few(struct coverage *c, struct counting *n)
{
    struct trie_key at = n->range->first, first, last;

    for (unsigned i = 0; i < c->few; i++) {
        use_effort(c, EXTENT_RUNS);
        uint32_t verdict = trie_extent(trie_of(c, n->range->family), at, &first, &last);
        count_run(c, n, verdict, trie_key_number(at), trie_key_number(last));
        if (!trie_key_less(last, n->range->last))
            return true;
        at = trie_key_of(trie_key_number(last) + 1);
    }
    n->addresses = 0;
    return false;
}

enum err coverage_count(struct coverage *c, const struct range *range, const struct list_mask *lists,
                        uint64_t *addresses)
{
    struct counting n = { .range = range, .lists = lists, .runs = COVERAGE_RUNS_MAX };
    enum err e = OK;

    if (c->effort == 0) {
        *addresses = UINT64_MAX;
        return OK;
    }
    if (range->family == RANGE_NAME) {
        struct list_mask mask = { { 0 } };
        name_lists(c, range, &mask);
        *addresses = list_mask_meets(&mask, lists);
        return OK;
    }
    bool counted = count_few(c, &n);
    for (unsigned slot = (unsigned)(range->first.hi >> 48);
         !counted && e == OK && slot <= range->last.hi >> 48 && n.addresses != UINT64_MAX; slot++)
        e = count_slot(c, &n, slot);
    if (e == OK)
        *addresses = n.addresses;
    return e;
}
