#include "view/names.h"

#include "base/hash.h"

/* The first `n` bytes at `p`, of which 8 are readable; more than 8 count as 8. */
static inline uint64_t load_word(const uint8_t *p, unsigned n)
{
    uint64_t w;
    memcpy(&w, p, 8);
    return n < 8 ? w & ((UINT64_C(1) << 8 * n) - 1) : w;
}

/* Most labels are one or two words long, length byte included. NAMES_LABEL_PAD makes every word readable. */
static inline uint64_t label_hash(const struct names *n, uint32_t parent, const uint8_t *label)
{
    uint64_t hash = n->seed ^ parent * UINT64_C(0x9e3779b97f4a7c15);

    for (unsigned left = label[0] + 1u;; left -= 8, label += 8) {
        hash = hash_fold(hash ^ load_word(label, left), UINT64_C(0xa0761d6478bd642f));
        if (left <= 8)
            return hash_fold(hash, UINT64_C(0xe7037ed1a0b428db));
    }
}

static inline bool labels_equal(const uint8_t *a, const uint8_t *b)
{
    for (unsigned left = a[0] + 1u;; left -= 8, a += 8, b += 8) {
        if (load_word(a, left) != load_word(b, left))
            return false;
        if (left <= 8)
            return true;
    }
}

/* The entry of `label` below `parent`, or NAMES_ROOT. */
static uint32_t find_child(const struct names *n, uint32_t parent, const uint8_t *label)
{
    const struct name_entry *entries = n->entries.data;
    const uint32_t *slots = n->slots.data;
    uint64_t hash = label_hash(n, parent, label);
    size_t mask = VEC_COUNT(&n->slots, uint32_t) - 1;
    uint32_t entry_mask = (1u << n->entry_bits) - 1, tag = (uint32_t)(hash >> 32) & ~entry_mask;

    for (size_t at = hash & mask; slots[at] != 0; at = (at + 1) & mask) {
        const struct name_entry *e = &entries[slots[at] & entry_mask];
        if ((slots[at] & ~entry_mask) == tag && e->parent == parent &&
            labels_equal(&VEC_AT(&n->labels, const uint8_t, e->label), label))
            return slots[at] & entry_mask;
    }
    return NAMES_ROOT;
}

struct name_match names_lookup(const struct names *n, struct labels name)
{
    uint32_t entry = NAMES_ROOT;

    if (n->entries.used == 0)
        return (struct name_match){ 0, NAMES_ROOT };
    for (unsigned i = name.count; i-- > 0;) {
        uint32_t child = find_child(n, entry, name.wire + name.offsets[i]);
        if (child == NAMES_ROOT)
            return (struct name_match){ names_below(n, entry), NAMES_ROOT };
        entry = child;
    }
    return (struct name_match){ names_exact(n, entry), entry };
}

bool names_any_below(const struct names *n, uint32_t entry, bool (*accept)(void *context, uint32_t verdict),
                     void *context)
{
    for (size_t i = (size_t)entry + 1; names_is_below(n, i, entry); i++) {
        if (i > (size_t)entry + NAMES_BUDGET)
            return true;
        if (accept(context, names_exact(n, (uint32_t)i)) || accept(context, names_below(n, (uint32_t)i)))
            return true;
    }
    return false;
}

enum err names_index(struct names *n)
{
    const struct name_entry *entries = n->entries.data;
    size_t count = VEC_COUNT(&n->entries, *entries), size = 16;

    n->entry_bits = 1;
    while ((size_t)1 << n->entry_bits < count)
        n->entry_bits++;
    while (size * 3 < count * 4) /* at most three quarters full, so that probe runs stay short */
        size *= 2;
    if (n->entry_bits > 31)
        return ERR_LIMIT;
    if (vec_add(&n->slots, size * sizeof(uint32_t)) == NULL)
        return ERR_MEMORY;
    uint32_t *slots = n->slots.data, entry_mask = (1u << n->entry_bits) - 1;
    for (size_t i = 1; i < count; i++) {
        uint64_t hash =
            label_hash(n, entries[i].parent, &VEC_AT(&n->labels, const uint8_t, entries[i].label));
        size_t at = hash & (size - 1);
        while (slots[at] != 0)
            at = (at + 1) & (size - 1);
        slots[at] = (uint32_t)i | ((uint32_t)(hash >> 32) & ~entry_mask);
    }
    return OK;
}

void names_free(struct names *n)
{
    vec_free(&n->entries);
    vec_free(&n->labels);
    vec_free(&n->values);
    vec_free(&n->slots);
}
