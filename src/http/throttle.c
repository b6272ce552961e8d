#include "http/throttle.h"

#include "base/hash.h"

#include <pthread.h>
#include <stdlib.h>

#include <sys/random.h>

enum { WAYS = 4, BUCKETS = 4096, MINUTE_MS = 60000 };

/* The generic cell rate algorithm (ITU-T I.371): each event moves `due_ms` on by its share of a minute, and
 * is admitted unless that would be more than a minute ahead. */
struct throttle_slot {
    uint64_t hash; /* of the prefix; 0: free */
    int64_t due_ms;
};

struct throttle {
    pthread_mutex_t lock;
    uint64_t seed;
    unsigned bits[2];
    int64_t cost_ms; /* of one event */
    struct throttle_slot slots[BUCKETS][WAYS];
};

struct throttle *throttle_new(unsigned per_minute, unsigned bits4, unsigned bits6)
{
    struct throttle *t = calloc(1, sizeof(*t));
    if (t == NULL || getrandom(&t->seed, sizeof(t->seed), 0) != sizeof(t->seed)) {
        free(t);
        return NULL;
    }
    pthread_mutex_init(&t->lock, NULL);
    t->bits[0] = bits4;
    t->bits[1] = bits6;
    t->cost_ms = per_minute < MINUTE_MS ? MINUTE_MS / per_minute : 1;
    return t;
}

void throttle_free(struct throttle *throttle)
{
    if (throttle != NULL)
        pthread_mutex_destroy(&throttle->lock);
    free(throttle);
}

/* The slot of a prefix. If its bucket is full, the prefix in it with the least use is forgotten. */
static struct throttle_slot *find_slot(struct throttle *t, uint64_t hash)
{
    struct throttle_slot *bucket = t->slots[hash % BUCKETS], *slot = bucket;
    for (unsigned i = 0; i < WAYS; i++) {
        if (bucket[i].hash == hash)
            return &bucket[i];
        if (bucket[i].due_ms < slot->due_ms)
            slot = &bucket[i];
    }
    *slot = (struct throttle_slot){ hash, 0 };
    return slot;
}

bool throttle_admit(struct throttle *t, const struct client_address *client, int64_t now_ms,
                    unsigned *seconds)
{
    unsigned bits = t->bits[client->ipv6];
    uint64_t prefix[2] = { client->key.hi >> (64 - bits) << (64 - bits), client->ipv6 };
    pthread_mutex_lock(&t->lock);
    struct throttle_slot *slot = find_slot(t, hash_bytes(t->seed, prefix, sizeof(prefix)) | 1);
    int64_t due_ms = (slot->due_ms > now_ms ? slot->due_ms : now_ms) + t->cost_ms;
    int64_t excess_ms = due_ms - now_ms - MINUTE_MS;
    if (excess_ms <= 0)
        slot->due_ms = due_ms;
    pthread_mutex_unlock(&t->lock);
    if (excess_ms > 0)
        *seconds = (unsigned)((excess_ms + 999) / 1000);
    return excess_ms <= 0;
}
