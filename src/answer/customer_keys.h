/*
 * Customer keys: labels between a question and the zone (4.3.2.1.KEY.zone.example), and what each of them may
 * ask.
 *
 * A table is built by one thread and then published; workers only read it, except for their counters. Several
 * keys may belong to one customer: their queries are counted together, and the customer's limits hold for the
 * sum. Every worker counts in cache lines of its own. The thread that checks the limits
 * (serve/policy_store.h) reads the counters with relaxed loads and sets the customer's state, which the
 * workers read likewise.
 */
#ifndef ANSWER_CUSTOMER_KEYS_H
#define ANSWER_CUSTOMER_KEYS_H

#include "base/error.h"
#include "base/hash_index.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

#define CUSTOMER_KEYS_LABEL_MAX 63

/* How a customer's queries are answered. */
enum key_state { KEY_SERVED, KEY_REFUSED, KEY_TOO_MANY };

struct customer_key {
    uint8_t size;                           /* of the label; 0: `label` begins with the label's SHA-256 */
    uint8_t label[CUSTOMER_KEYS_LABEL_MAX]; /* lower case */
    uint32_t customer;
    uint32_t zones;  /* index in customer_keys.zones of its bits, one a zone id: which it may ask */
    int64_t expires; /* Unix seconds; INT64_MAX: never */
};

struct customer {
    char name[64];      /* for logs and metrics, so never a key */
    uint32_t limit_qps; /* queries a second; 0: no limit */
    uint64_t limit_day; /* queries a day (UTC); 0: no limit */
    /* Of the thread that checks the limits (serve/customer_limits.h). */
    uint64_t before;             /* queries counted in the tables before this one */
    uint64_t carried;            /* queries that the table after this one has in its `before` */
    uint64_t start, day, second; /* queries when the statistics, the day and the second began */
    int64_t logged;              /* when it was last logged that a limit is exceeded */
};

struct customer_keys {
    uint64_t seed;
    struct hash_index index; /* of `keys`, by keyed hash of the label or its digest */
    struct hash_index names; /* of `customers`, by such a hash of the name */
    struct vec keys;         /* struct customer_key */
    struct vec customers;    /* struct customer */
    struct vec zones;        /* uint64_t: bit sets */
    size_t zones_count;
    bool digests;           /* some key is given by its digest */
    uint8_t *states;        /* enum key_state, by customer */
    uint64_t *counts;       /* queries, by worker and customer */
    size_t stride, workers; /* counters of one worker in `counts`: whole cache lines */
};

/* Makes an empty table for `zones_count` zones; `seed` is secret. NULL: out of memory.
 * customer_keys_free(NULL) does nothing. */
struct customer_keys *customer_keys_new(uint64_t seed, size_t zones_count);
void customer_keys_free(struct customer_keys *keys);

#define CUSTOMER_KEYS_NONE UINT32_MAX

/* The customer of this name, or CUSTOMER_KEYS_NONE. */
uint32_t customer_keys_find_customer(const struct customer_keys *keys, const char *name);

/* Likewise, but adds the customer if there is none; CUSTOMER_KEYS_NONE: out of memory. */
uint32_t customer_keys_add_customer(struct customer_keys *keys, const char *name);

/* Adds a key; its `zones` is computed from `allowed`, one a zone. ERR_REFUSED: there is a key with this
 * label. ERR_MEMORY. */
enum err customer_keys_add(struct customer_keys *keys, const struct customer_key *key,
                           const bool *allowed) must_use;

/* Makes states and counters for `workers` workers, after the last key. ERR_MEMORY. */
enum err customer_keys_finish(struct customer_keys *keys, size_t workers) must_use;

/* The key with this label, in lower-case wire form, or NULL. Any thread. A hash look-up; if there are keys
 * given by their digest, and it is none of the others, a SHA-256 and a second one. */
const struct customer_key *customer_keys_find(const struct customer_keys *keys, const uint8_t *label);

static inline struct customer *customer_keys_get_customer(const struct customer_keys *k, uint32_t customer)
{
    return &VEC_AT(&k->customers, struct customer, customer);
}

static inline bool customer_keys_allow(const struct customer_keys *k, const struct customer_key *key,
                                       unsigned zone)
{
    return VEC_AT(&k->zones, const uint64_t, key->zones + zone / 64) >> zone % 64 & 1;
}

/* Counts a query of a customer and returns the customer's state. Worker number `worker` alone. */
static inline enum key_state customer_keys_count(const struct customer_keys *k, size_t worker,
                                                 uint32_t customer)
{
    uint64_t *count = &k->counts[worker * k->stride + customer];
    __atomic_store_n(count, __atomic_load_n(count, __ATOMIC_RELAXED) + 1, __ATOMIC_RELAXED);
    return (enum key_state)__atomic_load_n(&k->states[customer], __ATOMIC_RELAXED);
}

/* The queries of a customer that all workers counted since customer_keys_finish. Any thread. */
uint64_t customer_keys_sum(const struct customer_keys *keys, uint32_t customer);

#endif
