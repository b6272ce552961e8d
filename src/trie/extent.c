/* How far the value of a key reaches. */
#include "trie/trie.h"

enum { OCTETS = 16 };

typedef unsigned __int128 u128;

/* A subtree: of an entry, or of what is left of a skip behind its first octets. */
struct extent_step {
    uint64_t entry;
    unsigned skipped;
};

static bool is_leaf(struct extent_step p)
{
    return (p.entry & TRIE_TAG) == TRIE_LEAF;
}

static struct extent_step child(const struct trie *t, struct extent_step p, unsigned octet)
{
    const uint64_t *at = t->words + (p.entry >> 32);

    switch (p.entry & TRIE_TAG) {
    case TRIE_NODE:
        return (struct extent_step){ trie_node_entry(at, octet), 0 };
    case TRIE_FOLD: {
        uint64_t pair = t->words[t->pairs + trie_fold_pair(p.entry)];
        return (struct extent_step){ trie_fold_has(p.entry, octet) ? pair << 32 : pair >> 32 << 32, 0 };
    }
    case TRIE_SKIP:
        if ((at[1] >> (56 - 8 * p.skipped) & 0xff) != octet)
            return (struct extent_step){ at[0] >> 32 << 32, 0 };
        if (p.skipped + 1 < (at[0] & 7))
            return (struct extent_step){ p.entry, p.skipped + 1 };
        return (struct extent_step){ at[2], 0 };
    }
    return p;
}

/* Finds the first (`up`) or last key below `p`, whose first `depth` octets are given, with another value than
 * `value`: all keys that begin with the first *length octets of `octets` have it. As deep as a key is long.
 */
static bool find_other(const struct trie *t, struct extent_step p, unsigned depth, bool up, uint32_t value,
                       uint8_t octets[OCTETS], unsigned *length)
{
    if (is_leaf(p)) {
        *length = depth;
        return (uint32_t)(p.entry >> 32) != value;
    }
    for (unsigned i = 0; i < 256 && depth < OCTETS; i++) {
        octets[depth] = (uint8_t)(up ? i : 255 - i);
        if (find_other(t, child(t, p, octets[depth]), depth + 1, up, value, octets, length))
            return true;
    }
    return false;
}

/* The number whose first octets are given and whose other bits are all `rest`. */
static u128 number(const uint8_t octets[OCTETS], unsigned length, bool rest)
{
    u128 n = 0;

    for (unsigned i = 0; i < OCTETS; i++)
        n = n << 8 | (i < length ? octets[i] : rest ? 0xff : 0);
    return n;
}

uint32_t trie_extent(const struct trie *t, struct trie_key key, struct trie_key *first, struct trie_key *last)
{
    struct extent_step path[OCTETS + 1];
    uint8_t octets[OCTETS], other[OCTETS];
    u128 end[2];

    for (unsigned i = 0; i < OCTETS; i++)
        octets[i] = (uint8_t)((i < 8 ? key.hi : key.lo) >> (56 - 8 * (i % 8)));
    unsigned depth = TRIE_ROOT_BITS / 8;
    path[depth] = (struct extent_step){ t->words[trie_root_at(t, (unsigned)(key.hi >> 48))], 0 };
    for (; !is_leaf(path[depth]) && depth < OCTETS; depth++)
        path[depth + 1] = child(t, path[depth], octets[depth]);
    uint32_t value = (uint32_t)(path[depth].entry >> 32);

    for (int up = 0; up < 2; up++) {
        bool found = false;
        end[up] = number(octets, TRIE_ROOT_BITS / 8, up);
        for (unsigned d = depth; d-- > TRIE_ROOT_BITS / 8 && !found;) {
            unsigned length;
            for (unsigned i = 0; i < d; i++)
                other[i] = octets[i];
            for (int p = octets[d] + (up ? 1 : -1); p >= 0 && p < 256 && !found; p += up ? 1 : -1) {
                other[d] = (uint8_t)p;
                found = find_other(t, child(t, path[d], other[d]), d + 1, up, value, other, &length);
            }
            if (found)
                end[up] = up ? number(other, length, false) - 1 : number(other, length, true) + 1;
        }
    }
    *first = (struct trie_key){ (uint64_t)(end[0] >> 64), (uint64_t)end[0] };
    *last = (struct trie_key){ (uint64_t)(end[1] >> 64), (uint64_t)end[1] };
    return value;
}
