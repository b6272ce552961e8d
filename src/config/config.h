/*
 * The configuration: zones, sets and settings, as read from the command line and a file. The schema
 * (schema.h) says which settings there are, with their defaults.
 *
 * Texts of argv are referred to, not copied, so argv must outlive the configuration. The main thread builds
 * it; afterwards it is read-only. Out of memory aborts (alloc.h): without a configuration there is nothing to
 * serve.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "answer/rate.h"
#include "command/command.h"
#include "command/mail_limit.h"
#include "delist/delist.h"
#include "http/server.h"
#include "net/listen_address.h"
#include "net/tcp.h"
#include "page/asset.h"
#include "view/guard.h"
#include "view/view.h"

struct yaml_file;

enum config_version { VERSION_FULL, VERSION_NAME, VERSION_REFUSED };

/* What is done with a set whose data is stale: its $TIMESTAMP has expired or its files are too old. */
enum config_stale { STALE_SERVFAIL, STALE_SERVE, STALE_DROP };

/* What is done with the queries of a customer who is over a limit. */
enum config_over_limit { OVER_LOG, OVER_REFUSE, OVER_CODE };

/* Texts of the configuration file, valid as long as the configuration. */
struct config_texts {
    const char *const *text;
    size_t count;
};

/* Addresses to listen on, or interfaces: the texts of the file, or `options`, those of the command line. */
struct config_addresses {
    const char *const *address;
    size_t count;
    const char *options[LISTEN_ADDRESS_MAX];
};
_Static_assert(HTTP_LISTENERS_MAX <= LISTEN_ADDRESS_MAX, "struct config_addresses holds either");

struct config_rate {
    struct rate_rules rules; /* of one worker */
    struct config_texts exempt;
};

/* Rules on who may query what. dry_run: violations are counted and logged, and answered as usual. */
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

/* The limits of programs that the server has run, confirm_command. */
struct config_commands {
    struct command_limits limits;
    struct mail_limit_rules mails;
};

struct config_resolver {
    struct config_texts addresses; /* none: those of the system */
    uint32_t timeout;              /* seconds */
};

/* What the forms of a list require. */
struct config_form {
    struct config_texts required; /* names of fields */
};

/* A section of `rules`: the policy of some lists. */
struct config_rules {
    struct config_texts lists, blocked_by; /* names */
    struct config_texts proof;             /* words of proof_kind_find() */
    struct list_policy policy; /* without name, bypass, withheld, proof, blocked_by and required */
    struct config_form form;
    int bypass, reason; /* 1: allow; 1: withheld */
};

struct config_set {
    struct set_spec spec;      /* without files if dynamic: nothing to load */
    bool dynamic;              /* only the API adds entries */
    char *list;                /* the name that the API, the page and the log use */
    bool by_file;              /* its list is named after its first file, not by the configuration */
    char *former;              /* the name up to its first dot, where the list has the whole base name instead
                                  of that; else NULL */
    struct guard_rules guards; /* server-wide ones, and what the list has of its own */
    int on_stale;              /* enum config_stale */
    uint32_t max_age;          /* seconds; 0: no limit */
    /* By the rules of its list: */
    uint32_t max_ttl;                 /* seconds; 0: no limit */
    const struct retirement *retired; /* NULL: the list is not to end */
};

/* Whether the set's list has ended. */
static inline bool config_set_is_retired(const struct config_set *set, int64_t now)
{
    return set->retired != NULL && notice_is_retired(set->retired, now);
}

struct config {
    struct config_addresses listen;
    struct config_addresses xdp; /* names of the interfaces of the fast path */
    int family;                  /* AF_UNSPEC, AF_INET or AF_INET6 */

    struct zone_spec *zones;
    size_t zones_count;
    struct config_set *sets; /* each set once, however many zones use it */
    size_t sets_count;
    const char **withheld; /* by set: what DNS says in place of its texts; NULL: those */
    size_t never;          /* index of the set of never_list; SIZE_MAX: none */
    uint16_t *acls;        /* indexes of the sets of type acl that apply to all zones */
    size_t acls_count;

    uint32_t default_ttl, min_ttl, max_ttl;  /* seconds; min and max 0: no limit */
    uint32_t check_seconds;                  /* between checks of the files for changes; 0: only on SIGHUP */
    uint32_t workers;                        /* 0: one for every CPU that the process may use */
    int steering;                            /* enum steering_mode */
    uint32_t memory_percent;                 /* of the machine's memory, for lists; 0: no limit */
    uint32_t edns_size;                      /* bytes: longest UDP reply with EDNS */
    int version;                             /* enum config_version: the answer to version.bind */
    int facility;                            /* syslog */
    const char *user;                        /* user[:group]; NULL: the default */
    const char *root, *directory, *pid_file; /* NULL: none */
    const char *query_log, *stats_file;      /* [+]FILE; NULL: none */
    const char *hostname, *identity;         /* answers to hostname.bind and id.server; NULL: refused */
    const char *cookie_secret;               /* file; NULL: a random secret */
    const char *help;                        /* where the texts of codes refer people to; NULL: nowhere */
    struct tcp_limits tcp;                   /* of one worker */
    struct config_rate rate_limit;
    struct config_keys keys;
    struct config_public public_resolvers;
    struct config_misspelt misspelt_zones;

