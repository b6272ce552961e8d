/* The overlay as its writer has it. Internal to list/overlay. */
#ifndef OVERLAY_OVERLAY_WRITER_H
#define OVERLAY_OVERLAY_WRITER_H

#include "overlay/overlay_pool.h"
#include "trie/edit.h"

/* What there is in a version. */
struct overlay_counts {
    uint64_t items[3]; /* by family */
    uint64_t listings;
    uint64_t subdomains;
    unsigned subdomains_most; /* labels that a name with subdomains had since there were none */
};

struct overlay_version {
    uint32_t root[3];
    struct overlay_counts counts;
};

struct overlay {
    struct overlay_pool pool;
    struct trie_arena *arena;
    size_t most; /* bytes */
    struct overlay_version now, committed;
    enum err failed; /* the transaction's first error */
    uint8_t key[2][16];
    uint64_t left; /* how often a record was left, or an expired item dropped, since the last sweep */
    uint64_t made; /* how often the transaction has come to a record */
};

/* The transaction has failed, and why; returns `err`. */
enum err overlay_fail(struct overlay *o, enum err err, struct error *error);

/* It has failed before. */
enum err overlay_refuse(const struct overlay *o, struct error *error);

/* Counts an item that is there now, or not any more. */
void overlay_count(struct overlay_counts *c, const struct overlay_item *item, bool there);

/* Releases the records and items that the trie just committed does not use, if there may be many: a walk of
 * the tries, some 50 ns an item. Before overlay_pool_commit. */
void overlay_gc(struct overlay *o);

#endif
