/*
 * The guards on a reload: is the new data of a set plausible beside the data that is being served?
 *
 * guard_check() compares two loads of a set, the old one and the new one, by a table of checks. It is called
 * twice: with the data as read, so that no snapshot is built in vain, and with the finished snapshot, which
 * alone tells coverage and canaries. A refused set keeps its old data. A set that was never loaded is not
 * guarded. Pure functions, any thread.
 */
#ifndef VIEW_GUARD_H
#define VIEW_GUARD_H

#include "view/snapshot.h"

#define GUARD_MIN_ENTRIES 10000 /* old entries from which on their number is guarded */
#define GUARD_MIN_LINES   100   /* lines from which on bad ones are guarded */

/* What a load must not newly list. */
enum canary {
    CANARY_V4 = 1,      /* 127.0.0.1 */
    CANARY_V6 = 2,      /* ::ffff:127.0.0.1 */
    CANARY_INVALID = 4, /* the name INVALID */
    CANARY_TLD = 8,     /* all of a top-level domain; not of "test", which RFC 5782 section 5 wants listed */
};

#define GUARD_OWN_CANARY (1u << 31) /* beside them in guard_facts.canaries: some of guard_rules.canary */

/* An address or name of the operator's that a list must not newly list. */
struct guard_canary {
    const char *text; /* as the operator wrote it */
    enum { GUARD_IP4, GUARD_IP6, GUARD_NAME } kind;
    struct trie_key key;                 /* of an address */
    uint8_t name[256 + NAMES_LABEL_PAD]; /* lower-case wire form */
};

/* What is guarded in one set. */
struct guard_rules {
    uint32_t shrink, growth; /* least and most new entries, in percent of the old ones; 0: off */
    uint32_t bad_lines;      /* at most so many percent of the lines; 0: off */
    uint32_t coverage;       /* prefix length: at most so many IPv4 addresses more than before; 0: off */
    bool canaries;           /* the ones that hold for every list */
    struct guard_canary *canary;
    size_t canary_count;
};

/* The facts of a load, few enough to be stored. */
struct guard_facts {
    bool loaded;
    uint64_t entries, lines, bad; /* lines: with the bad ones */
    uint64_t coverage4;           /* as snapshot_set.coverage4 */
    unsigned canaries;            /* those it lists */
};

/* One load of a set. */
struct guard_load {
    struct guard_facts facts;        /* with a snapshot, `canaries` is not filled in: it is looked up there */
    const struct snapshot *snapshot; /* that has the load; NULL: only the facts are known */
    uint16_t set;                    /* its number there */
};

/* A load as it was read. */
struct guard_load guard_load_read(const struct set_data *data);

/* A load as it is in a snapshot. */
struct guard_load guard_load_built(const struct snapshot *snapshot, size_t set);

/* The facts of a built load, canaries included. Walks the snapshot's names. */
struct guard_facts guard_facts(const struct guard_rules *rules, const struct guard_load *built);

/* Compares two loads. ERR_REFUSED: `error` names the list, the check, the numbers, and what to do. */
enum err guard_check(const char *list, const struct guard_rules *rules, const struct guard_load *old,
                     const struct guard_load *new, struct error *error) must_use;

/* The bits of enum canary for what `new` lists and `old` does not. Walks the snapshot's names. */
unsigned guard_new_canaries(const struct guard_load *old, const struct guard_load *new);

/* Parses an address or a domain name; `text` is referred to. ERR_SYNTAX, ERR_LIMIT. */
enum err guard_parse_canary(const char *text, struct guard_canary *canary, struct error *error) must_use;

/* What the lowest of some canary bits stands for, in words. */
const char *guard_canary_text(unsigned canaries);

#endif
