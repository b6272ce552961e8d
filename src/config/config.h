/*
 * What the operator asked for: zones, sets and settings, as read from the command line and a file. Which
 * settings there are, with their defaults, says the schema (schema.h).
 *
 * Texts that came from argv are referred to and not copied, so argv must outlive the configuration. Main
 * thread builds it; afterwards it is read only.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "answer/rate.h"
#include "delist/delist.h"
#include "http/server.h"
#include "net/listen_address.h"
#include "net/tcp.h"
#include "view/guard.h"
#include "view/view.h"

struct yaml_file;

enum config_version { VERSION_FULL, VERSION_NAME, VERSION_REFUSED };

/* What becomes of a set whose data is stale: its $TIMESTAMP has expired or its files are too old. */
enum config_stale { STALE_SERVFAIL, STALE_SERVE, STALE_DROP };

/* What becomes of the queries of a customer who is over a limit. */
enum config_over_limit { OVER_LOG, OVER_REFUSE, OVER_CODE };

/* Texts of the configuration file, as long as that lives. */
struct config_texts {
    const char *const *text;
    size_t count;
};

/* Where HTTP is served. */
struct config_addresses {
    const char *address[HTTP_LISTENERS_MAX];
    size_t count;
    bool from_file;
};

/* Rules on who may ask what. dry_run: they are counted and logged, and do not hold. */
struct config_keys {
    const char *file; /* NULL: none */
    int over_limit;   /* enum config_over_limit */
    bool dry_run;
};

struct config_public {
    struct config_texts prefixes;
    bool dry_run;
};

struct config_misspelt {
    bool dry_run;
};

/* A section of `rules`: what holds for some lists. */
struct config_rules {
    struct config_texts lists, blocked_by; /* names */
    struct list_policy rules;              /* but for name, bypass, withheld, blocked_by */
    int bypass, reason;                    /* 1: allow; 1: withheld */
};

struct config_set {
    struct set_spec spec; /* of a dynamic one: no files, hence nothing to load */
    bool dynamic;         /* only the API puts something on it */
    char *list;           /* the name that the API, the page and the log use */
    struct guard_rules guards;
    int on_stale;     /* enum config_stale */
    uint32_t max_age; /* seconds; 0: files do not grow old */
    uint32_t max_ttl; /* seconds, by the rules of its list; 0: no bound */
};

struct config {
    const char *binds[LISTEN_ADDRESS_MAX];
    size_t binds_count;
    int family; /* AF_UNSPEC, AF_INET or AF_INET6 */

    struct zone_spec *zones;
    size_t zones_count;
    struct config_set *sets; /* the catalog: a set that several zones name is here once */
    size_t sets_count;
    size_t never;   /* the set of never_list; SIZE_MAX: none */
    uint16_t *acls; /* indexes of the sets of type acl that hold for all zones */
    size_t acls_count;

    uint32_t default_ttl, min_ttl, max_ttl;  /* seconds; min and max 0: no bound */
    uint32_t check_seconds;                  /* between looks at the files; 0: only on SIGHUP */
    uint32_t workers;                        /* 0: one for every CPU that the process may use */
    uint32_t memory_percent;                 /* of the machine's, for lists; 0: no bound */
    uint32_t edns_size;                      /* bytes: most of a UDP reply with EDNS */
    int version_hidden;                      /* enum config_version */
    int facility;                            /* syslog */
    const char *user;                        /* user[:group]; NULL: the default */
    const char *root, *directory, *pid_file; /* NULL: none */
    const char *query_log, *stats_file;      /* as -l and -s take them; NULL: none */
    const char *hostname, *identity;         /* what questions for them are told; NULL: refused */
    const char *cookie_secret;               /* file; NULL: a secret of our own */
    const char *help;                        /* where people are sent by the codes' texts; NULL: nowhere */
    struct tcp_limits tcp;                   /* of one worker */
    struct rate_rules rate_limit;            /* the same */
    struct config_texts rate_exempt;
    struct config_keys keys;
    struct config_public public_resolvers;
    struct config_misspelt misspelt_zones;
    /* The API, and what it does to lists. */
    struct config_addresses api, page;
    struct http_options http;                 /* but for the listeners and privacy */
    const char *state;                        /* directory of the store; NULL: in memory */
    const char *never_list, *confirm_command; /* NULL: none */
    struct config_rules *rules;
    size_t rules_count;
    struct delist_limits limits;
    uint32_t overlay_mib;
    int privacy; /* enum privacy */
    struct retention retention;
    bool cookies, minimal_any;
    bool host_bits, quickstart, foreground, no_gunzip, authority, check_only, dump;
    bool fork_asked; /* -f, which has no meaning any more */

    struct yaml_file *file; /* the configuration file, to whose texts the above may refer; NULL: none */
};

/* Sets the defaults; config_free gives back everything. */
void config_init(struct config *config);
void config_free(struct config *config);

/* Adds `zone:type:file[,file...]`, where `:` separates files too. The zone and the set are made unless they
 * are there; without a zone's name a set of type acl holds for all zones. On failure `error` names `spec`. */
enum err config_add_zone(struct config *config, const char *spec, struct error *error) must_use;

/* Gives the zone `name` (domain name as text) in *zone, made unless it is there; valid until the next is
 * made. */
enum err config_take_zone(struct config *config, const char *name, struct zone_spec **zone,
                          struct error *error) must_use;

/* Gives in *index the set of these `count` files, which are copied; made, with no list name yet, unless it is
 * there. */
enum err config_take_set(struct config *config, const char *type, const char *const *files, size_t count,
                         uint16_t *index, struct error *error) must_use;

/* The same from the text `type:file[,file...]`. */
enum err config_take_set_text(struct config *config, const char *text, uint16_t *index,
                              struct error *error) must_use;

/* Lets `zone` (NULL: all zones, for acls only) use set `set`, unless it does already. */
void config_use_set(struct config *config, struct zone_spec *zone, uint16_t set);

/* True when the set is of type acl: it says who may ask, and lists nothing. */
bool config_set_is_acl(const struct config_set *set);

/* Makes the set of config->never_list, if there is one. */
enum err config_take_never(struct config *config, struct error *error) must_use;

/* True when the set is part of a list that the API speaks of: neither acl nor never_list. */
bool config_set_is_list(const struct config *config, size_t set);

/* Whether what is configured makes sense: zones, a list in each of them, TTLs in order. */
enum err config_check(const struct config *config, struct error *error) must_use;

/* Names the lists that have no name yet once all zones are there: the first file's base name up to its first
 * dot; sets of one name in one directory are one list, the same name in another directory becomes DIR-name,
 * with a warning. */
void config_name_lists(struct config *config);

/* How many different lists there are. */
size_t config_lists(const struct config *config);

#endif
