/*
 * Readers look up while a writer edits, publishes, waits and reclaims: the guarantees of trie/edit.h together
 * with R1 to R3 of base/rcu.h, under ThreadSanitizer.
 *
 * Generation g paints some networks, IPv4 and IPv6, with the value g, among hosts that are added and removed.
 * A reader must find g in all of them, and never an older generation than before. TORTURE_NO_GRACE=1 reclaims
 * without waiting for readers: the test must then fail.
 */
#include "base/rcu.h"
#include "support/torture.h"
#include "trie/edit.h"
#include "trie/trie.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { GENERATIONS = 1500, NETWORKS = 16, HOSTS = 20 };

struct version {
    struct trie trie;
    uint32_t generation;
};

static struct version *published;

static unsigned network_bits(unsigned i)
{
    return i % 2 ? 56 : 24;
}

/* Network number `i`: IPv4 networks far apart, and adjacent IPv6 networks. */
static struct trie_key network(uint64_t i)
{
    return (struct trie_key){ i % 2 ? (UINT64_C(0x20010db8) << 32) + (i << 8) : i * 0x0d010300 << 32, 0 };
}

/* A host or /32 beside a network, where it does not hide the network's value. */
static struct trie_key host(uint64_t x)
{
    struct trie_key k = network(x % NETWORKS);
    k.hi += (0x400000 + (x >> 8 & 0xffff)) << 32;
    return k;
}

static void edit(struct trie_arena *a, uint32_t *root, struct trie_key key, unsigned bits, uint32_t value)
{
    if (trie_edit_set(a, root, key, bits, trie_edit_replace, &value) != OK)
        abort();
}

static struct version *build_generation(struct trie_arena *a, uint32_t *root, uint32_t g)
{
    struct version *v = malloc(sizeof(*v));
    uint64_t generation;

    for (unsigned i = 0; i < NETWORKS; i++)
        edit(a, root, network(i), network_bits(i), g);
    for (unsigned i = 0; i < HOSTS; i++) {
        edit(a, root, host((uint64_t)g * 0x9e3779b97f4a7c15u + i * 0x94d049bb133111ebu), 32, g);
        if (g > 10)
            edit(a, root, host((uint64_t)(g - 10) * 0x9e3779b97f4a7c15u + i * 0x94d049bb133111ebu), 32, 0);
    }
    if (v == NULL || trie_edit_commit(a, &generation) != OK || generation != g)
        abort();
    *v = (struct version){ trie_arena_trie(a, *root), g };
    return v;
}

static void check_all(const struct version *v)
{
    struct trie_probe probes[NETWORKS], *pending[NETWORKS];

    for (unsigned i = 0; i < NETWORKS; i++) {
        struct trie_key key = network(i);
        key.hi += i;
        pending[i] = &probes[i];
        trie_probe_start(pending[i], &v->trie, key);
        if (trie_lookup(&v->trie, key) != v->generation)
            abort();
    }
    trie_probe_finish(pending, NETWORKS);
    for (unsigned i = 0; i < NETWORKS; i++)
        if (probes[i].value != v->generation)
            abort();
}

static void check_version(struct torture_reader *reader)
{
    const struct version *v = rcu_load(&published);

    if (v->generation < reader->seen[0])
        abort();
    reader->seen[0] = v->generation;
    for (unsigned i = 0; i < 8; i++)
        check_all(v);
}

static void readers_see_whole_versions(void **state)
{
    struct trie_arena *a = trie_arena_new(64 << 20);
    struct torture_reader readers[TORTURE_READERS];
    uint32_t root;

    (void)state;
    assert_non_null(a);
    assert_int_equal(trie_edit_new(a, &root), OK);
    published = build_generation(a, &root, 1);
    torture_start(readers, check_version);
    for (uint32_t g = 2; g <= GENERATIONS; g++) {
        struct version *old = rcu_exchange(&published, build_generation(a, &root, g));
        torture_grace();
        trie_edit_reclaim(a, g);
        free(old);
    }
    torture_stop(readers);
    for (unsigned i = 0; i < TORTURE_READERS; i++)
        assert_in_range(readers[i].seen[0], 1, GENERATIONS);
    assert_int_equal(trie_arena_usage(a).waiting, 0);
    assert_in_range(trie_arena_usage(a).used, 1, 1 << 20);
    free(published);
    trie_arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(readers_see_whole_versions) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
