/* Walking a trie in key order. */
#include "trie/child.h"
#include "trie/trie.h"

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

enum err trie_walk_slot(const struct trie *t, unsigned slot, struct vec *runs)
{
    struct walk w = { .trie = t, .runs = runs, .first = VEC_COUNT(runs, struct trie_run) };
    struct subtree s = { t->words[trie_root_at(t, slot)], 0 };

    walk_subtree(&w, (struct trie_key){ (uint64_t)slot << 48, 0 }, TRIE_ROOT_BITS / 8, s);
    return w.failed ? ERR_MEMORY : OK;
}
