/* What the API needs of the program around it: callbacks and facts. Any thread. */
#ifndef API_BACKEND_H
#define API_BACKEND_H

#include "command/command_link.h"
#include "delist/delist.h"
#include "resolve/resolver.h"
#include "view/view.h"

#include <stdio.h>

struct hit_record;   /* answer/hit_sample.h */
struct http_service; /* http/server.h */
struct asset;        /* page/asset.h */

/* ---- Reports: copies; their texts are valid until backend_free_report ---- */

/* One load of one list. */
struct report_load {
    int64_t time;
    bool good;    /* published; otherwise the previous data is still served, and `reason` says why */
    bool refused; /* by a guard; `accept` overrides that */
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
    char alarm[256]; /* of a list's first set: why the last load ended no delistings; empty: no alarm */
};

struct report_list {
    unsigned number; /* in masks; LISTS_MAX: none */
    const char *name;
    const struct retirement *retired; /* NULL: it is not to end */
    struct report_set *sets;
    size_t sets_count;
    bool *in_zone;             /* by zone: some set of the list is in it */
    struct report_load *loads; /* of all its sets, newest first; at most REPORT_LOADS */
    size_t loads_count;
    uint64_t recent_removals; /* public ones within the last hour... */
    bool breaker_open;        /* ...have reached their limit: further ones wait for a review */
};
#define REPORT_LOADS 32

struct report_zone {
    const char *name;
    bool ready; /* answers; otherwise SERVFAIL, because a list has no data */
    struct list_mask lists;
    int64_t valid_until; /* INT64_MAX: for ever */
    uint32_t serial;
    uint64_t queries, answered, nxdomain;
};

#define REPORT_INTERFACES 16
#define REPORT_OUTCOMES   32

struct report_fast_path {
    uint64_t answered, passed, limited; /* packets: answered; the sockets got them; beyond the rate limit */
    uint64_t nanoseconds;               /* that a reply takes, the mean of a sample; 0: unknown */
    struct report_outcome {
        const char *name; /* what became of packets */
        uint64_t packets;
    } outcomes[REPORT_OUTCOMES]; /* of those passed */
    size_t outcomes_count;
    struct report_interface {
        const char *name, *mode; /* driver, generic, off */
        char reason[256];        /* why it is off, or not in the driver; or empty */
    } interfaces[REPORT_INTERFACES];
    size_t interfaces_count;
    uint64_t table_bytes;
};

struct report {
    int64_t started, now;
    uint64_t queries, answered, nodata, nxdomain, servfail, refused, dropped;
    size_t workers, workers_alive;
    bool loaded; /* every list has been loaded at least once */
    uint64_t resident_bytes, snapshot_bytes;
    struct report_fast_path fast_path;
    struct overlay_usage overlay;
    bool suspended;
    struct store_status store;
    char key_file_error[512]; /* why the key file on disk is not in use: file, line, reason; empty: it is */
    struct command_facts commands;
    struct resolver_facts resolver;
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
    /* Results, one for each list that was checked; set before `done`, to be freed by the owner. */
    struct reload_outcome *outcomes;
    size_t outcomes_count;
    void (*done)(struct reload *reload); /* from the loader's thread; must not block */
    void *context;
    struct reload *next; /* the loader's, until `done` */
};

struct backend {
    void *context;
    struct delist *delist; /* NULL: only the control socket is served, and nothing changes lists but files */
    bool *draining;        /* /readyz says 503, so that no more queries are sent here; atomic */

    /* Hands an operation to the updater, which calls op->done when it is done, never from within. False: the
     * queue is full or the server stops; nothing was done. */
    bool (*submit)(void *context, struct delist_op *op);

    /* Begins a look-up in DNS, as resolver_look_up; false too where nothing is looked up. */
    bool (*look_up)(void *context, struct resolver_lookup *lookup);

    /* The published view, until view_close: an RCU read-side section of the calling thread; short, must not
     * block. */
    const struct view *(*view_open)(void *context);
    void (*view_close)(void *context);

    /* Makes a report, for backend_free_report. */
    enum err (*report)(void *context, struct report *out, struct error *error);

    /* Whether a list, an access list or the set of never_list has this name. */
    bool (*has_list)(void *context, const char *name);

    /* Checks the files as SIGHUP does, and reads those that have changed; false: the server stops. */
    bool (*reload)(void *context, struct reload *reload);

    /* Writes the metrics in Prometheus' text format; false: out of memory. */
    bool (*metrics)(void *context, FILE *to);

    /* Calls `add` for recent listed answers, newest first, until it returns false. *seen: how many there were
     * in all; *rate: at least one in so many is kept. False: out of memory. */
    bool (*hits)(void *context, bool (*add)(void *page, const struct hit_record *hit), void *page,
                 uint64_t *seen, unsigned *rate);

    /* Why the token file on disk is not in use: file, line, reason. False: it is, or there is none. */
    bool (*token_failure)(void *context, struct error *out);

    /* The name of a zone by its id (zone.id), as configured. */
    const char *(*zone_name)(void *context, unsigned id);
    /* Whether there is a zone of this name; letters are alike in either case. */
    bool (*has_zone)(void *context, const char *name);

    const char *backups; /* the directory for backups; NULL: the store is in memory, and there are none */
    const char *ages;    /* that of age files (age/age.h); NULL: likewise */

    /* For people; the configuration's. */
    const struct http_service *service;
    const struct asset *logo, *style; /* the files that it names */
    const struct banner *banner;      /* of the server */
};

/* Frees what a report holds; twice does no harm. */
void backend_free_report(struct report *report);

#endif
