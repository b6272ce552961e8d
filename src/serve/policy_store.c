#include "serve/policy_store.h"

#include "base/file_stamp.h"
#include "base/human.h"
#include "base/log.h"
#include "base/rcu.h"
#include "serve/customer_limits.h"
#include "serve/key_file.h"
#include "serve/secret_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pthread.h>
#include <sys/random.h>

#define DAY         86400
#define LOG_SECONDS 60 /* between two lines in the log on one rule */

struct watched_file {
    struct polled_file file; /* checked at every tick */
    struct error failure;    /* of the last reading; code OK: what was read is in use */
};

struct policy_store {
    const struct config *config;
    struct reclaimer *reclaimer;
    size_t workers;
    struct policy *policy;         /* published */
    struct customer_keys *keys;    /* the policy's; NULL: none */
    struct customer_keys *retired; /* the keys before, until `released`; NULL: none */
    bool released;                 /* no reader has `retired`; set by the reclaimer; atomic */
    bool *keyed;                   /* by zone id */
    struct policy_parent *parents;
    struct prefixes exempt, resolvers;
    pthread_mutex_t lock; /* of the failures */
    struct watched_file keys_file, secret_file;
    int64_t secret_made, last_tick, last_log; /* Unix seconds; 0: never */
    struct answer_counters counted;           /* by all workers at last_log */
};

/* ---- Files ---- */

/* Logs and records how reading a file ended: `error`, unless `err` is OK. A failure is logged once. */
static void record(struct policy_store *s, struct watched_file *f, enum err err, const struct error *error)
{
    if (err != OK && strcmp(f->failure.text, error->text) != 0)
        log_error("%s (what was read before stays in use)", error->text);
    if (err == OK)
        log_info("%s: read", f->file.path);
    pthread_mutex_lock(&s->lock);
    f->failure = err != OK ? *error : (struct error){ .code = OK };
    pthread_mutex_unlock(&s->lock);
}

bool policy_store_failure(struct policy_store *s, struct error *out)
{
    pthread_mutex_lock(&s->lock);
    bool failed = s->keys_file.failure.code != OK;
    if (failed)
        *out = s->keys_file.failure;
    pthread_mutex_unlock(&s->lock);
    return failed;
}

/* ---- Cookie secrets ---- */

/* Makes a new random secret; the current one becomes the previous one. */
static enum err roll_secret(struct cookie_secrets *secrets, struct error *error)
{
    memcpy(secrets->previous, secrets->current, COOKIE_SECRET);
    if (getrandom(secrets->current, COOKIE_SECRET, 0) != COOKIE_SECRET)
        return error_set(error, ERR_SYSTEM, "no random bytes for cookies: %s", strerror(errno));
    return OK;
}

/* ---- Publishing ---- */

static void set_released(void *released)
{
    __atomic_store_n((bool *)released, true, __ATOMIC_RELEASE);
}

/* Publishes a policy with these secrets and keys. ERR_MEMORY. */
static enum err publish(struct policy_store *s, const struct cookie_secrets *secrets,
                        struct customer_keys *keys, struct error *error)
{
    struct policy *policy = malloc(sizeof(*policy));

    if (policy == NULL)
        return error_set(error, ERR_MEMORY, "client policy: out of memory");
    *policy = *s->policy;
    policy->cookies = *secrets;
    policy->keys = keys;
    reclaimer_add(s->reclaimer, rcu_exchange(&s->policy, policy), free, 0);
    if (keys != s->keys) {
        s->released = false;
        s->retired = s->keys;
        s->keys = keys;
        reclaimer_add(s->reclaimer, &s->released, set_released, 0);
    }
    return OK;
}

/* Frees the retired keys once no worker counts in them any more. */
static void free_retired(struct policy_store *s)
{
    if (s->retired == NULL || !__atomic_load_n(&s->released, __ATOMIC_ACQUIRE))
        return;
    customer_limits_carry_over(s->retired, s->keys, true);
    customer_keys_free(s->retired);
    s->retired = NULL;
}

static void read_keys(struct policy_store *s)
{
    struct customer_keys *keys;
    struct error error;
    enum err err = key_file_read(s->keys_file.file.path, s->config, s->workers, s->keys->seed, &keys, &error);

    if (err == OK) {
        customer_limits_carry_over(s->keys, keys, false);
        err = publish(s, &s->policy->cookies, keys, &error);
        if (err != OK)
            customer_keys_free(keys);
    }
    record(s, &s->keys_file, err, &error);
}

