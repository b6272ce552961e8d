#include "net/crowd.h"

#include "base/hash.h"

#include <stdlib.h>

#include <sys/random.h>

TAILQ_HEAD(crowd_list, crowd_connection);

/* The connections of one client. */
struct crowd_group {
    LIST_ENTRY(crowd_group) bucket;
    TAILQ_ENTRY(crowd_group) rank; /* among those with as many that wait; not if none does */
    struct client_address client;
    struct crowd_list waiting, working; /* the idlest first */
    size_t waiting_count;
};

LIST_HEAD(crowd_bucket, crowd_group);
TAILQ_HEAD(crowd_rank, crowd_group);

struct crowd {
    uint64_t seed, unknown; /* unknown: clients without an address so far */
    size_t max, highest;    /* the highest rank that is not empty; 0: all are */
    struct crowd_bucket *buckets;
    struct crowd_rank *ranks; /* [n]: the groups of which n connections wait, the least active first */
};

struct crowd *crowd_new(size_t max)
{
    struct crowd *crowd = calloc(1, sizeof(*crowd));
    if (crowd == NULL)
        return NULL;
    crowd->max = max;
    crowd->buckets = calloc(max + 1, sizeof(*crowd->buckets));
    crowd->ranks = calloc(max + 1, sizeof(*crowd->ranks));
    if (crowd->buckets == NULL || crowd->ranks == NULL ||
        getrandom(&crowd->seed, sizeof(crowd->seed), 0) != sizeof(crowd->seed)) {
        crowd_free(crowd);
        return NULL;
    }
    for (size_t i = 0; i <= max; i++)
        TAILQ_INIT(&crowd->ranks[i]);
    return crowd;
}

void crowd_free(struct crowd *crowd)
{
    if (crowd == NULL)
        return;
    free(crowd->buckets);
    free(crowd->ranks);
    free(crowd);
}

/* ---- Groups ---- */

/* What the client is counted as: its IPv4 address, or its IPv6 /48. */
static struct client_address group_of(const struct client_address *client)
{
    return client->ipv6 ? (struct client_address){ true, { client->key.hi >> 16 << 16, 0 } } : *client;
}

static bool is_same(const struct client_address *a, const struct client_address *b)
{
    return a->ipv6 == b->ipv6 && a->key.hi == b->key.hi && a->key.lo == b->key.lo;
}

static struct crowd_group *find(const struct crowd *crowd, const struct client_address *key, size_t *bucket)
{
    uint64_t words[] = { key->key.hi, key->key.lo, key->ipv6 };
    *bucket = hash_bytes(crowd->seed, words, sizeof(words)) % (crowd->max + 1);
    struct crowd_group *group = LIST_FIRST(&crowd->buckets[*bucket]);
    while (group != NULL && !is_same(&group->client, key))
        group = LIST_NEXT(group, bucket);
    return group;
}

/* The group of a client, perhaps a new one; NULL: out of memory. */
static struct crowd_group *get(struct crowd *crowd, const struct client_address *key)
{
    size_t bucket;
    struct crowd_group *group = find(crowd, key, &bucket);
    if (group != NULL || (group = calloc(1, sizeof(*group))) == NULL)
        return group;
    group->client = *key;
    TAILQ_INIT(&group->waiting);
    TAILQ_INIT(&group->working);
    LIST_INSERT_HEAD(&crowd->buckets[bucket], group, bucket);
    return group;
}

/* Beyond `max`, all are of one rank. */
static size_t rank_of(const struct crowd *crowd, const struct crowd_group *group)
{
    return group->waiting_count < crowd->max ? group->waiting_count : crowd->max;
}

static void set_waiting(struct crowd *crowd, struct crowd_group *group, size_t count)
{
    if (group->waiting_count > 0)
        TAILQ_REMOVE(&crowd->ranks[rank_of(crowd, group)], group, rank);
    group->waiting_count = count;
    size_t rank = rank_of(crowd, group);
    if (count > 0)
        TAILQ_INSERT_TAIL(&crowd->ranks[rank], group, rank);
    if (rank > crowd->highest)
        crowd->highest = rank;
    while (crowd->highest > 0 && TAILQ_EMPTY(&crowd->ranks[crowd->highest]))
        crowd->highest--; /* once: what was left is one rank lower now */
}

/* ---- Connections ---- */

static void take_out(struct crowd *crowd, struct crowd_connection *c)
{
    struct crowd_group *group = c->group;
    TAILQ_REMOVE(c->waits ? &group->waiting : &group->working, c, link);
    if (c->waits)
        set_waiting(crowd, group, group->waiting_count - 1);
}

static void put_in(struct crowd *crowd, struct crowd_connection *c, bool waits)
{
    struct crowd_group *group = c->group;
    c->waits = waits;
    TAILQ_INSERT_TAIL(waits ? &group->waiting : &group->working, c, link);
    if (waits)
        set_waiting(crowd, group, group->waiting_count + 1);
}

bool crowd_add(struct crowd *crowd, struct crowd_connection *connection, const struct client_address *client)
{
    /* No IPv4 address has these lower bits. */
    struct client_address own = { false, { 0, 1 + crowd->unknown } };
    struct client_address key = client != NULL ? group_of(client) : own;
    struct crowd_group *group = get(crowd, &key);
    if (group == NULL)
        return false;
    crowd->unknown += client == NULL;
    connection->group = group;
    connection->client = client != NULL ? *client : own;
    put_in(crowd, connection, true);
    return true;
}

void crowd_remove(struct crowd *crowd, struct crowd_connection *connection)
{
    struct crowd_group *group = connection->group;
    take_out(crowd, connection);
    if (!TAILQ_EMPTY(&group->waiting) || !TAILQ_EMPTY(&group->working))
        return;
    LIST_REMOVE(group, bucket);
    free(group);
}

void crowd_wait(struct crowd *crowd, struct crowd_connection *connection)
{
    take_out(crowd, connection);
    put_in(crowd, connection, true);
}

void crowd_work(struct crowd *crowd, struct crowd_connection *connection)
{
    take_out(crowd, connection);
    put_in(crowd, connection, false);
}

static unsigned count_in(const struct crowd_list *list, const struct client_address *client)
{
    unsigned count = 0;
    for (const struct crowd_connection *c = TAILQ_FIRST(list); c != NULL; c = TAILQ_NEXT(c, link))
        count += c->client.key.hi == client->key.hi;
    return count;
}

unsigned crowd_count(const struct crowd *crowd, const struct client_address *client)
{
    size_t bucket;
    struct client_address key = group_of(client);
    const struct crowd_group *group = find(crowd, &key, &bucket);
    return group != NULL ? count_in(&group->waiting, client) + count_in(&group->working, client) : 0;
}

struct crowd_connection *crowd_idlest(const struct crowd *crowd)
{
    const struct crowd_group *group = crowd->highest > 0 ? TAILQ_FIRST(&crowd->ranks[crowd->highest]) : NULL;
    return group != NULL ? TAILQ_FIRST(&group->waiting) : NULL;
}
