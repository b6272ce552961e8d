#include "view/names.h"

#include "base/copy.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static inline uint64_t load_word(const uint8_t *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof(w));
    return w;
}

/* `word`: the first one of the label with its length byte. Most are one or two words long. */
static inline uint64_t label_hash(uint64_t hash, const uint8_t *label, uint64_t word)
{
    unsigned left = (uint8_t)word + 1u;

    for (; left > 8; left -= 8) {
        hash = name_hash(hash, word);
        label += 8;
        word = load_word(label);
    }
    return name_hash(hash, name_last_word(word, left));
}

/* Whether a record is that of a name `depth` labels deep, the lowest of which is this one. */
static inline bool is_name(const uint8_t *record, unsigned depth, const uint8_t *label, uint64_t word)
{
    uint64_t differ = name_head_differs(load_word(record), word, depth);
    unsigned left = (uint8_t)word + NAME_HEAD;

    for (; left > 8; left -= 8) {
        if (differ != 0)
            return false;
        record += 8;
        differ = load_word(record) ^ load_word(label + 7);
        label += 8;
    }
    return name_last_word(differ, left) == 0;
}

/* The slots of a line that have these bits where `mask` has ones. */
#ifdef __SSE2__
static inline uint32_t equal_slots(const uint32_t *line, uint32_t bits, uint32_t mask)
{
    const __m128i *v = (const __m128i *)line, want = _mm_set1_epi32((int)bits),
                  in = _mm_set1_epi32((int)mask);
    __m128i a = _mm_cmpeq_epi32(_mm_and_si128(_mm_loadu_si128(v), in), want);
    __m128i b = _mm_cmpeq_epi32(_mm_and_si128(_mm_loadu_si128(v + 1), in), want);
    __m128i c = _mm_cmpeq_epi32(_mm_and_si128(_mm_loadu_si128(v + 2), in), want);
    __m128i d = _mm_cmpeq_epi32(_mm_and_si128(_mm_loadu_si128(v + 3), in), want);

    return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(_mm_packs_epi32(a, b), _mm_packs_epi32(c, d)));
}
#else
static inline uint32_t equal_slots(const uint32_t *line, uint32_t bits, uint32_t mask)
{
    uint32_t found = 0;

    for (unsigned i = 0; i < NAME_LINE_SLOTS; i++)
        found |= (uint32_t)((line[i] & mask) == bits) << i;
    return found;
}
#endif

/* What is looked for: a name `depth` labels deep, the lowest of which is this one. */
struct wanted {
    unsigned depth;
    const uint8_t *label;
    uint64_t word, hash; /* the label's first word; of the whole name */
};

/* Its entry, which is after `parent` and before `end`, or NAMES_ROOT. */
static inline uint32_t find_child(const struct names *n, uint32_t parent, uint32_t end,
                                  const struct wanted *w)
{
    uint32_t entry_mask = names_entry_mask(n), line = name_line(w->hash, n->slot_lines);

    for (;; line = line + 1 < n->slot_lines ? line + 1 : 0) {
        const uint32_t *slots = &VEC_AT(&n->slots, const uint32_t, (size_t)line *NAME_LINE_SLOTS);
        uint32_t found = equal_slots(slots, (uint32_t)w->hash & ~entry_mask, ~entry_mask);
        for (; found != 0; found &= found - 1) {
            uint32_t entry = slots[__builtin_ctz(found)] & entry_mask;
            if (entry > parent && entry < end && is_name(names_record(n, entry), w->depth, w->label, w->word))
                return entry;
        }
        if (equal_slots(slots, 0, UINT32_MAX) != 0) /* one is free */
            return NAMES_ROOT;
    }
}

/* Likewise, below `parent`. */
static inline uint32_t find_below(const struct names *n, uint32_t parent, const struct wanted *w)
{
    const uint8_t *r = names_record(n, parent);
    return *r & NAME_INNER ? find_child(n, parent, name_end_of(r[1], name_tail(r)), w) : NAMES_ROOT;
}

struct name_probe names_probe_start(const struct names *n, struct labels name)
{
    struct name_probe probe = { n->seed, NAMES_ROOT, name.count };

    if (name.count == 0 || n->records.used == 0)
        return probe;
    const uint8_t *label = name.wire + name.offsets[name.count - 1];
    uint64_t word = load_word(label);
    probe.hash = label_hash(probe.hash, label, word);
    uint32_t entry = find_below(n, NAMES_ROOT, &(struct wanted){ 1, label, word, probe.hash });
    if (entry == NAMES_ROOT || name.count == 1)
        return probe;
    label = name.wire + name.offsets[name.count - 2];
    probe.entry = entry;
    probe.left--;
    probe.hash = label_hash(probe.hash, label, load_word(label));
    __builtin_prefetch((const uint32_t *)n->slots.data +
                       (size_t)name_line(probe.hash, n->slot_lines) * NAME_LINE_SLOTS);
    return probe;
}

struct name_match names_probe_finish(const struct names *n, struct labels name, struct name_probe probe)
{
    struct wanted w = { .depth = name.count - probe.left, .hash = probe.hash };
    uint32_t entry = probe.entry;

