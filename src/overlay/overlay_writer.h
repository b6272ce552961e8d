/* The overlay, for its writer. Internal to overlay/. */
#ifndef OVERLAY_OVERLAY_WRITER_H
#define OVERLAY_OVERLAY_WRITER_H

#include "overlay/overlay_pool.h"
#include "trie/edit.h"

/* What a version holds. */
struct overlay_counts {
    uint64_t items[3]; /* by family */
    uint64_t listings;
    uint64_t subdomains;
    unsigned subdomains_most; /* the most labels of a name with subdomains, since there was none */
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
    uint64_t dropped; /* since the last sweep: records that values lost, expired items that records lost */
    uint64_t gained;  /* records that values got by the transaction */
};

/* Records why the transaction has failed; returns `err`. */
enum err overlay_fail(struct overlay *o, enum err err, struct error *error);

/* Fills in the error for a change after one that failed; returns its code. */
enum err overlay_refuse(const struct overlay *o, struct error *error);

/* Counts an item that was added or removed. */
void overlay_count(struct overlay_counts *c, const struct overlay_item *item, bool added);

/* Releases the records and items that the trie just committed does not use, if there may be many: a walk of
 * the tries, some 50 ns an item. Before overlay_pool_commit. */
void overlay_gc(struct overlay *o);

#endif