/* Publishes the secret from its file when that has changed; without a file a random one once a day. */
static void renew_secret(struct policy_store *s, int64_t now)
{
    struct cookie_secrets secrets = s->policy->cookies;
    struct error error;

    if (file_stamp_due(&s->secret_file.file)) {
        enum err err = secret_file_read(s->secret_file.file.path, &secrets, &error);
        if (err == OK)
            err = publish(s, &secrets, s->keys, &error);
        record(s, &s->secret_file, err, &error);
    } else if (s->policy->use_cookies && s->secret_file.file.path == NULL && now - s->secret_made >= DAY) {
        s->secret_made = now;
        enum err err = roll_secret(&secrets, &error);
        if (err == OK)
            err = publish(s, &secrets, s->keys, &error);
        if (err != OK)
            log_error("no new cookie secret: %s", error.text);
    }
}

/* ---- Every second ---- */

static void log_rule(const char *rule, uint64_t count, uint64_t before, bool dry)
{
    if (count != before)
        log_info("%s: %s%s", rule, human_number(count - before, "query", "queries").text,
                 dry ? " (dry run: answered as usual)" : "");
}

/* Logs once a minute the queries that each rule has counted since the last time. */
static void log_rules(struct policy_store *s, struct worker *const *workers, size_t count,
                      struct fast_path *fast_path, int64_t now)
{
    const struct config *c = s->config;
    struct answer_counters n = { 0 }, *was = &s->counted;
    struct fast_path_counts ignored;

    if (now - s->last_log < LOG_SECONDS)
        return;
    s->last_log = now;
    for (size_t i = 0; i < count; i++) {
        const uint64_t *counters = (const uint64_t *)&worker_context(workers[i])->counters;
        for (size_t j = 0; j < sizeof(n) / sizeof(*counters); j++)
            ((uint64_t *)&n)[j] += __atomic_load_n(&counters[j], __ATOMIC_RELAXED);
    }
    fast_path_count(fast_path, &ignored, &n, NULL);
    log_rule("over the rate limit", n.rate_dropped + n.rate_slipped, was->rate_dropped + was->rate_slipped,
             c->rate_limit.rules.dry_run);
    log_rule("without a valid key", n.key_refused, was->key_refused, c->keys.dry_run);
    log_rule("over a customer's limit", n.key_too_many, was->key_too_many, false);
    log_rule("from public resolvers", n.public_resolver, was->public_resolver, c->public_resolvers.dry_run);
    log_rule("for misspelt zones", n.misspelt, was->misspelt, c->misspelt_zones.dry_run);
    *was = n;
}

void policy_store_tick(struct policy_store *s, struct worker *const *workers, size_t count,
                       struct fast_path *fast_path, int64_t now)
{
    free_retired(s);
    if (s->retired == NULL && file_stamp_due(&s->keys_file.file))
        read_keys(s);
    renew_secret(s, now);
    customer_limits_check(s->keys, &s->config->keys, s->last_tick, now);
    log_rules(s, workers, count, fast_path, now);
    s->last_tick = now;
}

const struct prefixes *policy_store_resolvers(const struct policy_store *store)
{
    return &store->resolvers;
}

int64_t policy_store_interval_ms(const struct policy_store *s)
{
    bool busy = s->keys_file.file.path != NULL || s->secret_file.file.path != NULL ||
                s->policy->keyed != NULL || s->policy->parents_count != 0 ||
                s->config->rate_limit.rules.responses_per_second != 0;
    return busy ? 1000 : 3600 * 1000;
}

void policy_store_reload(struct policy_store *s)
{
    s->keys_file.file.again = s->secret_file.file.again = true;
}

void policy_store_log(struct policy_store *s, bool reset)
{
    free_retired(s);
    customer_limits_log(s->keys, reset);
}

/* ---- Start and stop ---- */

static enum err parse_prefixes(const struct config_texts *texts, struct prefixes *set, struct error *error)
{
    enum err err = OK;

    for (size_t i = 0; i < texts->count && err == OK; i++)
        err = prefixes_add(set, texts->text[i], error);
    prefixes_finish(set);
    return err;
}

