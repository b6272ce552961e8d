/*
 * What the API needs of the program around it: callbacks and facts. The HTTP threads call them; all are
 * thread-safe.
 */
#ifndef HTTP_BACKEND_H
#define HTTP_BACKEND_H

#include "delist/delist.h"
#include "view/view.h"

#include <stdio.h>

struct hit_record; /* answer/hit_sample.h */

/* ---- Reports: values copied under the hood; texts are the callee's, valid until backend_free_report ---- */

/* One load of one list. */
struct report_load {
    int64_t time;
    bool good;    /* published; else the data before is still served, and `reason` says why */
    bool refused; /* by a guard, which `accept` overrides */
    double seconds;
    uint64_t entries, bad, lines, bytes;
    char reason[512]; /* empty when good */
};

struct report_set {
    const char *type;
    const char *files; /* with commas */
    bool loaded, stale;
    uint64_t entries, bad, lines;
    int64_t serial; /* 0: no $SOA */
    int64_t mtime;  /* of the newest file; 0: not loaded */
    struct report_load last;
    char alarm[256]; /* what the data means for delistings needs a look; of a list's first set; empty: no */
};

struct report_list {
    unsigned number; /* in masks; LISTS_MAX: none */
    const char *name;
    struct report_set *sets;
    size_t sets_count;
    struct report_load *loads; /* of all its sets, newest first; at most REPORT_LOADS */
    size_t loads_count;
};
#define REPORT_LOADS 32

struct report_zone {
    const char *name;
    bool ready; /* answers; otherwise SERVFAIL, for the sake of the lists in `unready` */
    struct list_mask lists;
    int64_t valid_until; /* INT64_MAX: for ever */
    uint32_t serial;
    uint64_t queries, answered, nxdomain;
};

struct report {
    int64_t started, now;
    uint64_t queries, answered, nodata, nxdomain, servfail, refused, dropped;
    size_t workers, workers_alive;
    bool loaded; /* every list has been loaded at least once */
    uint64_t resident_bytes, snapshot_bytes;
    struct overlay_usage overlay;
    bool suspended;
    struct store_facts store;
    uint64_t publishes; /* of the overlay, since the start */
    struct report_list *lists;
    size_t lists_count;
    struct report_zone *zones;
    size_t zones_count;
};

/* ---- Reload ---- */

struct reload_outcome {
    const char *list; /* valid as long as the configuration */
    bool changed, good, refused;
    uint64_t entries;
    char reason[512];
};

struct reload {
    const char *const *lists; /* names, all known; NULL: all */
    size_t lists_count;
    bool accept; /* without the guards */
    /* Results, one for each list that was looked at; set before `done`, to be freed by the owner. */
    struct reload_outcome *outcomes;
    size_t outcomes_count;
    void (*done)(struct reload *reload); /* from the loader's thread; must not block */
    void *context;
};

struct backend {
    void *context;
    struct delist *delist;

    /* Hands an operation to the updater; op->done is called when it is over, never from within. False: the
     * queue is full or the server stops; nothing was done. */
    bool (*submit)(void *context, struct delist_op *op);

    /* The published view, until view_close: an RCU read-side section of the calling thread; short, must not
     * block. */
    const struct view *(*view_open)(void *context);
    void (*view_close)(void *context);

    /* Facts; the caller frees with backend_free_report. */
    enum err (*report)(void *context, struct report *out, struct error *error);

    /* Looks at the files as SIGHUP does; false: the server stops. */
    bool (*reload)(void *context, struct reload *reload);

    /* Writes the metrics in Prometheus' text format. */
    void (*metrics)(void *context, FILE *to);

    /* Calls `take` for recent listed answers, newest first; *seen: how many there were in all, *rate: one in
     * how many is kept, at the least. */
    void (*hits)(void *context, bool (*take)(void *taker, const struct hit_record *hit), void *taker,
                 uint64_t *seen, unsigned *rate);

    /* The name of a zone by its id (zone.id), as configured. */
    const char *(*zone_name)(void *context, unsigned id);

    /* Where backups go: a directory; NULL: the store is in memory and there are none. */
    const char *backups;
};

/* Frees what a report holds; harmless twice. */
void backend_free_report(struct report *report);

#endif
