/*
 * What sets contribute to keys, while a snapshot is compiled: values of changed sets and verdicts of the old
 * snapshot, turned into members and verdicts of the new one.
 *
 * Scratch, owned by one snapshot_build.
 */
#ifndef VIEW_COMPILE_H
#define VIEW_COMPILE_H

#include "trie/trie.h"
#include "view/verdict.h"

/* A source of the new snapshot, while it is compiled. */
struct compile_source {
    struct set_data *data; /* a changed set or its section; NULL: taken over from the old snapshot */
    uint32_t *texts; /* by value number: the text's (or record's) new offset, UINT32_MAX = not asked yet */
};

struct compile {
    struct verdicts verdicts;
    struct compile_source *sources; /* as many as the new snapshot has */
    size_t sources_count;
    const struct snapshot *old; /* NULL: none, or nothing of it stays */
    uint16_t *old_sources;      /* by source of the old snapshot: its number in the new one, or SOURCE_GONE */
    struct vec old_lists;       /* per old verdict asked for: a count and its members' new numbers */
    uint32_t *old_at;           /* by old verdict: offset into old_lists + 1, 0 = not asked yet */
};

#define SOURCE_GONE UINT16_MAX

/* The members that hold for a key, as they are collected. */
struct gathered {
    unsigned count;
    uint32_t members[VERDICT_MEMBERS_MAX];
};

/* Lays out the sources of `snapshot`, whose sets are there, from `changed` and `old`; makes
 * snapshot->sources, facts of the ones taken over included. */
enum err compile_init(struct compile *c, const struct snapshot *old, struct set_data *const *changed,
                      struct snapshot *snapshot) must_use;
void compile_free(struct compile *c);

/* Copies a text, offset in the pool `texts`, into the new snapshot; 0 stays 0. */
uint32_t compile_text(struct compile *c, const struct vec *texts, uint32_t text);

/* Adds what source number `source`, a changed one, says with a value, matched by `labels` labels of a name
 * (0: by address). */
void compile_add_value(struct compile *c, struct gathered *g, uint16_t source, uint32_t value,
                       uint8_t labels);

/* Adds what the sources that stay said in a verdict of the old snapshot. */
void compile_add_old(struct compile *c, struct gathered *g, uint32_t old_verdict);

/* The verdict of what was gathered, put in the order of the sources. */
uint32_t compile_verdict(struct compile *c, struct gathered *g);

/* ---- The two merges; both fill in their part of `snapshot`, and the facts of the changed sources ---- */

/* Merges the IPv4 or IPv6 addresses into the trie that `builder` has begun. */
enum err merge_addresses(struct compile *c, bool ipv6, struct trie_builder *builder,
                         struct snapshot *snapshot) must_use;

/* Merges the names into snapshot->names. */
enum err merge_names(struct compile *c, struct snapshot *snapshot) must_use;

#endif
