/* Slots of the root with many hosts, over one value and over ranges, against an array of one value an
 * address. */
#include "support/random.h"
#include "trie/trie.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SLOT = 0x0a01, ADDRESSES = 1 << 16 };

static const struct layout {
    const char *name;
    unsigned hosts, values; /* hosts tried; the values that they have */
    unsigned ranges;        /* below them */
    unsigned run;           /* hosts side by side */
    bool node;              /* a hosts node is made */
} layouts[] = {
    { "one host", 1, 1, 0, 1, false },
    { "a few hosts", 10, 1, 0, 1, true },
    { "one less than a line holds behind the head", 23, 1, 0, 1, true },
    { "about a line", 33, 1, 0, 1, true },
    { "two values", 60, 2, 0, 1, true },
    { "lines and fences", 200, 1, 0, 1, true },
    { "fences in two lines", 1000, 1, 0, 1, true },
    { "fences in many lines", 7000, 1, 0, 1, true },
    { "as many values as fit", 3000, 256, 0, 1, true },
    { "too many values", 3000, 4000, 0, 1, false },
    { "too many hosts", 30000, 1, 0, 1, false },
    { "over ranges", 300, 1, 20, 1, true },
    { "many values over ranges", 900, 50, 20, 1, true },
    { "hosts side by side", 100, 1, 4, 5, true },
    { "side by side, and different", 100, 3, 4, 5, true },
    { "runs too long for hosts", 30, 1, 0, 20, false },
    { "more ranges than hosts", 20, 1, 400, 1, true },
};

struct fixture {
    const struct layout *layout;
    uint64_t seed;
    uint32_t value[ADDRESSES];
    struct vec words;
    struct trie trie;
};

static struct trie_key key_of(unsigned address)
{
    return (struct trie_key){ (uint64_t)SLOT << 48 | (uint64_t)address << 32, 0 };
}

static void make_values(struct fixture *f)
{
    const struct layout *l = f->layout;

    memset(f->value, 0, sizeof(f->value));
    for (unsigned i = 0; i < l->ranges; i++) {
        uint64_t r = random_next(&f->seed);
        unsigned first = (unsigned)r % ADDRESSES & ~0xfu, size = 16u << (r >> 16) % 9;
        for (unsigned a = first; a < first + size && a < ADDRESSES; a++)
            f->value[a] = 1000000 + i % 3;
    }
    for (unsigned i = 0; i < l->hosts; i++) {
        uint64_t r = random_next(&f->seed);
        for (unsigned a = (unsigned)r % ADDRESSES, n = 0; n < l->run && a < ADDRESSES; n++, a++)
            f->value[a] = 1 + (unsigned)(l->run > 1 ? random_next(&f->seed) : r >> 32) % l->values;
    }
}

/* Adds the changes, hosts in both ways that the builder takes them; neighbours of the slot have value 7. */
static void build(struct fixture *f)
{
    struct trie_builder *b = trie_builder_new();
    uint32_t before = 7;

    assert_non_null(b);
    assert_int_equal(trie_build_begin(b), OK);
    trie_build_add(b, (struct trie_key){ (uint64_t)(SLOT - 1) << 48, 0 }, before);
    for (unsigned a = 0; a < ADDRESSES; a++) {
        if (f->value[a] == before)
            continue;
        bool host = f->value[a] != 0 && f->value[a] < 1000000;
        if (host && a + 1 < ADDRESSES && f->value[a + 1] == before && random_next(&f->seed) % 2) {
            trie_build_range(b, key_of(a), key_of(a + 1), f->value[a]);
        } else {
            trie_build_add(b, key_of(a), f->value[a]);
            before = f->value[a];
        }
    }
    trie_build_add(b, (struct trie_key){ (uint64_t)(SLOT + 1) << 48, 0 }, 7);
    assert_int_equal(trie_build_end(b, &f->trie.root), OK);
    assert_int_equal(trie_builder_finish(b, &f->words, &f->trie.pairs), OK);
    f->trie.words = f->words.data;
}

static void check_lookups(const struct fixture *f)
{
    enum { BATCH = 100 };
    struct trie_probe probe[BATCH], *probes[BATCH];

    assert_int_equal(trie_lookup(&f->trie, (struct trie_key){ ((uint64_t)SLOT << 48) - 1, 0 }), 7);
    assert_int_equal(trie_lookup(&f->trie, (struct trie_key){ (uint64_t)(SLOT + 1) << 48, 0 }), 7);
    for (unsigned first = 0; first < ADDRESSES; first += BATCH) {
        unsigned count = ADDRESSES - first < BATCH ? ADDRESSES - first : BATCH;
        for (unsigned i = 0; i < count; i++) {
            probes[i] = &probe[i];
            trie_probe_start(&probe[i], &f->trie, key_of(first + i));
        }
        trie_probe_finish(probes, count);
        for (unsigned i = 0; i < count; i++) {
            struct trie_key inside = { key_of(first + i).hi | 0x1234, 5 };
            assert_int_equal(trie_lookup(&f->trie, key_of(first + i)), f->value[first + i]);
            assert_int_equal(trie_lookup(&f->trie, inside), f->value[first + i]);
            assert_int_equal(probe[i].value, f->value[first + i]);
        }
    }
}

