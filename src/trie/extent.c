/* How far the value of a key reaches. */
#include "trie/child.h"
#include "trie/trie.h"

struct extent {
    const struct trie *trie;
    uint32_t value;
    bool up;                         /* the direction of the search */
    uint8_t octets[TRIE_KEY_OCTETS]; /* of the key found */
    unsigned length; /* those of them that were decided on: all keys that begin so have its value */
};

/* Finds the key with another value that is nearest in the direction, of those in `s`, whose first `depth`
 * octets are given and whose next one is first..last. The recursion is as deep as a key is long. */
static bool find_other(struct extent *x, struct subtree s, unsigned depth, unsigned first, unsigned last)
{
    struct subtree child[256];
    uint8_t octet[256]; /* of each child, the one nearest in the direction */
    unsigned count = 0;

    for (struct children c = children_of(x->trie, s, first); children_next(&c) && c.from <= last; count++) {
        child[count] = c.child;
        octet[count] = (uint8_t)(x->up ? c.from : c.end - 1 < last ? c.end - 1 : last);
    }
    for (unsigned i = 0; i < count; i++) {
        unsigned at = x->up ? i : count - 1 - i;
        x->octets[depth] = octet[at];
        x->length = depth + 1;
        if (trie_is_leaf(child[at].entry) ? (uint32_t)(child[at].entry >> 32) != x->value
                                          : find_other(x, child[at], depth + 1, 0, 255))
            return true;
    }
    return false;
}

/* The last key in the direction that has the value without a gap, from the one whose subtrees are `path`, the
 * deepest of them path[depth], on. */
static struct trie_key find_end(struct extent *x, const struct subtree *path, unsigned depth,
                                struct trie_key key)
{
    for (unsigned d = depth; d-- > TRIE_ROOT_BITS / 8;) {
        unsigned octet = trie_key_octet(key, d), first = x->up ? octet + 1 : 0, end = x->up ? 256 : octet;
        trie_key_write(key, x->octets, d);
        if (first >= end || !find_other(x, path[d], d, first, end - 1))
            continue;
        struct trie_key other = trie_key_read(x->octets, x->length);
        return x->up ? trie_key_of(trie_key_number(other) - 1)
                     : trie_key_of(trie_key_number(trie_key_last(other, 8 * x->length)) + 1);
    }
    return x->up ? trie_key_last(key, TRIE_ROOT_BITS) : trie_key_first(key, TRIE_ROOT_BITS);
}

uint32_t trie_extent(const struct trie *t, struct trie_key key, struct trie_key *first, struct trie_key *last)
{
    struct subtree path[TRIE_KEY_OCTETS + 1];
    struct extent x = { .trie = t };
    unsigned depth = TRIE_ROOT_BITS / 8;

    path[depth] = (struct subtree){ .entry = t->words[trie_root_at(t, (unsigned)(key.hi >> 48))] };
    for (; !trie_is_leaf(path[depth].entry) && depth < TRIE_KEY_OCTETS; depth++)
        path[depth + 1] = trie_child(t, path[depth], trie_key_octet(key, depth));
    x.value = (uint32_t)(path[depth].entry >> 32);
    *first = find_end(&x, path, depth, key);
    x.up = true;
    *last = find_end(&x, path, depth, key);
    return x.value;
}
