/*
 * The guards on a reload: is the new data of a set plausible beside the data that is being served?
 *
 * They are to find a feed that broke, not to check an operator's own small list. guard_compare() compares two
 * loads of a set by a table of guards. It is called twice: with the data as read, so that no snapshot is
 * built in vain, and with the finished snapshot, which alone tells coverage and canaries. What becomes of the
 * load says load/load_guard.h. Pure functions, any thread.
 */
#ifndef VIEW_GUARD_H
#define VIEW_GUARD_H

#include "view/covered.h"
#include "view/snapshot.h"

#define GUARD_EMPTY     10  /* entries that no empty file replaces; fewer, somebody may have removed */
#define GUARD_MIN_LINES 100 /* lines from which on bad ones are guarded */

enum guard_mode { GUARD_ON, GUARD_WARN, GUARD_OFF, GUARD_MODES };

/* An address or name of the operator's that a list must not newly list. */
struct guard_canary {
    const char *text; /* as the operator wrote it */
    enum { GUARD_IP4, GUARD_IP6, GUARD_NAME } kind;
    struct trie_key key;                 /* of an address */
    uint8_t name[256 + NAMES_LABEL_PAD]; /* lower-case wire form */
};

/* What is guarded in one set. */
struct guard_rules {
    int mode;          /* enum guard_mode */
    uint32_t from;     /* old entries from which on loads are refused; below, most are only warned about */
    uint32_t patience; /* seconds after which data that still looks the same is believed; 0: never */
    uint32_t shrink, growth;      /* least and most new entries, in percent of the old ones; 0: off */
    uint32_t bad_lines;           /* at most so many percent of the lines; 0: off */
    uint32_t coverage, coverage6; /* prefix lengths: at most so many addresses may be new; 0: off */
    bool canaries;                /* the ones that hold for every list */
    struct guard_canary *canary;
    size_t canary_count;
    const struct vec *suffixes; /* public suffixes (view/suffixes.h); NULL: none are known */
};

/* The facts of a load, few enough to be stored. */
struct guard_facts {
    bool loaded;
    uint64_t entries, lines, bad; /* lines: with the bad ones */
    int64_t mtime;                /* of the newest file, Unix time */
    /* Addresses of IPv4, /64s of IPv6; exact where they matter, else as snapshot_set.coverage4. */
    uint64_t covered4, covered6;
    uint64_t canaries; /* how many it lists */
};

/* One load of a set. */
struct guard_load {
    struct guard_facts facts;
    bool protected;        /* of type never */
    struct covered_set in; /* the snapshot that has the load; without one only the facts are known */
};

/* A load as it was read. */
struct guard_load guard_load_read(const struct set_data *data);

/* A load as it is in a snapshot; `facts` without canaries. `lists`: see struct covered_set. */
struct guard_load guard_load_built(const struct snapshot *snapshot, size_t set, const uint16_t *lists);

/* Why a load does not look right. */
struct guard_finding {
    const char *guard; /* its name, as of its key in the configuration */
    bool held;         /* it refuses the load, if mode is GUARD_ON; else it is a warning */
    bool patient;      /* the data is believed when it looks the same `patience` later */
    char reason[256];  /* with the numbers */
};

#define GUARD_FINDINGS 8 /* no more are possible: each guard finds one thing, two of them another one */

struct guard_findings {
    struct guard_finding found[GUARD_FINDINGS];
    unsigned count;
    struct guard_facts facts; /* of the new load, complete if it was built */
};

/* Compares the load that is served, `old`, with a `new` one. `then`: the facts of what was served an hour
 * ago; not loaded: unknown. Walks the tries only where the new load covers more than it may newly cover.
 * ERR_MEMORY. */
enum err guard_compare(const struct guard_rules *rules, const struct guard_load *old,
                       const struct guard_load *new, const struct guard_facts *then,
                       struct guard_findings *out) must_use;

/* Whether two loads that are refused look the same: of a similar number of entries, and bad alike. */
bool guard_looks_same(const struct guard_rules *rules, const struct guard_facts *first,
                      const struct guard_facts *now);

/* Parses an address or a domain name; `text` is referred to. ERR_SYNTAX, ERR_LIMIT. */
enum err guard_parse_canary(const char *text, struct guard_canary *canary, struct error *error) must_use;

#endif
