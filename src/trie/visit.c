/* Visiting the values below a prefix. */
#include "trie/arena.h"
#include "trie/child.h"
#include "trie/trie.h"

enum { PENDING_MAX = TRIE_DEPTH_MAX * 256, NO_LEAF = 1 };

struct visit {
    const struct trie *trie;
    bool (*accept)(void *context, uint32_t value);
    void *context;
    unsigned budget;   /* entries that may still be inspected */
    unsigned count;    /* of `pending` */
    uint64_t *pending; /* entries, no leaves, all of whose keys are still to be visited */
};

static bool accept(const struct visit *v, uint64_t leaf)
{
    return v->accept(v->context, (uint32_t)(leaf >> 32));
}

/* Accepts a leaf, or adds another entry to `pending`; true ends the visit, as does an empty budget. */
static bool visit_entry(struct visit *v, uint64_t entry)
{
    if (v->budget == 0)
        return true;
    v->budget--;
    if (trie_is_leaf(entry))
        return accept(v, entry);
    v->pending[v->count++] = entry;
    return false;
}

/* Visits the hosts of a node with one of the octets; what is left of *s are its other keys. Hosts of one
 * value cost no budget. */
static bool visit_hosts(struct visit *v, struct subtree *s, unsigned first, unsigned last)
{
    const uint64_t *node = v->trie->words + (s->entry >> 32);
    unsigned shift = s->skipped == 0 ? 8 : 0, base = s->skipped == 0 ? 0 : s->octet << 8;
    unsigned i = hosts_before(node, base + (first << shift));
    unsigned end = hosts_before(node, base + ((last + 1) << shift));
    bool only_hosts = end - i == (last + 1 - first) << shift;

    *s = hosts_other(v->trie, *s);
    if (only_hosts)
        *s = (struct subtree){ .entry = trie_leaf(trie_hosts_value(node, i)) };
    if (!(node[1] & TRIE_HOSTS_INDEXED))
        return i < end && accept(v, node[1]);
    for (; i < end; i++)
        if (visit_entry(v, trie_leaf(trie_hosts_value(node, i))))
            return true;
    return false;
}

/* Visits the keys of a subtree with one of the octets first..last, at least two. The values in a fold or skip
 * itself cost no budget. */
static bool visit_children(struct visit *v, struct subtree s, unsigned first, unsigned last)
{
    uint64_t previous = NO_LEAF;

    if (trie_is_hosts(s.entry) && visit_hosts(v, &s, first, last))
        return true;
    if ((s.entry & TRIE_TAG) == TRIE_SKIP) {
        const uint64_t *skip = v->trie->words + (s.entry >> 32);
        unsigned octet = skip_octet(skip, s);
        return accept(v, skip[0]) || (first <= octet && octet <= last && visit_entry(v, skip[2]));
    }
    bool node = (s.entry & TRIE_TAG) == TRIE_NODE;
    for (struct children c = children_of(v->trie, s, first); children_next(&c) && c.from <= last;) {
        uint64_t entry = c.child.entry;
        if (entry != previous && (node ? visit_entry(v, entry) : accept(v, entry)))
            return true;
        previous = trie_is_leaf(entry) ? entry : NO_LEAF;
    }
    return false;
}

/* Visits the keys below the first `bits` bits of `key` in a subtree, and what is pending. */
static bool visit_below(struct visit *v, struct subtree s, struct trie_key key, unsigned bits)
{
    for (; bits >= 8 && !trie_is_leaf(s.entry); bits -= 8) {
        s = trie_child(v->trie, s, (unsigned)(key.hi >> 56));
        key = trie_key_shift(key, 8);
    }
    if (trie_is_leaf(s.entry))
        return accept(v, s.entry);
    if (bits == 0 && s.skipped == 0) /* a whole entry costs budget, a part of one does not */
        v->budget--;
    unsigned span = 0xffu >> bits, first = (unsigned)(key.hi >> 56) & ~span;
    if (visit_children(v, s, first, first + span))
        return true;
    while (v->count != 0)
        if (visit_children(v, (struct subtree){ .entry = v->pending[--v->count] }, 0, 255))
            return true;
    return false;
}

bool trie_visit(const struct trie *t, struct trie_key prefix, unsigned bits,
                bool (*accept_value)(void *context, uint32_t value), void *context)
{
    uint64_t pending[PENDING_MAX], previous = NO_LEAF;
    struct visit v = { .trie = t, .accept = accept_value, .context = context, .pending = pending };
    unsigned span = bits < TRIE_ROOT_BITS ? (TRIE_ROOT_SIZE - 1u) >> bits : 0;
    unsigned first = (unsigned)(prefix.hi >> 48) & ~span, last = first + span;
    struct trie_key rest = trie_key_shift(prefix, TRIE_ROOT_BITS);

    for (unsigned slot = first; slot <= last; slot++) {
        uint32_t at = trie_root_at(t, slot);
        uint64_t entry = t->words[at];
        v.budget = UINT32_MAX;
        if (entry != previous && visit_below(&v, (struct subtree){ .entry = entry }, rest,
                                             bits < TRIE_ROOT_BITS ? 0 : bits - TRIE_ROOT_BITS))
            return true;
        previous = trie_is_leaf(entry) ? entry : NO_LEAF;
        if (t->split && at == TRIE_ZEROS && slot + TRIE_PAGE <= last)
            slot += TRIE_PAGE - 1; /* all of the page is the same */
    }
    return false;
}

bool trie_any(const struct trie *t, struct trie_key prefix, unsigned bits,
              bool (*accept_value)(void *context, uint32_t value), void *context)
{
    uint64_t pending[TRIE_ANY_BUDGET];
    struct visit v = {
        .trie = t, .accept = accept_value, .context = context, .budget = TRIE_ANY_BUDGET, .pending = pending
    };
    struct subtree s = { .entry = t->words[trie_root_at(t, (unsigned)(prefix.hi >> 48))] };

    return visit_below(&v, s, trie_key_shift(prefix, TRIE_ROOT_BITS), bits - TRIE_ROOT_BITS);
}
