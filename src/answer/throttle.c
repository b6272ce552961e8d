#include "answer/throttle.h"

#include "base/hash.h"

#include <pthread.h>
#include <stdlib.h>

#include <sys/random.h>

enum { WAYS = 4, BUCKETS = 4096 }; /* 16,384 prefixes, in 256 KiB for each table */

#define MS INT64_C(1000000) /* ns: times are kept in ns, so that the share of one use is exact enough */

/* Of the clock: a period of a day can be added twice, and a use of it, without overflow. */
#define LAST_MS (INT64_MAX / MS - 3 * INT64_C(86400000))

/* The generic cell rate algorithm (ITU-T I.371): each use moves `due` on by its share of the period, and is
 * admitted unless that would be more than a period ahead. */
struct slot {
    uint64_t hash; /* of the prefix; 0: free */
    int64_t due;
};

struct table {
    int64_t cost; /* of one use */
    struct slot slots[BUCKETS][WAYS];
};

enum { CLIENTS, NETWORKS };

struct throttle {
    pthread_mutex_t lock;
    uint64_t seed;
    int64_t period;
    struct table tables[2];
};

struct throttle *throttle_new(unsigned most, int64_t period_ms)
{
    struct throttle *t = calloc(1, sizeof(*t));
    if (t == NULL || getrandom(&t->seed, sizeof(t->seed), 0) != sizeof(t->seed)) {
        free(t);
        return NULL;
    }
    pthread_mutex_init(&t->lock, NULL);
    t->period = period_ms * MS;
    t->tables[CLIENTS].cost = t->period / most;
    t->tables[NETWORKS].cost = t->period / (THROTTLE_NETWORK * (int64_t)most);
    return t;
}

void throttle_free(struct throttle *throttle)
{
    if (throttle != NULL)
        pthread_mutex_destroy(&throttle->lock);
    free(throttle);
}

/* The slot of the client's prefix, in which another may be forgotten for it. */
static struct slot *find_slot(struct throttle *t, unsigned table, const struct client_address *client)
{
    static const unsigned bits[2][2] = { [CLIENTS] = { 32, 64 }, [NETWORKS] = { 24, 48 } };
    unsigned host = 64 - bits[table][client->ipv6];
    uint64_t prefix[2] = { client->key.hi >> host << host, client->ipv6 };
    uint64_t hash = hash_bytes(t->seed, prefix, sizeof(prefix)) | 1;
    struct slot *bucket = t->tables[table].slots[(hash >> 32) % BUCKETS], *slot = bucket;
    for (unsigned i = 0; i < WAYS; i++) {
        if (bucket[i].hash == hash)
            return &bucket[i];
        if (bucket[i].due < slot->due)
            slot = &bucket[i];
    }
    *slot = (struct slot){ hash, 0 };
    return slot;
}

static int64_t clamp(int64_t value, int64_t least, int64_t most)
{
    return value < least ? least : value > most ? most : value;
}

bool throttle_admit(struct throttle *t, const struct client_address *client, int64_t now_ms,
                    unsigned *seconds)
{
    struct slot *slots[2];
    int64_t now = clamp(now_ms, 0, LAST_MS) * MS, due[2], excess = 0;
    pthread_mutex_lock(&t->lock);
    /* The network first: beyond its limit it adds no clients. */
    for (int i = NETWORKS; i >= CLIENTS && excess <= 0; i--) {
        slots[i] = find_slot(t, (unsigned)i, client);
        slots[i]->due = clamp(slots[i]->due, now, now + t->period); /* the clock may have been set back */
        due[i] = slots[i]->due + t->tables[i].cost;
        excess = due[i] - now - t->period;
    }
    for (int i = CLIENTS; i <= NETWORKS && excess <= 0; i++)
        slots[i]->due = due[i];
    pthread_mutex_unlock(&t->lock);
    if (excess > 0)
        *seconds = (unsigned)((excess + 1000 * MS - 1) / (1000 * MS));
    return excess <= 0;
}
