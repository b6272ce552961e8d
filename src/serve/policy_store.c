#include "serve/policy_store.h"

#include "base/human.h"
#include "base/log.h"
#include "base/rcu.h"
#include "serve/cookie_secret.h"
#include "serve/key_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/random.h>
#include <sys/stat.h>

#define DAY         86400
#define LOG_SECONDS 60 /* between two lines in the log on the same matter */

/* A file that is looked at every second, and read when it has changed and been left alone for one. */
struct looked_at {
    const char *path;       /* NULL: none */
    struct stat seen, read; /* by the last look; by the last reading */
    bool again;             /* to be read at the next look, whatever that sees */
    bool failed;            /* the last reading; logged once */
};

/* The counts of the rules, as the log has them. */
struct rule_counts {
    uint64_t rate, key_refused, key_too_many, public_resolver, misspelt;
};

struct policy_store {
    const struct config *config;
    struct policy *policy;      /* published */
    struct customer_keys *keys; /* the policy's; NULL: none */
    struct policy_zone *zones;
    struct policy_parent *parents;
    struct prefixes exempt, resolvers;
    struct looked_at keys_file, secret_file;
    int64_t secret_made; /* when a secret of our own was */
    int64_t ticked;      /* Unix seconds; 0: never */
    int64_t logged;
    struct rule_counts counted; /* when that was */
    size_t workers;
};

/* ---- Files ---- */

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Whether the file is to be read now. */
static bool look(struct looked_at *f)
{
    struct stat now = { .st_ino = 0 };

    if (f->path == NULL)
        return false;
    if (stat(f->path, &now) != 0)
        now = (struct stat){ .st_ino = 0 };
    bool settled = same_file(&now, &f->seen), changed = !same_file(&now, &f->read);
    f->seen = now;
    if (!f->again && !(settled && changed))
        return false;
    f->again = false;
    f->read = now;
    return true;
}

/* Says in the log, once, that the file could not be read, or that it can be again. */
static void report(struct looked_at *f, enum err err, const struct error *error)
{
    if (err != OK && !f->failed)
        log_error("%s (what was read before stays)", error->text);
    if (err == OK)
        log_info("%s: read", f->path);
    f->failed = err != OK;
}

/* ---- Publishing ---- */

/* Publishes a policy with these secrets and keys; what was in use is freed. False: out of memory. */
static bool publish(struct policy_store *k, const struct cookie_secrets *secrets, struct customer_keys *keys)
{
    struct policy *new = malloc(sizeof(*new));

    if (new == NULL)
        return false;
    *new = *k->policy;
    new->cookies = *secrets;
    new->keys = keys;
    struct policy *old = rcu_exchange(&k->policy, new);
    rcu_wait();
    free(old);
    return true;
}

/* What the customers of the old table had used, which nobody counts in any more, goes on in the new one. */
static void carry_over(const struct customer_keys *old, struct customer_keys *new)
{
    for (uint32_t i = 0; i < VEC_COUNT(&old->customers, struct customer); i++) {
        const struct customer *was = customer_keys_customer_at(old, i);
        uint32_t id = customer_keys_customer_find(new, was->name);
        if (id == CUSTOMER_KEYS_NONE) {
            log_info("customer %s is gone; %s queries", was->name,
                     human_count(was->before + customer_keys_sum(old, i)).text);
            continue;
        }
        struct customer *is = customer_keys_customer_at(new, id);
        is->before = was->before + customer_keys_sum(old, i);
        is->start = was->start;
        is->day = was->day;
        is->second = was->second;
        is->logged = was->logged;
    }
}

static void read_keys(struct policy_store *k)
{
    struct customer_keys *keys = NULL, *old = k->keys;
    struct error error;
    enum err err = key_file_read(k->keys_file.path, k->config, k->workers, old->seed, &keys, &error);

    if (err == OK && !publish(k, &k->policy->cookies, keys)) {
        customer_keys_free(keys);
        err = error_set(&error, ERR_MEMORY, "%s: out of memory", k->keys_file.path);
    }
    report(&k->keys_file, err, &error);
    if (err != OK)
        return;
    carry_over(old, keys);
    k->keys = keys;
    customer_keys_free(old);
}

static void look_at_files(struct policy_store *k, int64_t now)
{
    struct cookie_secrets secrets = k->policy->cookies;
    struct error error;
    enum err err = OK;

    if (look(&k->keys_file))
        read_keys(k);
    if (look(&k->secret_file)) {
        err = cookie_secret_read(k->secret_file.path, &secrets, &error);
        report(&k->secret_file, err, &error);
    } else if (k->policy->use_cookies && k->secret_file.path == NULL && now - k->secret_made >= DAY) {
        k->secret_made = now;
        err = cookie_secret_roll(&secrets, &error);
    } else {
        return;
    }
    if (err == OK && !publish(k, &secrets, k->keys))
        log_error("out of memory for a cookie secret");
}

