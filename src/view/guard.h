/*
 * The guards on a reload: is the new data of a set plausible beside the data that is being served?
 *
 * A refused set keeps its old data. `old` are facts of what is served, or, at a start, of what was served
 * before it; a set without them is not guarded. Pure functions over facts, any thread; on ERR_REFUSED `error`
 * names the list, the guard, the numbers, and what to do.
 */
#ifndef VIEW_GUARD_H
#define VIEW_GUARD_H

#include "view/snapshot.h"

#define GUARD_MIN_ENTRIES 10000 /* old entries from which on their number is guarded */
#define GUARD_MIN_LINES   100   /* lines from which on bad ones are guarded */

/* An address or name of the operator's that a list must not list newly. */
struct guard_canary {
    const char *text; /* as the operator wrote it */
    enum { GUARD_IP4, GUARD_IP6, GUARD_NAME } kind;
    uint32_t ip4; /* host byte order */
    uint64_t hi, lo;
    uint8_t name[256]; /* lower-case wire form */
};

/* What is guarded in one set. */
struct guard_rules {
    uint32_t shrink, growth; /* percent of the entries before: the least and the most; 0: off */
    uint32_t bad_lines;      /* percent: the most; 0: off */
    uint32_t coverage;       /* prefix length: the IPv4 addresses that one load may add at most; 0: off */
    bool canaries;           /* the ones that hold for every list */
    struct guard_canary *canary;
    size_t canary_count;
};

/* Reads an address or a domain name; `text` is referred to. */
enum err guard_read_canary(const char *text, struct guard_canary *canary, struct error *error) must_use;

/* Before the snapshot is built: the number of entries; bad lines. */
enum err guard_data(const char *list, const struct guard_rules *rules, const struct snapshot_set *old,
                    const struct set_data *data, struct error *error) must_use;

/* Once it is built: IPv4 addresses; canaries newly listed. */
enum err guard_built(const char *list, const struct guard_rules *rules, const struct snapshot_set *old,
                     const struct snapshot_set *new, struct error *error) must_use;

/* The same: the operator's own canaries, which need both bases; `old` NULL: nothing was listed. */
enum err guard_own_canaries(const char *list, const struct guard_rules *rules, const struct snapshot *old,
                            const struct snapshot *new, uint16_t set, struct error *error) must_use;

/* Whether the set lists one of them. */
bool guard_lists_own(const struct guard_rules *rules, const struct snapshot *snapshot, uint16_t set);

/* Names what the lowest of the canary bits stands for. */
const char *guard_canary(unsigned canaries);

#endif
