/* Walking a trie in key order. */
#include "trie/child.h"
#include "trie/trie.h"

#include <string.h>

struct walk {
    const struct trie *trie;
    struct vec *runs;
    size_t first; /* runs before this walk */
    bool failed;
};

static void emit(struct walk *w, struct trie_key key, uint64_t leaf)
{
    size_t count = VEC_COUNT(w->runs, struct trie_run);
    uint32_t value = (uint32_t)(leaf >> 32);

    if (count > w->first) {
        struct trie_run *last = &VEC_LAST(w->runs, struct trie_run);
        if (trie_key_equal(last->key, key)) {
            last->value = value;
            if (count > w->first + 1 && last[-1].value == value)
                w->runs->used -= sizeof(*last);
            return;
        }
        if (last->value == value)
            return;
    }
    struct trie_run *r = vec_add(w->runs, sizeof(*r));
    if (r == NULL)
        w->failed = true;
    else
        *r = (struct trie_run){ key, value };
}

/* `key` with octet `i` (0 first) set, where it was 0. */
static struct trie_key with_octet(struct trie_key key, unsigned i, unsigned octet)
{
    return trie_key_of(trie_key_number(key) | (trie_number)octet << (120 - 8 * i));
}

/* Emits what lies below the first `depth` octets of `key`. The recursion is as deep as a key is long. */
static void walk_subtree(struct walk *w, struct trie_key key, unsigned depth, struct subtree s)
{
    for (struct children c = children_of(w->trie, s, 0); children_next(&c);) {
        struct trie_key from = with_octet(key, depth, c.from);
        if (trie_is_leaf(c.child.entry))
            emit(w, from, c.child.entry);
        else
            walk_subtree(w, from, depth + 1, c.child);
    }
}

/* Emits the hosts of a node among the runs of its other keys: the last `count` ones, which make room for
 * them. Each host adds up to two runs. */
static void walk_hosts(struct walk *w, const uint64_t *node, struct trie_key first, size_t count)
{
    unsigned hosts = trie_hosts_count(node);
    size_t room = 2 * (size_t)hosts * sizeof(struct trie_run);

    if (w->failed || vec_add(w->runs, room) == NULL) {
        w->failed = true;
        return;
    }
    struct trie_run *to = &VEC_AT(w->runs, struct trie_run, w->first), *run = to + 2 * hosts;
    const struct trie_run *end = run + count;
    uint32_t other = 0;
    memmove(run, to, count * sizeof(*run));
    w->runs->used = w->first * sizeof(*run);
    for (unsigned i = 0; i < hosts; i++) {
        struct trie_key host = { first.hi | (uint64_t)trie_hosts_suffix(node, i) << 32, 0 };
        for (; run < end && !trie_key_less(host, run->key); run++)
            emit(w, run->key, trie_leaf(other = run->value));
        emit(w, host, trie_leaf(trie_hosts_value(node, i)));
        for (; run < end && run->key.hi >> 32 == host.hi >> 32; run++)
            other = run->value;
        host.hi += UINT64_C(1) << 32;
        if (host.hi >> 48 == first.hi >> 48)
            emit(w, host, trie_leaf(other));
    }
    for (; run < end; run++)
        emit(w, run->key, trie_leaf(run->value));
}

enum err trie_walk_slot(const struct trie *t, unsigned slot, struct vec *runs)
{
    struct walk w = { .trie = t, .runs = runs, .first = VEC_COUNT(runs, struct trie_run) };
    struct trie_key first = { (uint64_t)slot << 48, 0 };
    uint64_t entry = t->words[trie_root_at(t, slot)];
    const uint64_t *node = t->words + (entry >> 32);
    bool hosts = trie_is_hosts(entry);

    walk_subtree(&w, first, TRIE_ROOT_BITS / 8, (struct subtree){ .entry = hosts ? node[0] : entry });
    if (hosts)
        walk_hosts(&w, node, first, VEC_COUNT(runs, struct trie_run) - w.first);
    return w.failed ? ERR_MEMORY : OK;
}

/* Puts the hosts of a node among the runs of its other keys, the last `count` ones, as one run each. */
static void add_alone(struct walk *w, const uint64_t *node, uint64_t first, size_t count)
{
    unsigned hosts = trie_hosts_count(node);

    if (w->failed || vec_add(w->runs, hosts * sizeof(struct trie_run)) == NULL) {
        w->failed = true;
        return;
    }
    struct trie_run *to = &VEC_AT(w->runs, struct trie_run, w->first), *run = to + hosts;
    const struct trie_run *end = run + count;
    memmove(run, to, count * sizeof(*run));
    for (unsigned i = 0; i < hosts; i++) {
        uint64_t host = first | (uint64_t)trie_hosts_suffix(node, i) << 32;
        while (run < end && run->key.hi <= host)
            *to++ = *run++;
        host |= host < (uint64_t)UINT32_MAX << 32 ? TRIE_ALONE : 0;
        *to++ = (struct trie_run){ { host, 0 }, trie_hosts_value(node, i) };
    }
}

enum err trie_walk_hosts(const struct trie *t, unsigned slot, struct vec *runs)
{
    struct walk w = { .trie = t, .runs = runs, .first = VEC_COUNT(runs, struct trie_run) };
    uint64_t first = (uint64_t)slot << 48, entry = t->words[trie_root_at(t, slot)];
    const uint64_t *node = t->words + (entry >> 32);

    if (!trie_is_hosts(entry))
        return trie_walk_slot(t, slot, runs);
    walk_subtree(&w, (struct trie_key){ first, 0 }, TRIE_ROOT_BITS / 8, (struct subtree){ .entry = node[0] });
    add_alone(&w, node, first, VEC_COUNT(runs, struct trie_run) - w.first);
    return w.failed ? ERR_MEMORY : OK;
}
