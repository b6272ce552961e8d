/* Walking a trie in key order, and asking what lies below a prefix. */
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
    struct trie_run *last = (struct trie_run *)w->runs->data + (count != 0 ? count - 1 : 0);

    if (count > w->first) {
        if (last->key.hi == key.hi && last->key.lo == key.lo) {
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

/* `key` with octet number `i` (0 first) set, where it was 0. */
static struct trie_key with_octet(struct trie_key key, unsigned i, uint64_t octet)
{
    if (i < 8)
        key.hi |= octet << (56 - 8 * i);
    else
        key.lo |= octet << (120 - 8 * i);
    return key;
}

static struct trie_key with_octets(struct trie_key key, unsigned i, uint64_t octets, unsigned n)
{
    for (unsigned j = 0; j < n; j++)
        key = with_octet(key, i + j, octets >> (56 - 8 * j) & 0xff);
    return key;
}

/* The next key that is not below the first `octets` octets of `key`; false if there is none. */
static bool key_after(struct trie_key *key, unsigned octets)
{
    if (octets > 8) {
        uint64_t step = UINT64_C(1) << (128 - 8 * octets);
        key->lo = (key->lo & ~(step - 1)) + step;
        if (key->lo != 0)
            return true;
        octets = 8;
    }
    uint64_t step = UINT64_C(1) << (64 - 8 * octets);
    key->hi = (key->hi & ~(step - 1)) + step;
    key->lo = 0;
    return key->hi != 0;
}

static void walk_fold(struct walk *w, struct trie_key key, unsigned depth, uint64_t fold)
{
    uint64_t pair = w->trie->words[w->trie->pairs + trie_fold_pair(fold)];
    uint64_t in = pair << 32, out = pair >> 32 << 32;
    unsigned next = 0;

    for (unsigned i = 0; i < TRIE_FOLD_MAX; i++) {
        unsigned octet = (unsigned)(fold >> (24 + 8 * i)) & 0xff;
        if (octet < next)
            continue; /* the last one, repeated */
        if (octet > next)
            emit(w, with_octet(key, depth, next), out);
        emit(w, with_octet(key, depth, octet), in);
        next = octet + 1;
    }
    if (next < 256)
        emit(w, with_octet(key, depth, next), out);
}

/* Emits what lies below an entry whose keys begin with the first `depth` octets of `key`. The recursion is as
 * deep as a key is long. */
static void walk_entry(struct walk *w, struct trie_key key, unsigned depth, uint64_t entry)
{
    const uint64_t *at = w->trie->words + (entry >> 32);

    switch (entry & TRIE_TAG) {
    case TRIE_LEAF:
        emit(w, key, entry);
        break;
    case TRIE_FOLD:
        walk_fold(w, key, depth, entry);
        break;
    case TRIE_SKIP: {
        unsigned n = (unsigned)(at[0] & 7);
        struct trie_key inside = with_octets(key, depth, at[1], n), after = inside;
        emit(w, key, at[0]);
        walk_entry(w, inside, depth + n, at[2]);
        /* Behind the skipped octets the default holds again, unless the parent goes on right there. */
        struct trie_key end = key;
        bool bounded = key_after(&end, depth);
        if (key_after(&after, depth + n) && (!bounded || after.hi != end.hi || after.lo != end.lo))
            emit(w, after, at[0] >> 32 << 32);
        break;
    }
    case TRIE_NODE: {
        uint64_t last = 1; /* no entry: leaves have tag 0 */
        for (unsigned p = 0; p < 256; p++) {
            uint64_t e = trie_node_entry(at, p);
            if (e != last || (e & TRIE_TAG) != TRIE_LEAF)
                walk_entry(w, with_octet(key, depth, p), depth + 1, e);
            last = e;
        }
        break;
    }
    }
}

enum err trie_walk_slot(const struct trie *t, unsigned slot, struct vec *runs)
{
    struct walk w = { .trie = t, .runs = runs, .first = VEC_COUNT(runs, struct trie_run) };
    walk_entry(&w, (struct trie_key){ (uint64_t)slot << 48, 0 }, 2, t->words[trie_root_at(t, slot)]);
    return w.failed ? ERR_MEMORY : OK;
}

/* ---- Below a prefix ---- */

struct any {
    const struct trie *trie;
    bool (*accept)(const void *context, uint32_t value);
    const void *context;
    unsigned budget;
    unsigned count;
    uint64_t entries[TRIE_ANY_BUDGET]; /* still to be looked at */
};

/* Notes an entry to be looked at; false when the budget is spent. */
static bool any_push(struct any *a, uint64_t entry)
{
    if (a->budget == 0)
        return false;
    a->budget--;
    a->entries[a->count++] = entry;
    return true;
}

static bool any_push_octets(struct any *a, const uint64_t *node, unsigned first, unsigned last)
{
    uint64_t previous = 1;
    for (unsigned p = first; p <= last; p++) {
        uint64_t e = trie_node_entry(node, p);
        if (e != previous && !any_push(a, e))
            return false;
        previous = (e & TRIE_TAG) == TRIE_LEAF ? e : 1;
    }
    return true;
}

/* Looks at what is noted, deepest first. */
static bool any_run(struct any *a)
{
    while (a->count != 0) {
        uint64_t e = a->entries[--a->count];
        const uint64_t *at = a->trie->words + (e >> 32);
        switch (e & TRIE_TAG) {
        case TRIE_LEAF:
            if (a->accept(a->context, (uint32_t)(e >> 32)))
                return true;
            break;
        case TRIE_FOLD: {
            uint64_t pair = a->trie->words[a->trie->pairs + trie_fold_pair(e)];
            if (a->accept(a->context, (uint32_t)pair) || a->accept(a->context, (uint32_t)(pair >> 32)))
                return true;
            break;
        }
        case TRIE_SKIP:
            if (a->accept(a->context, (uint32_t)(at[0] >> 32)) || !any_push(a, at[2]))
                return true;
            break;
        case TRIE_NODE:
            if (!any_push_octets(a, at, 0, 255))
                return true;
            break;
        }
    }
    return false;
}

bool trie_any(const struct trie *t, struct trie_key prefix, unsigned bits,
              bool (*accept)(const void *context, uint32_t value), const void *context)
{
    struct any a = { .trie = t, .accept = accept, .context = context, .budget = TRIE_ANY_BUDGET };
    uint64_t entry = t->words[trie_root_at(t, (unsigned)(prefix.hi >> 48))];

    prefix = trie_key_shift(prefix, TRIE_ROOT_BITS);
    bits -= TRIE_ROOT_BITS;
    while (bits != 0 && (entry & TRIE_TAG) != TRIE_LEAF) {
        const uint64_t *at = t->words + (entry >> 32);
        unsigned octet = (unsigned)(prefix.hi >> 56), span = bits < 8 ? 0xffu >> bits : 0;
        if ((entry & TRIE_TAG) == TRIE_SKIP) {
            unsigned n = (unsigned)(at[0] & 7) * 8, common = n < bits ? n : bits;
            if ((prefix.hi ^ at[1]) >> (64 - common) != 0)
                return accept(context, (uint32_t)(at[0] >> 32));
            if (bits <
                n) /* the prefix ends within the skip: both the default and what is skipped to lie below */
                return accept(context, (uint32_t)(at[0] >> 32)) || !any_push(&a, at[2]) || any_run(&a);
            entry = at[2];
            prefix = trie_key_shift(prefix, n);
            bits -= n;
            continue;
        }
        if ((entry & TRIE_TAG) == TRIE_FOLD) {
            uint64_t pair = t->words[t->pairs + trie_fold_pair(entry)];
            bool in = false, out = false;
            for (unsigned p = octet; p <= octet + span; p++)
                *(trie_fold_has(entry, p) ? &in : &out) = true;
            return (in && accept(context, (uint32_t)pair)) ||
                   (out && accept(context, (uint32_t)(pair >> 32)));
        }
        if (bits < 8)
            return !any_push_octets(&a, at, octet, octet + span) || any_run(&a);
        entry = trie_node_entry(at, octet);
        prefix = trie_key_shift(prefix, 8);
        bits -= 8;
    }
    return !any_push(&a, entry) || any_run(&a);
}
