/*
 * The editable trie against something stupid: the same decoder of operations serves the seeded test and the
 * fuzzer.
 *
 * Bytes are decoded into transactions of edits, commits, aborts and reclaims. Some old versions are kept;
 * each is compared with the model (trie_ops.h: the paints up to then) when it is the oldest and about to go,
 * so after everything that later transactions did to what it shares with them. At the end all is set back to
 * 0, and no memory may be left in use.
 */
#ifndef SUPPORT_TRIE_EDIT_OPS_H
#define SUPPORT_TRIE_EDIT_OPS_H

#include "support/trie_ops.h"
#include "trie/edit.h"

enum edit_fault { EDIT_SOUND, EDIT_RECLAIMS_EARLY, EDIT_FORGETS };

struct version {
    uint32_t root;
    uint64_t generation;
    unsigned count; /* of paints that it has seen */
};

struct edit_run {
    struct trie_arena *arena;
    enum edit_fault fault;
    struct model model;
    struct version now; /* the transaction under way */
    unsigned kept;
    struct version version[4]; /* oldest first; there is always one */
    const char *wrong;
};

static uint32_t merge_paint(void *context, uint32_t old)
{
    return paint_over(context, old);
}

static void set(struct edit_run *r, uint32_t *root, struct paint p)
{
    unsigned bits = 128;

    for (u128 rest = p.first ^ p.last; rest != 0; rest >>= 1)
        bits--;
    if (trie_edit_set(r->arena, root, to_key(p.first), bits, merge_paint, &p) != OK)
        abort();
}

static void run_set(struct edit_run *r, struct paint p)
{
    uint32_t root;

    r->model.paint[r->model.count++] = p;
    r->now.count = r->model.count;
    if (r->fault == EDIT_FORGETS && r->model.count % 8 == 0)
        return;
    set(r, &r->now.root, p);
    root = r->now.root;
    p.keep = UINT32_MAX;
    p.value = 0;
    set(r, &root, p);
    if (root != r->now.root)
        r->wrong = "an edit that changes no value made a version";
}

/* Compares the oldest version with the model, lets it go, and reclaims. */
static void run_drop(struct edit_run *r)
{
    static u128 edges[2 * 600 + 1];
    struct trie t = trie_arena_trie(r->arena, r->version[0].root);

    r->model.count = r->version[0].count;
    unsigned n = model_edges(&r->model, edges);
    const char *wrong =
        compare_all(&t, trie_arena_usage(r->arena).mapped / sizeof(uint64_t), &r->model, edges, n);
    if (r->wrong == NULL)
        r->wrong = wrong;
    r->model.count = r->now.count;
    r->kept--;
    memmove(r->version, r->version + 1, r->kept * sizeof(*r->version));
    if (r->kept != 0)
        trie_edit_reclaim(r->arena, r->version[0].generation);
}

static void run_commit(struct edit_run *r)
{
    if (r->kept == ARRAY_SIZE(r->version))
        run_drop(r);
    if (trie_edit_commit(r->arena, &r->now.generation) != OK)
        abort();
    r->version[r->kept++] = r->now;
    if (r->fault == EDIT_RECLAIMS_EARLY)
        trie_edit_reclaim(r->arena, r->now.generation);
}

static void run_abort(struct edit_run *r)
{
    trie_edit_abort(r->arena);
    r->now = r->version[r->kept - 1];
    r->model.count = r->now.count;
}

static void run_step(struct edit_run *r, struct input *in)
{
    uint8_t what = input_byte(in);

    if (what < 160) {
        struct paint p = decode_paint(in, &r->model);
        p.keep = what < 100 ? 0 : what < 130 ? UINT32_MAX : 2;
        run_set(r, p);
    } else if (what < 220) {
        run_commit(r);
    } else if (what < 235) {
        run_abort(r);
    } else if (r->kept > 1) {
        run_drop(r);
    }
}

/* Sets all back to 0 and lets all versions go: only the root is left. */
static void run_end(struct edit_run *r)
{
    run_commit(r);
    for (unsigned i = 0; i < r->model.count; i++)
        set(r, &r->now.root, (struct paint){ r->model.paint[i].first, r->model.paint[i].last, 0, 0 });
    r->now.count = 0;
    run_commit(r);
    while (r->wrong == NULL && r->kept > 1)
        run_drop(r);
    struct trie_usage usage = trie_arena_usage(r->arena);
    if (r->wrong == NULL && (usage.used != TRIE_PAGE * sizeof(uint64_t) || usage.waiting != 0))
        r->wrong = "memory is left in use";
    if (r->wrong == NULL)
        run_drop(r);
}

/* Does what `bytes` say; returns what is wrong, or NULL. */
static const char *edit_ops_run(const uint8_t *bytes, size_t size, enum edit_fault fault)
{
    static struct edit_run r;
    struct input in = { bytes, bytes + size };

    memset(&r, 0, sizeof(r));
    r.fault = fault;
    r.arena = trie_arena_new(64 << 20);
    if (r.arena == NULL || trie_edit_new(r.arena, &r.now.root) != OK)
        abort();
    r.model.bits = input_byte(&in) & 1 ? 128 : 32;
    run_commit(&r);
    while (in.p < in.end && r.model.count < ARRAY_SIZE(r.model.paint) && r.wrong == NULL)
        run_step(&r, &in);
    if (r.wrong == NULL)
        run_end(&r);
    trie_arena_free(r.arena);
    return r.wrong;
}

#endif
