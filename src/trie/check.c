/* Checking a trie's structure, for tests. */
#include "trie/trie.h"

struct check {
    const struct trie *trie;
    size_t count;
    struct error *error;
};

static enum err fault(const struct check *c, const char *what, uint64_t index)
{
    return error_set(c->error, ERR_SYNTAX, "trie: %s at word %llu", what, (unsigned long long)index);
}

static bool inside(const struct check *c, uint64_t index, uint64_t words)
{
    return index < c->count && words <= c->count - index;
}

static enum err check_entry(const struct check *c, uint64_t entry, unsigned octets);

static enum err check_node(const struct check *c, uint64_t index, unsigned octets)
{
    const uint64_t *node = c->trie->words + index;
    unsigned rank = 0, slots;

    if (!inside(c, index, TRIE_NODE_HEAD))
        return fault(c, "node out of bounds", index);
    if (index % 8 > 8 - TRIE_NODE_HEAD)
        return fault(c, "node head crosses a cache line", index);
    for (unsigned i = 0; i < 4; i++) {
        if (i != 0 && (node[0] >> 8 * i & 0xff) != rank)
            return fault(c, "wrong rank", index);
        rank += trie_popcount(node[1 + i]);
    }
    unsigned kind = (unsigned)(node[0] & 0xff);
    if (kind & ~(unsigned)(TRIE_RUNS | TRIE_HALF | TRIE_SAME) || (kind & TRIE_RUNS && kind & TRIE_SAME) ||
        rank == 0)
        return fault(c, "unknown kind", index);
    slots = kind & TRIE_SAME ? 1 : rank;
    if (!inside(c, index, TRIE_NODE_HEAD + (kind & TRIE_HALF ? (slots + 1) / 2 : slots)))
        return fault(c, "entries out of bounds", index);
    for (unsigned slot = 0; slot < slots && !(kind & TRIE_HALF); slot++) {
        enum err e = check_entry(c, node[TRIE_NODE_HEAD + slot], octets - 1);
        if (e != OK)
            return e;
    }
    return OK;
}

static enum err check_hosts(const struct check *c, uint64_t index)
{
    const uint64_t *node = c->trie->words + index;

    if (!inside(c, index, TRIE_HOSTS_HEAD))
        return fault(c, "hosts node out of bounds", index);
    unsigned count = trie_hosts_count(node);
    if (count == 0 || count > TRIE_HOSTS_MAX)
        return fault(c, "wrong number of hosts", index);
    if (count <= TRIE_HOSTS_FEW ? index % TRIE_LINE + trie_hosts_numbers(count) > TRIE_LINE
                                : index % TRIE_LINE != 0)
        return fault(c, "hosts node crosses a cache line", index);
    if (!inside(c, index, trie_hosts_words(count, 1) + TRIE_LINE))
        return fault(c, "hosts out of bounds", index);
    for (unsigned i = 1; i < count; i++)
        if (trie_hosts_suffix(node, i - 1) >= trie_hosts_suffix(node, i))
            return fault(c, "hosts out of order", index);
    for (unsigned i = 1; i < trie_hosts_lines(count); i++)
        if (trie_hosts_short(node + TRIE_HOSTS_HEAD, i - 1) != trie_hosts_suffix(node, i * TRIE_HOSTS_LINE))
            return fault(c, "wrong fence", index);
    for (unsigned i = 0; i < count && node[1] & TRIE_HOSTS_INDEXED; i++) {
        unsigned number = trie_hosts_number(node, i);
        if (!inside(c, index, trie_hosts_words(count, number + 1)))
            return fault(c, "value out of bounds", index);
    }
    return trie_is_hosts(node[0]) ? fault(c, "hosts node in a hosts node", index)
                                  : check_entry(c, node[0], 14);
}

/* Checks an entry that has `octets` octets of the key left to decide on. */
static enum err check_entry(const struct check *c, uint64_t entry, unsigned octets)
{
    uint64_t index = entry >> 32;

    if ((entry & TRIE_TAG) == TRIE_LEAF)
        return (uint32_t)entry == 0 ? OK : fault(c, "leaf with stray bits", index);
    if (octets == 0)
        return fault(c, "path longer than a key", index);
    if ((entry & TRIE_TAG) == TRIE_FOLD) {
        for (unsigned i = 1; i < TRIE_FOLD_MAX; i++)
            if ((entry >> (24 + 8 * i) & 0xff) < (entry >> (16 + 8 * i) & 0xff))
                return fault(c, "fold out of order, entry", entry);
        return inside(c, (uint64_t)c->trie->pairs + trie_fold_pair(entry), 1)
                   ? OK
                   : fault(c, "pair out of bounds", index);
    }
    if (trie_is_hosts(entry))
        return octets == 14 ? check_hosts(c, index) : fault(c, "hosts node below a root", index);
    if ((uint32_t)entry & ~(uint32_t)TRIE_TAG)
        return fault(c, "entry with stray bits", index);
    if ((entry & TRIE_TAG) == TRIE_NODE)
        return check_node(c, index, octets);
    if (!inside(c, index, TRIE_SKIP_WORDS))
        return fault(c, "skip out of bounds", index);
    uint64_t n = (uint32_t)c->trie->words[index];
    if (n == 0 || n > TRIE_SKIP_MAX || n > octets)
        return fault(c, "skip of wrong length", index);
    if (c->trie->words[index + 1] << 8 * n != 0)
        return fault(c, "skip with stray octets", index);
    return check_entry(c, c->trie->words[index + 2], octets - (unsigned)n);
}

enum err trie_check(const struct trie *t, size_t words_count, struct error *error)
{
    struct check c = { .trie = t, .count = words_count, .error = error };

    if (!inside(&c, t->root, t->split ? TRIE_PAGE : TRIE_ROOT_SIZE))
        return fault(&c, "root out of bounds", t->root);
    for (unsigned i = 0; t->split && i < TRIE_PAGE; i++)
        if (!inside(&c, t->words[t->root + i], TRIE_PAGE))
            return fault(&c, "page out of bounds", t->words[t->root + i]);
    for (unsigned i = 0; i < TRIE_ROOT_SIZE; i++) {
        enum err e = check_entry(&c, t->words[trie_root_at(t, i)], 14);
        if (e != OK)
            return e;
    }
    return OK;
}
