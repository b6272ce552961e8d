/*
 * What sets contribute to a key while a snapshot is built: values of changed sets and verdicts of the old
 * snapshot, turned into members and verdicts of the new one.
 *
 * Scratch, owned by one snapshot_build.
 */
#ifndef VIEW_COMPILE_H
#define VIEW_COMPILE_H

#include "trie/trie.h"
#include "view/verdict.h"

/* A source of the new snapshot. */
struct compile_source {
    struct set_data *data; /* a changed set or its section; NULL: taken over from the old snapshot */
    uint32_t *texts; /* by value number: the text's (or record's) new offset, UINT32_MAX = not copied yet */
};

struct compile {
    struct verdicts verdicts;
    struct compile_source *sources; /* as many as the new snapshot has */
    size_t sources_count;
    const struct snapshot *old; /* NULL: none, or nothing of it stays */
    uint16_t *old_sources;      /* by source of the old snapshot: its number in the new one, or SOURCE_GONE */
    struct vec old_lists;       /* of each old verdict translated: a count and its members' new numbers */
    uint32_t *old_at;           /* by old verdict: offset into old_lists + 1, 0 = not translated yet */
};

#define SOURCE_GONE UINT16_MAX

/* The members that hold for a key, as they are collected. */
struct gathered {
    unsigned count;
    uint32_t members[VERDICT_MEMBERS_MAX];
};

/* Makes snapshot->sources from `changed` and `old`, with the facts of the sources that are taken over;
 * snapshot->sets is there. ERR_MEMORY, ERR_LIMIT; compile_free is due in any case. */
enum err compile_init(struct compile *c, const struct snapshot *old, struct set_data *const *changed,
                      struct snapshot *snapshot) must_use;
void compile_free(struct compile *c);

/* Copies a text, offset in the pool `texts`, into the new snapshot; 0 stays 0. */
uint32_t compile_text(struct compile *c, const struct vec *texts, uint32_t text);

/* Likewise all texts of a source or access list. */
void compile_texts(struct compile *c, struct snapshot_source *source, const struct vec *texts,
                   const uint32_t *variables, uint32_t template);

/* Adds the member for a value of source number `source`, a changed one, matched by `labels` labels of a name
 * (0: by address). */
void compile_add_value(struct compile *c, struct gathered *g, uint16_t source, uint32_t value,
                       uint8_t labels);

/* Adds the members of an old verdict whose sources stay. */
void compile_add_old(struct compile *c, struct gathered *g, uint32_t old_verdict);

/* The verdict of what was gathered, put in the order of the sources. */
uint32_t compile_verdict(struct compile *c, struct gathered *g);

#endif