/* ---- Limits ---- */

static enum key_state state_over(const struct config_keys *rules)
{
    return rules->dry_run || rules->over_limit == OVER_LOG ? KEY_SERVED
           : rules->over_limit == OVER_REFUSE              ? KEY_REFUSED
                                                           : KEY_TOO_MANY;
}

static void judge_customer(struct policy_store *k, uint32_t id, int64_t seconds, bool new_day, int64_t now)
{
    struct customer *c = customer_keys_customer_at(k->keys, id);
    uint64_t total = c->before + customer_keys_sum(k->keys, id),
             qps = (total - c->second) / (uint64_t)seconds;

    if (new_day)
        c->day = total;
    c->second = total;
    bool over_qps = c->limit_qps != 0 && qps > c->limit_qps;
    bool over_day = c->limit_day != 0 && total - c->day > c->limit_day;
    __atomic_store_n(&k->keys->states[id], over_qps || over_day ? state_over(&k->config->keys) : KEY_SERVED,
                     __ATOMIC_RELAXED);
    if (!(over_qps || over_day) || now - c->logged < LOG_SECONDS)
        return;
    c->logged = now;
    log_notice("customer %s is over a limit%s: %s queries a second, %s today", c->name,
               state_over(&k->config->keys) == KEY_SERVED ? " and served all the same" : "",
               human_count(qps).text, human_count(total - c->day).text);
}

static void judge_all(struct policy_store *k, int64_t now)
{
    int64_t seconds = now > k->ticked ? now - k->ticked : 1;

    for (uint32_t i = 0; k->keys != NULL && i < VEC_COUNT(&k->keys->customers, struct customer); i++)
        judge_customer(k, i, seconds, now / DAY != k->ticked / DAY, now);
}

/* ---- The log ---- */

static void log_rule(const char *rule, uint64_t count, uint64_t before, bool dry)
{
    if (count != before)
        log_info("%s: %s queries%s", rule, human_count(count - before).text,
                 dry ? " (dry run: answered all the same)" : "");
}

/* Once a minute, what the rules have found in it. */
static void log_rules(struct policy_store *k, struct worker *const *workers, size_t count, int64_t now)
{
    const struct config *c = k->config;
    struct rule_counts n = { 0 }, *was = &k->counted;

    if (now - k->logged < LOG_SECONDS)
        return;
    k->logged = now;
    for (size_t i = 0; i < count; i++) {
        const struct answer_counters *a = &worker_context(workers[i])->counters;
        n.rate += __atomic_load_n(&a->rate_dropped, __ATOMIC_RELAXED) +
                  __atomic_load_n(&a->rate_slipped, __ATOMIC_RELAXED);
        n.key_refused += __atomic_load_n(&a->key_refused, __ATOMIC_RELAXED);
        n.key_too_many += __atomic_load_n(&a->key_too_many, __ATOMIC_RELAXED);
        n.public_resolver += __atomic_load_n(&a->public_resolver, __ATOMIC_RELAXED);
        n.misspelt += __atomic_load_n(&a->misspelt, __ATOMIC_RELAXED);
    }
    log_rule("over the rate limit", n.rate, was->rate, c->rate_limit.dry_run);
    log_rule("without a valid key", n.key_refused, was->key_refused, c->keys.dry_run);
    log_rule("over a customer's limit", n.key_too_many, was->key_too_many, false);
    log_rule("from public resolvers", n.public_resolver, was->public_resolver, c->public_resolvers.dry_run);
    log_rule("for misspelt zones", n.misspelt, was->misspelt, c->misspelt_zones.dry_run);
    *was = n;
}

void policy_store_tick(struct policy_store *k, struct worker *const *workers, size_t count, int64_t now)
{
    look_at_files(k, now);
    judge_all(k, now);
    log_rules(k, workers, count, now);
    k->ticked = now;
}

int64_t policy_store_every_ms(const struct policy_store *k)
{
    bool busy = k->keys_file.path != NULL || k->secret_file.path != NULL || k->policy->zones != NULL ||
                k->policy->parents_count != 0 || k->config->rate_limit.responses_per_second != 0;
    return busy ? 1000 : 3600 * 1000;
}

void policy_store_check(struct policy_store *k)
{
    k->keys_file.again = k->secret_file.again = true;
}