    if (n->records.used == 0)
        return (struct name_match){ 0, NAMES_ROOT };
    for (unsigned i = probe.left; i-- > 0;) {
        w.depth++;
        w.label = name.wire + name.offsets[i];
        w.word = load_word(w.label);
        if (i + 1 != probe.left)
            w.hash = label_hash(w.hash, w.label, w.word);
        uint32_t child = find_below(n, entry, &w);
        if (child == NAMES_ROOT)
            return (struct name_match){ names_below(n, entry), NAMES_ROOT };
        entry = child;
    }
    return (struct name_match){ names_exact(n, entry), entry };
}

struct name_match names_lookup(const struct names *n, struct labels name)
{
    return names_probe_finish(n, name, names_probe_start(n, name));
}

bool names_any_below(const struct names *n, uint32_t entry, bool (*accept)(void *context, uint32_t verdict),
                     void *context)
{
    uint32_t end = names_end(n, entry), e = names_next(n, entry);

    for (unsigned i = 0; e < end; i++, e = names_next(n, e))
        if (i == NAMES_BUDGET || accept(context, names_exact(n, e)) || accept(context, names_below(n, e)))
            return true;
    return false;
}

/* ---- The index ---- */

/* The next entries: the lines of slots of so many are fetched at once. */
struct pending {
    uint64_t hash;
    uint32_t entry;
};

static void add_slot(struct names *n, struct pending p)
{
    uint32_t entry_mask = names_entry_mask(n), line = name_line(p.hash, n->slot_lines);

    for (;; line = line + 1 < n->slot_lines ? line + 1 : 0) {
        for (unsigned i = 0; i < NAME_LINE_SLOTS; i++) {
            uint32_t *slot =
                &VEC_AT(&n->slots, uint32_t, (size_t)line * NAME_LINE_SLOTS + (p.hash + i) % NAME_LINE_SLOTS);
            if (*slot == 0) {
                *slot = p.entry | ((uint32_t)p.hash & ~entry_mask);
                return;
            }
        }
    }
}

static void add_slots(struct names *n)
{
    enum { AHEAD = 32 };
    struct pending pending[AHEAD];
    uint64_t hashes[WIRE_LABELS_MAX + 1] = { n->seed }; /* by depth, down to the entry at hand */
    uint32_t i = 0, end = names_end(n, NAMES_ROOT);

    for (uint32_t e = names_next(n, NAMES_ROOT); e < end; e = names_next(n, e), i++) {
        unsigned depth = names_depth(n, e);
        const uint8_t *label = names_record(n, e) + 1;
        hashes[depth] = label_hash(hashes[depth - 1], label, load_word(label) & NAME_WORD);
        if (i >= AHEAD)
            add_slot(n, pending[i % AHEAD]);
        pending[i % AHEAD] = (struct pending){ hashes[depth], e };
        __builtin_prefetch(
            &VEC_AT(&n->slots, uint32_t, (size_t)name_line(hashes[depth], n->slot_lines) * NAME_LINE_SLOTS),
            1);
    }
    for (uint32_t left = i < AHEAD ? i : AHEAD; left > 0; left--)
        add_slot(n, pending[(i - left) % AHEAD]);
}

enum err names_index(struct names *n)
{
    uint64_t lines = ((uint64_t)n->count + NAME_LINE_FULL - 1) / NAME_LINE_FULL + 1;

    n->entry_bits = 4; /* the slot in a line uses these of the hash */
    while (n->records.used / NAME_UNIT >> n->entry_bits != 0)
        n->entry_bits++;
    if (n->entry_bits > 32)
        return ERR_LIMIT;
    if (vec_add(&n->slots, lines * NAME_LINE_SLOTS * sizeof(uint32_t)) == NULL)
        return ERR_MEMORY;
    n->slot_lines = (uint32_t)lines;
    add_slots(n);
    return OK;
}

void names_free(struct names *n)
{
    vec_free(&n->records);
    vec_free(&n->values);
    vec_free(&n->slots);
}

/* ---- All names ---- */

void names_walk_begin(struct name_walk *w, const struct names *n)
{
    w->names = n;
    w->next = NAMES_ROOT;
    w->depth = 0;
    w->lengths[0] = 0;
}

bool names_walk(struct name_walk *w)
{
    const struct names *n = w->names;

    if (n->records.used == 0 || (w->next != NAMES_ROOT && w->next == names_end(n, NAMES_ROOT)))
        return false;
    const uint8_t *r = names_record(n, w->next);
    w->depth = *r & NAME_DEPTH;
    w->path[w->depth] = w->next;
    w->next += name_units(r);
    if (w->depth == 0)
        return true;
    unsigned length = w->lengths[w->depth - 1], label = r[1] & NAME_LABEL;
    w->name[length] = (uint8_t)label;
    copy_bytes(w->name + length + 1, r + NAME_HEAD, label);
    w->lengths[w->depth] = (uint8_t)(length + label + 1);
    return true;
}
