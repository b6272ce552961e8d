#include "trie/encode.h"

#include "base/hash.h"

#include <string.h>

uint64_t *encode_add(struct encoder *e, size_t count, uint32_t *index)
{
    size_t at = VEC_COUNT(&e->words, uint64_t);
    uint64_t *p =
        e->failed == OK && at + count <= UINT32_MAX ? vec_add(&e->words, count * sizeof(uint64_t)) : NULL;
    if (p == NULL && e->failed == OK)
        e->failed = at + count > UINT32_MAX ? ERR_LIMIT : ERR_MEMORY;
    *index = (uint32_t)at;
    return p;
}

void encode_line(struct encoder *e, unsigned words)
{
    size_t in_line = VEC_COUNT(&e->words, uint64_t) % TRIE_LINE;
    uint32_t unused;
    if (in_line != 0 && in_line + words > TRIE_LINE)
        encode_add(e, TRIE_LINE - in_line, &unused);
}

void encode_align(struct encoder *e)
{
    encode_line(e, TRIE_NODE_HEAD);
}

/* ---- Pairs ---- */

bool encode_intern_pair(struct encoder *e, uint64_t pair, uint32_t *id)
{
    uint64_t hash = hash_u64(pair);
    uint32_t found;

    for (size_t at = hash_index_first(&e->pair_index, hash);
         (found = hash_index_id(&e->pair_index, hash, &at)) != HASH_INDEX_NONE; at++)
        if (VEC_AT(&e->pairs, uint64_t, found) == pair)
            break;
    if (found == HASH_INDEX_NONE) {
        found = (uint32_t)VEC_COUNT(&e->pairs, uint64_t);
        uint64_t *p = found < 1u << TRIE_PAIR_BITS ? vec_add(&e->pairs, sizeof(*p)) : NULL;
        if (p == NULL)
            return false;
        *p = pair;
        if (!hash_index_add(&e->pair_index, hash, found)) {
            e->pairs.used -= sizeof(*p);
            return false;
        }
    }
    e->last_pair = pair;
    *id = e->last_pair_id = found;
    return true;
}

/* ---- Closing a node ---- */

/* A node of two leaves that alternate, one of them for at most five octets, needs no words. Most nodes are
 * such: it is tried first. */
static bool try_fold(struct encoder *e, const struct level *l, uint64_t *entry)
{
    uint64_t octets = 0;
    unsigned n = 0, odd = 0, last = 0;
    uint32_t pair;

    if (l->count == 3 && l->from[2] - l->from[1] == 1 && l->entry[0] == l->entry[2] &&
        trie_is_leaf(l->entry[0] | l->entry[1]) &&
        encode_pair(e, (uint32_t)(l->entry[1] >> 32), (uint32_t)(l->entry[0] >> 32),
                    &pair)) { /* a single host */
        *entry = l->from[1] * (UINT64_C(0x0101010101) << 24) | (uint64_t)pair << 2 | TRIE_FOLD;
        return true;
    }
    if (l->count > 2 * TRIE_FOLD_MAX + 1 || !trie_is_leaf(l->entry[0]) || !trie_is_leaf(l->entry[1]))
        return false;
    for (unsigned i = 2; i < l->count; i++)
        if (l->entry[i] != l->entry[i - 2])
            return false;
    for (unsigned i = 1; i < l->count; i += 2)
        odd += level_end(l, i) - l->from[i];
    unsigned in = odd <= TRIE_FOLD_MAX;
    if (!in && odd < 256 - TRIE_FOLD_MAX)
        return false;
    if (!encode_pair(e, (uint32_t)(l->entry[in] >> 32), (uint32_t)(l->entry[!in] >> 32), &pair))
        return false;
    for (unsigned i = in; i < l->count; i += 2)
        for (unsigned p = l->from[i]; p < level_end(l, i); p++)
            octets |= (uint64_t)(last = p) << 8 * n++;
    while (n < TRIE_FOLD_MAX)
        octets |= (uint64_t)last << 8 * n++;
    *entry = octets << 24 | (uint64_t)pair << 2 | TRIE_FOLD;
    return true;
}

/* A node of one child and one leaf becomes a skip, or lengthens the child's. */
static bool try_skip(struct encoder *e, const struct level *l, const struct level_summary *s, uint64_t *entry)
{
    if (s->children != 1 || s->covered != 255)
        return false;
    unsigned i = trie_is_leaf(l->entry[0]) ? 1 : 0;
    uint64_t octet = l->from[i], child = l->entry[i];

    if ((child & TRIE_TAG) == TRIE_SKIP) {
        uint64_t *skip = &VEC_AT(&e->words, uint64_t, child >> 32);
        unsigned n = (unsigned)(skip[0] & 0xff);
        if (n < TRIE_SKIP_MAX && skip[0] >> 32 << 32 == s->most) {
            skip[0]++;
            skip[1] = skip[1] >> 8 | octet << 56;
            *entry = child;
            return true;
        }
    }
    uint32_t index;
    uint64_t *skip = encode_add(e, TRIE_SKIP_WORDS, &index);
    if (skip != NULL) {
        skip[0] = s->most | 1;
        skip[1] = octet << 56;
        skip[2] = child;
    }
    *entry = (uint64_t)index << 32 | TRIE_SKIP;
    return true;
}

static uint64_t write_node(struct encoder *e, const struct level *l, const struct level_summary *s)
{
    struct node_form form = node_choose(l, s);
    uint32_t index;

    encode_align(e);
    uint64_t *node = encode_add(e, form.words, &index);
    if (node == NULL)
        return 0;
    node_write(node, l, &form);
    return (uint64_t)index << 32 | TRIE_NODE;
}

uint64_t encode_close(struct encoder *e, const struct level *l)
{
    uint64_t entry;

    if (l->count == 1)
        return l->entry[0]; /* a leaf: a child is always followed by a change */
    if (try_fold(e, l, &entry))
        return entry;
    struct level_summary s = node_summarise(l);
    return try_skip(e, l, &s, &entry) ? entry : write_node(e, l, &s);
}

void encode_free(struct encoder *e)
{
    vec_free(&e->words);
    vec_free(&e->pairs);
    hash_index_free(&e->pair_index);
}