void policy_store_log(struct policy_store *k, bool reset)
{
    for (uint32_t i = 0; k->keys != NULL && i < VEC_COUNT(&k->keys->customers, struct customer); i++) {
        struct customer *c = customer_keys_customer_at(k->keys, i);
        uint64_t total = c->before + customer_keys_sum(k->keys, i);
        log_info("stats for customer %s: %s queries, %s today", c->name, human_count(total - c->start).text,
                 human_count(total - c->day).text);
        if (reset)
            c->start = total;
    }
}

/* ---- Making and freeing ---- */

static enum err take_prefixes(const struct config_texts *texts, struct prefixes *set, struct error *error)
{
    enum err err = OK;

    for (size_t i = 0; i < texts->count && err == OK; i++)
        err = prefixes_add(set, texts->text[i], error);
    prefixes_end(set);
    return err;
}

/* What holds for zones, and the names beside which something is misspelt. */
static void take_zones(struct policy_store *k)
{
    const struct config *c = k->config;
    struct policy *p = k->policy;

    for (size_t i = 0; i < c->zones_count; i++) {
        const struct zone_spec *z = &c->zones[i];
        k->zones[i].keyed = z->keyed;
        if (z->keyed || p->public_resolvers != NULL)
            p->zones = k->zones;
        unsigned first = z->wire[0] + 1u;
        if (!z->misspelt || z->wire_len <= first + 1) /* of a zone at the top everything would be misspelt */
            continue;
        struct policy_parent *parent = &k->parents[p->parents_count++];
        parent->wire_len = (uint16_t)(z->wire_len - first);
        memcpy(parent->wire, z->wire + first, parent->wire_len);
        for (unsigned at = 0; parent->wire[at] != 0; at += parent->wire[at] + 1u)
            parent->labels++;
    }
    p->parents = k->parents;
}

static enum err take_files(struct policy_store *k, struct error *error)
{
    enum err err = OK;
    uint64_t seed;

    if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
        return error_set(error, ERR_SYSTEM, "no random bytes for keys: %s", strerror(errno));
    k->keys_file.path = k->config->keys.file;
    k->secret_file.path = k->config->cookies ? k->config->cookie_secret : NULL;
    policy_store_check(k);
    if (look(&k->keys_file))
        err = key_file_read(k->keys_file.path, k->config, k->workers, seed, &k->keys, error);
    k->policy->keys = k->keys;
    if (err == OK && k->config->cookies)
        err = cookie_secret_roll(&k->policy->cookies, error);
    if (err == OK)
        err = cookie_secret_roll(&k->policy->cookies, error); /* the one before is not to be guessed either */
    if (err == OK && look(&k->secret_file))
        err = cookie_secret_read(k->secret_file.path, &k->policy->cookies, error);
    return err;
}

enum err policy_store_new(const struct config *config, size_t workers, struct policy_store **out,
                          struct error *error)
{
    struct policy_store *k = calloc(1, sizeof(*k));
    if (k == NULL)
        return error_set(error, ERR_MEMORY, "rules: out of memory");
    k->config = config;
    k->workers = workers;
    k->policy = calloc(1, sizeof(*k->policy));
    k->zones = calloc(config->zones_count + 1, sizeof(*k->zones));
    k->parents = calloc(config->zones_count + 1, sizeof(*k->parents));
    enum err err = OK;
    if (k->policy == NULL || k->zones == NULL || k->parents == NULL)
        err = error_set(error, ERR_MEMORY, "rules: out of memory");
    if (err == OK)
        err = take_prefixes(&config->rate_exempt, &k->exempt, error);
    if (err == OK)
        err = take_prefixes(&config->public_resolvers.prefixes, &k->resolvers, error);
    if (err == OK) {
        *k->policy = (struct policy){ .use_cookies = config->cookies,
                                      .keys_on_trial = config->keys.dry_run,
                                      .public_on_trial = config->public_resolvers.dry_run,
                                      .misspelt_on_trial = config->misspelt_zones.dry_run };
        if (config->public_resolvers.prefixes.count > 0)
            k->policy->public_resolvers = &k->resolvers;
        snprintf(k->policy->help, sizeof(k->policy->help), "%s", config->help != NULL ? config->help : "");
        take_zones(k);
        err = take_files(k, error);
    }
    if (err != OK) {
        policy_store_free(k);
        return err;
    }
    *out = k;
    return OK;
}

void policy_store_free(struct policy_store *k)
{
    if (k == NULL)
        return;
    customer_keys_free(k->keys);
    prefixes_free(&k->exempt);
    prefixes_free(&k->resolvers);
    free(k->policy);
    free(k->zones);
    free(k->parents);
    free(k);
}

const struct policy *const *policy_store_policy(const struct policy_store *k)
{
    return (const struct policy *const *)&k->policy;
}

const struct prefixes *policy_store_exempt(const struct policy_store *k)
{
    return &k->exempt;
}
