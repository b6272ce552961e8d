#include "http/limits.h"

#include "base/hash.h"

#include <pthread.h>
#include <stdlib.h>

#include <sys/random.h>

enum { WAYS = 4, LINES = 4096, MINUTE_MS = 60000 };

/* The generic cell rate algorithm (ITU-T I.371): `due_ms` is when all that was taken will be paid for. */
struct counter_slot {
    uint64_t who; /* a hash of the prefix */
    int64_t due_ms;
};

struct limits {
    pthread_mutex_t lock;
    uint64_t seed;
    unsigned bits[2];
    int64_t cost_ms; /* of one */
    struct counter_slot places[LINES][WAYS];
};

struct limits *limits_new(unsigned per_minute, unsigned bits4, unsigned bits6)
{
    struct limits *l = calloc(1, sizeof(*l));
    if (l == NULL)
        return NULL;
    if (getrandom(&l->seed, sizeof(l->seed), 0) != sizeof(l->seed)) {
        free(l);
        return NULL;
    }
    pthread_mutex_init(&l->lock, NULL);
    l->bits[0] = bits4;
    l->bits[1] = bits6;
    l->cost_ms = per_minute < MINUTE_MS ? MINUTE_MS / per_minute : 1;
    return l;
}

void limits_free(struct limits *limits)
{
    if (limits != NULL)
        pthread_mutex_destroy(&limits->lock);
    free(limits);
}

/* The place of a prefix, or the one that makes room for it. */
static struct counter_slot *find(struct limits *l, uint64_t who)
{
    struct counter_slot *line = l->places[who % LINES], *place = line;
    for (unsigned i = 0; i < WAYS; i++) {
        if (line[i].who == who)
            return &line[i];
        if (line[i].due_ms < place->due_ms)
            place = &line[i];
    }
    *place = (struct counter_slot){ who, 0 };
    return place;
}

bool limits_take(struct limits *l, const struct client *client, int64_t now_ms, unsigned *seconds)
{
    unsigned bits = l->bits[client->ipv6];
    uint64_t prefix[2] = { client->key.hi >> (64 - bits) << (64 - bits), client->ipv6 };
    pthread_mutex_lock(&l->lock);
    struct counter_slot *place = find(l, hash_bytes(l->seed, prefix, sizeof(prefix)) | 1);
    int64_t due_ms = (place->due_ms > now_ms ? place->due_ms : now_ms) + l->cost_ms;
    int64_t over_ms = due_ms - now_ms - MINUTE_MS;
    if (over_ms <= 0)
        place->due_ms = due_ms;
    pthread_mutex_unlock(&l->lock);
    if (over_ms > 0)
        *seconds = (unsigned)((over_ms + 999) / 1000);
    return over_ms <= 0;
}
