#include "view/names.h"

#include "base/hash.h"

/* The first `n` bytes, at most 8, that stand at `p`, of which 8 can be read. */
static inline uint64_t load(const uint8_t *p, unsigned n)
{
    uint64_t w;
    memcpy(&w, p, 8);
    return n < 8 ? w & ((UINT64_C(1) << 8 * n) - 1) : w;
}

/* Most labels are one or two words long, length byte included; behind every label 8 bytes can be read. */
static inline uint64_t label_hash(const struct names *n, uint32_t parent, const uint8_t *label)
{
    uint64_t hash = n->seed ^ parent * UINT64_C(0x9e3779b97f4a7c15);

    for (unsigned left = label[0] + 1u;; left -= 8, label += 8) {
        hash = hash_fold(hash ^ load(label, left), UINT64_C(0xa0761d6478bd642f));
        if (left <= 8)
            return hash_fold(hash, UINT64_C(0xe7037ed1a0b428db));
    }
}

static inline bool labels_equal(const uint8_t *a, const uint8_t *b)
{
    for (unsigned left = a[0] + 1u;; left -= 8, a += 8, b += 8) {
        if (load(a, left) != load(b, left))
            return false;
        if (left <= 8)
            return true;
    }
}

/* The entry of `label` below `parent`, or NAMES_ROOT. */
static uint32_t child_of(const struct names *n, uint32_t parent, const uint8_t *label)
{
    const struct name_entry *entries = n->entries.data;
    const uint32_t *slots = n->slots.data;
    uint64_t hash = label_hash(n, parent, label);
    size_t mask = VEC_COUNT(&n->slots, uint32_t) - 1;
    uint32_t entry_mask = (1u << n->entry_bits) - 1, tag = (uint32_t)(hash >> 32) & ~entry_mask;

    for (size_t at = hash & mask; slots[at] != 0; at = (at + 1) & mask) {
        const struct name_entry *e = &entries[slots[at] & entry_mask];
        if ((slots[at] & ~entry_mask) == tag && e->parent == parent &&
            labels_equal((const uint8_t *)n->labels.data + e->label, label))
            return slots[at] & entry_mask;
    }
    return NAMES_ROOT;
}

struct name_match names_lookup(const struct names *n, const uint8_t *wire, const uint8_t *offsets,
                               unsigned labels)
{
    uint32_t entry = NAMES_ROOT;

    if (n->entries.used == 0)
        return (struct name_match){ 0, NAMES_ROOT };
    for (unsigned i = labels; i-- > 0;) {
        uint32_t child = child_of(n, entry, wire + offsets[i]);
        if (child == NAMES_ROOT)
            return (struct name_match){ names_below(n, entry), NAMES_ROOT };
        entry = child;
    }
    return (struct name_match){ names_exact(n, entry), entry };
}

bool names_any_below(const struct names *n, uint32_t entry,
                     bool (*accept)(const void *context, uint32_t verdict), const void *context)
{
    const struct name_entry *entries = n->entries.data;
    size_t count = VEC_COUNT(&n->entries, *entries);

    /* What stands behind an entry is below it for as long as its parent does not stand before it. */
    for (size_t i = (size_t)entry + 1; i < count && entries[i].parent >= entry; i++) {
        if (i > (size_t)entry + NAMES_BUDGET)
            return true;
        if (accept(context, names_exact(n, (uint32_t)i)) || accept(context, names_below(n, (uint32_t)i)))
            return true;
    }
    return false;
}

int names_index(struct names *n)
{
    const struct name_entry *entries = n->entries.data;
    size_t count = VEC_COUNT(&n->entries, *entries), size = 16;

    n->entry_bits = 1;
    while ((size_t)1 << n->entry_bits < count)
        n->entry_bits++;
    while (size * 3 < count * 4) /* three quarters full at most */
        size *= 2;
    if (n->entry_bits > 31 || vec_add(&n->slots, size * sizeof(uint32_t)) == NULL)
        return 0;
    uint32_t *slots = n->slots.data, entry_mask = (1u << n->entry_bits) - 1;
    for (size_t i = 1; i < count; i++) {
        uint64_t hash = label_hash(n, entries[i].parent, (const uint8_t *)n->labels.data + entries[i].label);
        size_t at = hash & (size - 1);
        while (slots[at] != 0)
            at = (at + 1) & (size - 1);
        slots[at] = (uint32_t)i | ((uint32_t)(hash >> 32) & ~entry_mask);
    }
    return 1;
}

void names_free(struct names *n)
{
    vec_free(&n->entries);
    vec_free(&n->labels);
    vec_free(&n->values);
    vec_free(&n->slots);
}
