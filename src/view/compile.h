/*
 * What sets contribute to a key while a snapshot is built: values of changed sets and verdicts of the old
 * snapshot, turned into groups and verdicts of the new one.
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
    uint32_t texts;        /* added to the set's offsets of texts */
    uint32_t *members;     /* by value number: the number of its member, 0: none yet */
};

struct compile {
    struct verdicts verdicts;
    struct compile_source *sources; /* as many as the new snapshot has */
    size_t sources_count;
    const struct snapshot *old; /* NULL: none, or nothing of it stays */
    uint16_t *old_sources;      /* by source of the old snapshot: its number in the new one, or SOURCE_GONE */
    struct vec old_lists;       /* of each old verdict translated: a count and its groups' new numbers */
    uint32_t *old_at;           /* by old verdict: offset into old_lists + 1, 0 = not translated yet */
    struct old_group *old_memo; /* old groups that were translated lately */
    /* What holds for the key at hand: by source its group, which counts if the source's bit is set. */
    uint32_t *now;
    uint64_t *now_bits, *old_bits; /* old_bits: the sources that are taken over */
    struct vec scratch;            /* uint32_t: the members of a group, the groups of a verdict */
};

#define SOURCE_GONE UINT16_MAX

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

/* The group of these values of source number `source`, a changed one. */
uint32_t compile_group(struct compile *c, uint16_t source, const uint32_t *values, size_t count);

/* A key is compiled from what holds for one before it: compile_begin with that key's verdict, then what
 * differs, then compile_end. Some 50 ns, and 5 ns a group. */
void compile_begin(struct compile *c, uint32_t verdict);

/* A changed source now has this group; 0: none. */
void compile_put(struct compile *c, uint16_t source, uint32_t group);

/* Of the old snapshot's sources that stay, what this old verdict has holds now. */
void compile_put_old(struct compile *c, uint32_t old_verdict);

/* The verdict of what holds now. */
uint32_t compile_end(struct compile *c);

#endif
