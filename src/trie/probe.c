/* Batched look-up: each round advances every probe by one cache miss, so the misses of a batch overlap. */
#include "trie/trie.h"

enum { BATCH = 64 };
enum probe_stage { AT_ENTRY, AT_NODE, AT_SKIP, AT_PAIR, DONE };

static void finish(struct trie_probe *p, uint64_t value_in_high_half)
{
    p->value = (uint32_t)(value_in_high_half >> 32);
    p->stage = DONE;
}

/* Advances from an entry to its value, or to the next word to read. */
static void follow_entry(struct trie_probe *p, uint64_t entry)
{
    static const uint8_t next[] = {
        [TRIE_LEAF] = DONE, [TRIE_NODE] = AT_NODE, [TRIE_SKIP] = AT_SKIP, [TRIE_FOLD] = AT_PAIR
    };
    uint64_t tag = entry & TRIE_TAG;

    p->stage = next[tag];
    p->entry = entry;
    p->value = (uint32_t)(entry >> 32);
    p->at = tag == TRIE_FOLD ? p->trie->pairs + trie_fold_pair(entry) : (uint32_t)(entry >> 32);
    __builtin_prefetch(p->trie->words + p->at); /* of a leaf: harmless, and no branch */
}

static void read_node(struct trie_probe *p, const uint64_t *node)
{
    unsigned octet = (unsigned)(p->key.hi >> 56);
    uint64_t head = node[0];
    int slot = trie_node_slot(head, node[1 + (octet >> 6)], octet);

    if (slot < 0) {
        finish(p, head);
        return;
    }
    unsigned half = (unsigned)(head & TRIE_HALF) / TRIE_HALF;
    p->slot_half = half ? (uint8_t)(slot & 1) : 2;
    p->at += TRIE_NODE_HEAD + ((unsigned)slot >> half);
    p->key = trie_key_shift(p->key, 8);
    p->stage = AT_ENTRY;
    __builtin_prefetch(p->trie->words + p->at);
}

static void step(struct trie_probe *p)
{
    const uint64_t *word = p->trie->words + p->at;

    switch (p->stage) {
    case AT_ENTRY:
        if (p->slot_half < 2)
            finish(p, *word >> p->slot_half * 32 << 32);
        else
            follow_entry(p, *word);
        break;
    case AT_NODE:
        read_node(p, word);
        break;
    case AT_SKIP: {
        unsigned bits = (unsigned)(word[0] & 7) * 8;
        if ((p->key.hi ^ word[1]) >> (64 - bits) != 0) {
            finish(p, word[0]);
            break;
        }
        p->key = trie_key_shift(p->key, bits);
        follow_entry(p, word[2]);
        break;
    }
    case AT_PAIR:
        finish(p, trie_fold_has(p->entry, (unsigned)(p->key.hi >> 56)) ? *word << 32 : *word);
        break;
    }
}

static void read_hosts(struct trie_probe *p)
{
    const uint64_t *words = p->trie->words;
    uint32_t index = (uint32_t)(p->entry >> 32);

    p->at = trie_hosts_line(words, index, (unsigned)(p->key.hi >> 48));
    __builtin_prefetch(words + trie_hosts_line_index(words, index, p->at));
}

static void read_line(struct trie_probe *p)
{
    const uint64_t *words = p->trie->words, *node = words + (p->entry >> 32);
    int i = trie_hosts_find_in(words, (uint32_t)(p->entry >> 32), p->at, (unsigned)(p->key.hi >> 48));
    uint32_t value = trie_hosts_value(node, i < 0 ? 0 : (unsigned)i);

    follow_entry(p, i < 0 ? node[0] : trie_leaf(value));
}

/* The first steps, which are the same for all: the root's entry, and a hosts node. Puts the probes that are
 * not done into `pending`, and returns how many. */
static unsigned pass_root(struct trie_probe *const *probes, unsigned count, struct trie_probe **pending)
{
    struct trie_probe *hosts[BATCH];
    unsigned hosts_count = 0, left = 0;

    for (unsigned i = 0; i < count; i++) {
        struct trie_probe *p = probes[i];
        uint64_t entry = p->trie->words[p->at];
        bool is_hosts = trie_is_hosts(entry);
        p->slot_half = 2;
        follow_entry(p, entry);
        hosts[hosts_count] = pending[left] = p;
        hosts_count += is_hosts;
        left += !is_hosts & (p->stage != DONE);
    }
    for (unsigned i = 0; i < hosts_count; i++)
        read_hosts(hosts[i]);
    for (unsigned i = 0; i < hosts_count; i++) {
        read_line(hosts[i]);
        pending[left] = hosts[i];
        left += hosts[i]->stage != DONE;
    }
    return left;
}

hot void trie_probe_finish(struct trie_probe *const *probes, unsigned count)
{
    struct trie_probe *pending[BATCH];

    for (unsigned first = 0; first < count; first += BATCH) {
        unsigned left = pass_root(probes + first, count - first < BATCH ? count - first : BATCH, pending);
        while (left != 0) {
            unsigned still = 0;
            for (unsigned i = 0; i < left; i++) {
                step(pending[i]);
                pending[still] = pending[i];
                still += pending[i]->stage != DONE;
            }
            left = still;
        }
    }
}