    struct config_addresses api, page;
    struct http_options http;                 /* without the listeners */
    struct asset logo, style;                 /* the files that http.service names */
    struct banner banner;                     /* of the server */
    const char *state;                        /* directory of the store; NULL: in memory */
    uint32_t age_mib;                         /* of disk, for age files (load/age_update.h); 0: none */
    const char *never_list, *confirm_command; /* NULL: none */
    struct config_commands commands;
    struct guard_rules guards; /* of all lists */
    struct vec suffixes;       /* public suffixes (view/suffixes.h) */
    struct config_rules *rules;
    size_t rules_count;
    struct config_resolver resolver;
    struct breaker_rules breaker; /* of lists that have none of their own */
    struct delist_limits limits;
    uint32_t overlay_mib;
    int privacy; /* enum privacy */
    struct retention retention;
    bool cookies, minimal_any;
    bool host_bits, quickstart, foreground, no_gunzip, authority;
    bool fork_ignored; /* -f was given, which has no effect */

    struct yaml_file *file; /* the configuration file, which owns its texts; NULL: none */
    const char *path;       /* of that file */
};

/* Sets the defaults; config_free frees everything. */
void config_init(struct config *config);
void config_free(struct config *config);

/* Adds `zone:type:file[,file...]`, where `:` separates files too: the zone and the set, unless they exist.
 * Without a zone name a set of type acl applies to all zones. On failure `error` quotes `spec`. */
enum err config_add_zone_spec(struct config *config, const char *spec, struct error *error) must_use;

/* Gives in *zone the zone `name` (domain name as text), added unless it exists; valid until the next is
 * added. */
enum err config_add_zone(struct config *config, const char *name, struct zone_spec **zone,
                         struct error *error) must_use;

/* Gives in *index the set of these `count` files, which are copied; added, without a list name, unless it
 * exists. */
enum err config_add_set(struct config *config, const char *type, const char *const *files, size_t count,
                        uint16_t *index, struct error *error) must_use;

/* Likewise from the text `type:file[,file...]`. */
enum err config_add_set_spec(struct config *config, const char *spec, uint16_t *index,
                             struct error *error) must_use;

/* Makes `zone` (NULL: all zones, for acls only) use set `set`, unless it does already. */
void config_use_set(struct config *config, struct zone_spec *zone, uint16_t set);

/* True when the set is of type acl: it says who may query, and lists nothing. */
bool config_set_is_acl(const struct config_set *set);

/* True when the set is part of a list of the API: neither of type acl nor never_list. */
bool config_set_is_list(const struct config *config, size_t set);

/* True when the API has a list of this name. The lists must have names. */
bool config_has_list(const struct config *config, const char *name);

/* True when the zone answers from set number `set`, which is no acl. */
bool config_zone_has_set(const struct zone_spec *zone, size_t set);

/* Call when everything is added: checks what depends on several values, adds the set of never_list, names
 * the lists and resolves their policies. */
enum err config_complete(struct config *config, struct error *error) must_use;

/* Names the lists that have no name yet; all sets must have been added. The name is the first file's base
 * name up to its first dot; where sets of that name are in different zones, each has the whole base name
 * instead. Sets of one name in one directory are one list; the same name in another directory becomes
 * DIR-name, with a warning: the first in the order of the sets keeps the name. In a name, control
 * characters and bytes that are not UTF-8 become '_', and a name that is too long for the store is cut and
 * ends in a digest of the whole. */
void config_name_lists(struct config *config);

/* The number of lists, which must have names. */
size_t config_count_lists(const struct config *config);

/* Checks what people are told, and reads the files of the page. `error` names the place in the file. */
enum err config_notices_check(struct config *config, struct error *error) must_use;

/* Checks the sections of `rules` and sets what the sets have by them; all lists must have names. `error`
 * names the list. */
enum err config_list_policy_resolve(struct config *config, struct error *error) must_use;

/* Gives the policy of each list, from the section of `rules` that names it or the defaults, in the order of
 * the lists' first sets; bits of blocked_by count in this order. The caller frees *out. */
void config_list_policy_all(const struct config *config, struct list_policy **out, size_t *count);

/* The kinds of proof that some list takes. */
unsigned config_list_policy_proofs(const struct config *config);

/* list_policy_explain for these lists, which must have names. */
void config_explain_list(const struct config *config, const char *name, char *out, size_t size);

/* Gives the sets of all lists, in order, for the store (store_lists_follow). Their texts are those of the
 * configuration; the caller frees *out. */
void config_list_sets(const struct config *config, struct store_list_set **out, size_t *count);

#endif
