#include "support/trie_ops.h"

#include "support/trie_compare.h"
#include "trie/edit.h"

#include <stdlib.h>
#include <string.h>

const char *trie_ops_run_build(const uint8_t *bytes, size_t size, uint64_t fault)
{
    static struct trie_model m;
    static u128 edges[TRIE_MODEL_EDGES];

    trie_model_decode(&m, bytes, size);
    unsigned n = trie_model_edges(&m, edges);
    struct trie_built b = trie_model_build(edges, n, &m);
    if (fault != 0) {
        uint64_t *w = b.words.data;
        size_t count = VEC_COUNT(&b.words, uint64_t);
        size_t at = count > TRIE_ROOT_SIZE + 1 ? TRIE_ROOT_SIZE + fault % (count - TRIE_ROOT_SIZE - 1)
                                               : fault % count;
        w[at] ^= UINT64_C(1) << 32; /* the lowest bit of a value, an index or an octet */
    }
    const char *wrong = trie_compare(&b.trie, VEC_COUNT(&b.words, uint64_t), &m, edges, n);
    vec_free(&b.words);
    return wrong;
}

struct trie_version {
    uint32_t root;
    uint64_t generation;
    unsigned count; /* of paints in it */
};

struct trie_edits {
    struct trie_arena *arena;
    enum trie_fault fault;
    struct trie_model model;
    struct trie_version now; /* the open transaction */
    unsigned kept;
    struct trie_version version[4]; /* oldest first; there is always one */
    const char *wrong;
};

static uint32_t merge_paint(void *context, uint32_t old)
{
    return trie_model_paint(context, old);
}

static void set_range(struct trie_edits *r, uint32_t *root, struct trie_paint p)
{
    unsigned bits = 128;

    for (u128 rest = p.first ^ p.last; rest != 0; rest >>= 1)
        bits--;
    if (trie_edit_set(r->arena, root, u128_to_key(p.first), bits, merge_paint, &p) != OK)
        abort();
}

static void edit(struct trie_edits *r, struct trie_paint p)
{
    uint32_t root;

    r->model.paint[r->model.count++] = p;
    r->now.count = r->model.count;
    if (r->fault == TRIE_FAULT_LOST_EDIT && r->model.count % 8 == 0)
        return;
    set_range(r, &r->now.root, p);
    root = r->now.root;
    p.keep = UINT32_MAX;
    p.value = 0;
    set_range(r, &root, p);
    if (root != r->now.root)
        r->wrong = "an edit that changes no value made a version";
}

/* Compares the oldest version with the model, drops it, and reclaims. */
static void drop_oldest(struct trie_edits *r)
{
    static u128 edges[TRIE_MODEL_EDGES];
    struct trie t = trie_arena_trie(r->arena, r->version[0].root);

    r->model.count = r->version[0].count;
    unsigned n = trie_model_edges(&r->model, edges);
    const char *wrong =
        trie_compare(&t, trie_arena_usage(r->arena).mapped / sizeof(uint64_t), &r->model, edges, n);
    if (r->wrong == NULL)
        r->wrong = wrong;
    r->model.count = r->now.count;
    r->kept--;
    memmove(r->version, r->version + 1, r->kept * sizeof(*r->version));
    if (r->kept != 0)
        trie_edit_reclaim(r->arena, r->version[0].generation);
}

static void commit(struct trie_edits *r)
{
    if (r->kept == ARRAY_SIZE(r->version))
        drop_oldest(r);
    if (trie_edit_commit(r->arena, &r->now.generation) != OK)
        abort();
    r->version[r->kept++] = r->now;
    if (r->fault == TRIE_FAULT_EARLY_RECLAIM)
        trie_edit_reclaim(r->arena, r->now.generation);
}

static void abort_transaction(struct trie_edits *r)
{
    trie_edit_abort(r->arena);
    r->now = r->version[r->kept - 1];
    r->model.count = r->now.count;
}

static void step(struct trie_edits *r, struct input *in)
{
    uint8_t what = input_byte(in);

    if (what < 160) {
        struct trie_paint p = trie_model_decode_paint(in, &r->model);
        p.keep = what < 100 ? 0 : what < 130 ? UINT32_MAX : 2;
        edit(r, p);
    } else if (what < 220) {
        commit(r);
    } else if (what < 235) {
        abort_transaction(r);
    } else if (r->kept > 1) {
        drop_oldest(r);
    }
}

/* Sets all values to 0 and drops all versions: only the root is left. */
static void finish(struct trie_edits *r)
{
    commit(r);
    for (unsigned i = 0; i < r->model.count; i++)
        set_range(r, &r->now.root,
                  (struct trie_paint){ r->model.paint[i].first, r->model.paint[i].last, 0, 0 });
    r->now.count = 0;
    commit(r);
    while (r->wrong == NULL && r->kept > 1)
        drop_oldest(r);
    struct trie_usage usage = trie_arena_usage(r->arena);
    if (r->wrong == NULL && (usage.used != TRIE_PAGE * sizeof(uint64_t) || usage.waiting != 0))
        r->wrong = "memory is left in use";
    if (r->wrong == NULL)
        drop_oldest(r);
}

const char *trie_ops_run_edits(const uint8_t *bytes, size_t size, uint64_t fault)
{
    static struct trie_edits r;
    struct input in = { bytes, bytes + size };

    memset(&r, 0, sizeof(r));
    r.fault = (enum trie_fault)fault;
    r.arena = trie_arena_new(64 << 20);
    if (r.arena == NULL || trie_edit_new(r.arena, &r.now.root) != OK)
        abort();
    r.model.bits = input_byte(&in) & 1 ? 128 : 32;
    commit(&r);
    while (in.p < in.end && r.model.count < ARRAY_SIZE(r.model.paint) && r.wrong == NULL)
        step(&r, &in);
    if (r.wrong == NULL)
        finish(&r);
    trie_arena_free(r.arena);
    return r.wrong;
}