static void check_walk(const struct fixture *f)
{
    struct vec runs = { 0 };

    assert_int_equal(trie_walk_slot(&f->trie, SLOT, &runs), OK);
    const struct trie_run *r = runs.data;
    size_t count = VEC_COUNT(&runs, struct trie_run), at = 0;
    for (unsigned a = 0; a < ADDRESSES; a++) {
        if (a != 0 && f->value[a] == f->value[a - 1])
            continue;
        assert_true(at < count);
        assert_true(trie_key_equal(r[at].key, key_of(a)));
        assert_int_equal(r[at++].value, f->value[a]);
    }
    assert_int_equal(at, count);
    vec_free(&runs);
}

/* The runs of trie_walk_hosts, those of hosts alone among them. */
static void check_walk_hosts(const struct fixture *f)
{
    struct vec runs = { 0 };
    uint32_t *value = calloc(ADDRESSES, sizeof(*value)), around = 0;

    assert_non_null(value);
    assert_int_equal(trie_walk_hosts(&f->trie, SLOT, &runs), OK);
    const struct trie_run *r = runs.data, *end = r + VEC_COUNT(&runs, struct trie_run);
    assert_true(r < end && trie_key_equal(r->key, key_of(0)));
    for (unsigned a = 0; a < ADDRESSES; a++) {
        struct trie_key alone = { key_of(a).hi | TRIE_ALONE, 0 };
        if (r < end && trie_key_equal(r->key, key_of(a)))
            around = r++->value;
        bool is_alone = r < end && trie_key_equal(r->key, alone);
        value[a] = is_alone ? r++->value : around;
    }
    assert_true(r == end);
    assert_memory_equal(value, f->value, ADDRESSES * sizeof(*value));
    free(value);
    vec_free(&runs);
}

static void check_extent(struct fixture *f)
{
    for (unsigned i = 0; i < 200; i++) {
        unsigned a = (unsigned)random_next(&f->seed) % ADDRESSES, first = a, end = a + 1;
        struct trie_key from, to;
        while (first > 0 && f->value[first - 1] == f->value[a])
            first--;
        while (end < ADDRESSES && f->value[end] == f->value[a])
            end++;
        assert_int_equal(trie_extent(&f->trie, key_of(a), &from, &to), f->value[a]);
        assert_true(trie_key_equal(from, key_of(first)));
        assert_true(trie_key_equal(to, trie_key_last(key_of(end - 1), 32)));
    }
}

/* ---- Below a prefix ---- */

struct wanted {
    uint32_t value;
    unsigned found;
};

static bool is_value(void *context, uint32_t value)
{
    struct wanted *w = context;
    w->found += value == w->value;
    return false;
}

static bool stop_at_value(void *context, uint32_t value)
{
    return value == ((struct wanted *)context)->value;
}

static void check_below(struct fixture *f)
{
    for (unsigned i = 0; i < 300; i++) {
        uint64_t r = random_next(&f->seed);
        unsigned bits = 16 + (unsigned)(r >> 40) % 17, span = 1u << (32 - bits);
        unsigned first = (unsigned)r % ADDRESSES & ~(span - 1), a = first + (unsigned)(r >> 20) % span;
        struct wanted there = { f->value[a], 0 }, nowhere = { 99999, 0 };
        assert_false(trie_visit(&f->trie, key_of(first), bits, is_value, &there));
        assert_true(there.found != 0);
        assert_true(trie_any(&f->trie, key_of(first), bits, stop_at_value, &there));
        trie_visit(&f->trie, key_of(first), bits, is_value, &nowhere);
        assert_int_equal(nowhere.found, 0);
        unsigned other = first >= span ? first - 1 : first + span; /* of a neighbour, if it is not here too */
        bool here = other >= ADDRESSES;
        for (unsigned j = first; j < first + span && !here; j++)
            here = f->value[j] == f->value[other];
        there = (struct wanted){ here ? 0 : f->value[other], 0 };
        trie_visit(&f->trie, key_of(first), bits, is_value, &there);
        assert_true(here || there.found == 0);
    }
}

static void equals_the_array(void **state)
{
    static struct fixture f;
    (void)state;

    for (unsigned i = 0; i < 3 * sizeof(layouts) / sizeof(*layouts); i++) {
        f = (struct fixture){ .layout = &layouts[i / 3], .seed = i };
        make_values(&f);
        build(&f);
        assert_int_equal(trie_check(&f.trie, VEC_COUNT(&f.words, uint64_t), NULL), OK);
        if (trie_is_hosts(f.trie.words[f.trie.root + SLOT]) != f.layout->node)
            fail_msg("%s: %s a hosts node", f.layout->name, f.layout->node ? "not" : "unexpectedly");
        check_lookups(&f);
        check_walk_hosts(&f);
        check_walk(&f);
        check_extent(&f);
        check_below(&f);
        vec_free(&f.words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(equals_the_array) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