/* Sets the rules of the zones, and the parent domains of those with `misspelt`. */
static void set_zones(struct policy_store *s)
{
    const struct config *c = s->config;
    struct policy *p = s->policy;

    for (size_t i = 0; i < c->zones_count; i++) {
        const struct zone_spec *z = &c->zones[i];
        s->keyed[i] = z->keyed;
        if (z->keyed || p->public_resolvers != NULL)
            p->keyed = s->keyed;
        unsigned first = z->wire[0] + 1u;
        if (!z->misspelt || z->wire_len <= first + 1) /* below the root everything would be misspelt */
            continue;
        struct policy_parent *parent = &s->parents[p->parents_count++];
        parent->wire_len = (uint16_t)(z->wire_len - first);
        memcpy(parent->wire, z->wire + first, parent->wire_len);
        for (unsigned at = 0; parent->wire[at] != 0; at += parent->wire[at] + 1u)
            parent->labels++;
    }
    p->parents = s->parents;
}

static enum err read_files(struct policy_store *s, struct error *error)
{
    enum err err = OK;
    uint64_t seed;

    if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
        return error_set(error, ERR_SYSTEM, "no random bytes for keys: %s", strerror(errno));
    s->keys_file.file.path = s->config->keys.file;
    s->secret_file.file.path = s->config->cookies ? s->config->cookie_secret : NULL;
    policy_store_reload(s);
    if (file_stamp_due(&s->keys_file.file))
        err = key_file_read(s->keys_file.file.path, s->config, s->workers, seed, &s->keys, error);
    s->policy->keys = s->keys;
    for (int i = 0; i < 2 && err == OK; i++) /* the previous one must not be guessable either */
        err = roll_secret(&s->policy->cookies, error);
    if (err == OK && file_stamp_due(&s->secret_file.file))
        err = secret_file_read(s->secret_file.file.path, &s->policy->cookies, error);
    return err;
}

static enum err fill_in(struct policy_store *s, struct error *error)
{
    const struct config *c = s->config;

    s->policy = calloc(1, sizeof(*s->policy));
    s->keyed = calloc(c->zones_count + 1, sizeof(*s->keyed));
    s->parents = calloc(c->zones_count + 1, sizeof(*s->parents));
    if (s->policy == NULL || s->keyed == NULL || s->parents == NULL)
        return error_set(error, ERR_MEMORY, "client policy: out of memory");
    enum err err = parse_prefixes(&c->rate_limit.exempt, &s->exempt, error);
    if (err == OK)
        err = parse_prefixes(&c->public_resolvers.prefixes, &s->resolvers, error);
    if (err != OK)
        return err;
    *s->policy = (struct policy){ .use_cookies = c->cookies,
                                  .keys_dry_run = c->keys.dry_run,
                                  .public_dry_run = c->public_resolvers.dry_run,
                                  .misspelt_dry_run = c->misspelt_zones.dry_run };
    if (c->public_resolvers.prefixes.count > 0)
        s->policy->public_resolvers = &s->resolvers;
    snprintf(s->policy->help, sizeof(s->policy->help), "%s", c->help != NULL ? c->help : "");
    set_zones(s);
    return read_files(s, error);
}

enum err policy_store_new(const struct config *config, size_t workers, struct reclaimer *reclaimer,
                          struct policy_store **out, struct error *error)
{
    struct policy_store *s = calloc(1, sizeof(*s));
    if (s == NULL)
        return error_set(error, ERR_MEMORY, "client policy: out of memory");
    s->config = config;
    s->reclaimer = reclaimer;
    s->workers = workers;
    pthread_mutex_init(&s->lock, NULL);
    enum err err = fill_in(s, error);
    if (err != OK) {
        policy_store_free(s);
        return err;
    }
    *out = s;
    return OK;
}

void policy_store_free(struct policy_store *s)
{
    if (s == NULL)
        return;
    customer_keys_free(s->keys);
    customer_keys_free(s->retired);
    prefixes_free(&s->exempt);
    prefixes_free(&s->resolvers);
    free(s->policy);
    free(s->keyed);
    free(s->parents);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

const struct policy *const *policy_store_policy(const struct policy_store *s)
{
    return (const struct policy *const *)&s->policy;
}

const struct prefixes *policy_store_exempt(const struct policy_store *s)
{
    return &s->exempt;
}
