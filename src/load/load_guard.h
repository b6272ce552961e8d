/*
 * What becomes of a load that the guards object to (view/guard.h): refused, waited for, or only logged.
 *
 * A refusal freezes nothing: every later version of the files is judged anew, and shrink, growth and bad
 * lines are believed once the data has looked the same for guards.patience; time that the files were in place
 * before a start counts. One thread.
 */
#ifndef LOAD_LOAD_GUARD_H
#define LOAD_LOAD_GUARD_H

#include "config/config.h"
#include "view/guard.h"

/* Five-minute parts of an hour, and one more at each end. */
#define LOAD_GUARD_PAST 14

/* What the guards remember of a set, from load to load. Zeroed: nothing was served. */
struct load_guard {
    struct guard_facts last_good; /* of its last good load, at first by an earlier process (load_history.h) */
    struct guard_facts facts;     /* of the load that was judged last */
    bool clean;                   /* nothing that was held against that load was overruled */
    bool warned;                  /* the warnings about the load in progress are logged */
    struct {                      /* what was served before last_good, oldest first; one each five minutes */
        int64_t until;            /* Unix time */
        struct guard_facts facts;
    } past[LOAD_GUARD_PAST];
    unsigned past_count;
    struct guard_facts refused; /* how the data looked that was refused first and still looks the same */
    int64_t refused_at;         /* Unix time; 0: nothing is refused */
    int64_t believed_at;        /* when it is believed; 0: never, or nothing is refused */
};

/* The load of a set that is judged. */
struct load_guard_case {
    const struct config_set *set;
    const char *reach; /* how dnsblctl reaches this server, as `dnsblctl --url URL`; NULL: it does not */
    struct guard_load old, new;
    bool accepted; /* an operator overrides the guards */
    int64_t now;   /* Unix time */
    int64_t since; /* while the set has no data: when its files came in place, Unix time; 0: unknown */
};

/* Judges a load; one that is built also gets the warnings of what does not refuse it logged. ERR_REFUSED:
 * `error` names list, guard, numbers, and what can be done in this set-up; ERR_MEMORY. */
enum err load_guard_judge(struct load_guard *g, const struct load_guard_case *load,
                          struct error *error) must_use;

/* Whether data that was refused may be believed now, so that it is to be read and judged again. Says so once.
 */
bool load_guard_is_due(struct load_guard *g, int64_t now);

/* The load that was judged last is served from `now` on. */
void load_guard_served(struct load_guard *g, int64_t now);

/* What was served an hour before `now`, or first of all if there was nothing then; not loaded: what is served
 * still. */
struct guard_facts load_guard_then(const struct load_guard *g, int64_t now);

/* By set of the configuration: the number of the first set of its list. The caller frees it; NULL: out of
 * memory. */
uint16_t *load_guard_lists(const struct config *config) must_use;

#endif
