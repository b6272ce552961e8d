/* Visiting the values below a prefix. */
#include "trie/arena.h"
#include "trie/trie.h"

struct visit {
    const struct trie *trie;
    bool (*take)(void *context, uint32_t value);
    void *context;
};

static bool visit_leaf(const struct visit *v, uint64_t leaf)
{
    return v->take(v->context, (uint32_t)(leaf >> 32));
}

static bool visit_entry(const struct visit *v, uint64_t entry, struct trie_key key, unsigned bits);

static bool visit_fold(const struct visit *v, uint64_t fold, unsigned first, unsigned last)
{
    uint64_t pair = v->trie->words[v->trie->pairs + trie_fold_pair(fold)];
    bool in = false, out = false;

    for (unsigned p = first; p <= last; p++)
        *(trie_fold_has(fold, p) ? &in : &out) = true;
    return (in && visit_leaf(v, pair << 32)) || (out && visit_leaf(v, pair));
}

static bool visit_node(const struct visit *v, const uint64_t *node, unsigned first, unsigned last,
                       struct trie_key key, unsigned bits)
{
    uint64_t previous = 1; /* no entry: leaves have tag 0 */

    for (unsigned p = first; p <= last; p++) {
        uint64_t entry = trie_node_entry(node, p);
        if (entry != previous && visit_entry(v, entry, key, bits))
            return true;
        previous = (entry & TRIE_TAG) == TRIE_LEAF ? entry : 1;
    }
    return false;
}

static bool visit_skip(const struct visit *v, const uint64_t *skip, struct trie_key key, unsigned bits)
{
    unsigned n = (unsigned)(skip[0] & 7) * 8, common = n < bits ? n : bits;

    if (common != 0 && (key.hi ^ skip[1]) >> (64 - common) != 0)
        return visit_leaf(v, skip[0]); /* the prefix leads elsewhere */
    if (bits < n && visit_leaf(v, skip[0]))
        return true;
    return visit_entry(v, skip[2], trie_key_shift(key, n), bits - common);
}

/* Visits what lies below `entry` and the first `bits` bits of `key`. The recursion is as deep as a key is
 * long. */
static bool visit_entry(const struct visit *v, uint64_t entry, struct trie_key key, unsigned bits)
{
    const uint64_t *at = v->trie->words + (entry >> 32);
    unsigned span = bits < 8 ? 0xffu >> bits : 0, octet = (unsigned)(key.hi >> 56) & ~span;

    switch (entry & TRIE_TAG) {
    case TRIE_NODE:
        return visit_node(v, at, octet, octet + span, trie_key_shift(key, 8), bits < 8 ? 0 : bits - 8);
    case TRIE_SKIP:
        return visit_skip(v, at, key, bits);
    case TRIE_FOLD:
        return visit_fold(v, entry, octet, octet + span);
    }
    return visit_leaf(v, entry);
}

bool trie_visit(const struct trie *t, struct trie_key prefix, unsigned bits,
                bool (*take)(void *context, uint32_t value), void *context)
{
    struct visit v = { t, take, context };
    unsigned span = bits < TRIE_ROOT_BITS ? (TRIE_ROOT_SIZE - 1u) >> bits : 0;
    unsigned first = (unsigned)(prefix.hi >> 48) & ~span, last = first + span;
    struct trie_key rest = trie_key_shift(prefix, TRIE_ROOT_BITS);
    uint64_t previous = 1;

    for (unsigned slot = first; slot <= last; slot++) {
        uint32_t at = trie_root_at(t, slot);
        uint64_t entry = t->words[at];
        if (entry != previous &&
            visit_entry(&v, entry, rest, bits < TRIE_ROOT_BITS ? 0 : bits - TRIE_ROOT_BITS))
            return true;
        previous = (entry & TRIE_TAG) == TRIE_LEAF ? entry : 1;
        if (t->split && at == ARENA_ZEROS && slot + TRIE_PAGE <= last)
            slot += TRIE_PAGE - 1; /* all of the page is the same */
    }
    return false;
}
