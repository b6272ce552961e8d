/*
 * What the operator asked for: zones, sets and settings, as read from the command line.
 *
 * Texts that came from argv are referred to and not copied, so argv must outlive the configuration. Main
 * thread builds it; afterwards it is read only.
 */
#ifndef DAEMON_CONFIG_H
#define DAEMON_CONFIG_H

#include "list/view.h"
#include "net/address.h"
#include "net/tcp.h"

struct config_set {
    struct set_spec spec;
    char *list; /* the name that the API, the page and the log use */
};

struct config {
    const char *binds[ADDRESS_MAX];
    size_t binds_count;
    int family; /* AF_UNSPEC, AF_INET or AF_INET6 */

    struct zone_spec *zones;
    size_t zones_count;
    struct config_set *sets; /* the catalog: a set that several zones name is here once */
    size_t sets_count;

    uint32_t default_ttl, min_ttl, max_ttl;  /* seconds; min and max 0: no bound */
    uint32_t check_seconds;                  /* between looks at the files; 0: only on SIGHUP */
    unsigned workers;                        /* 0: one for every CPU that the process may use */
    unsigned version_hidden;                 /* -v: 1 the name only, 2 no answer */
    int facility;                            /* syslog */
    const char *user;                        /* user[:group]; NULL: the default */
    const char *root, *directory, *pid_file; /* NULL: none */
    const char *query_log, *stats_file;      /* as -l and -s take them; NULL: none */
    struct tcp_limits tcp;                   /* of one worker */
    bool host_bits, quickstart, foreground, no_gunzip, authority, check_only, dump;
    bool fork_asked; /* -f, which has no meaning any more */
};

/* Sets the defaults; config_free gives back everything. */
void config_init(struct config *config);
void config_free(struct config *config);

/* Adds `zone:type:file[,file...]`, where `:` separates files too. The zone and the set are made unless they
 * are there. On failure `error` names `spec`. */
enum err config_add_zone(struct config *config, const char *spec, struct error *error) must_use;

/* Names the lists once all zones are there: the first file's base name up to its first dot; sets of one name
 * in one directory are one list, the same name in another directory becomes DIR-name, with a warning. */
void config_name_lists(struct config *config);

/* How many different lists there are. */
size_t config_lists(const struct config *config);

#endif
