#include "answer/rate.h"

#include "base/hash.h"

#include <stdlib.h>
#include <sys/random.h>

enum { WAYS = 4 };

/* The replies to one prefix. */
struct rate_slot {
    uint64_t prefix; /* a hash of it; 0: free */
    uint32_t second; /* of the last reply: the lower half of Unix time */
    uint32_t count;  /* replies in that second, with those beyond the limit: the slip counts on */
};

struct rate {
    const struct rate_rules *rules;
    const struct prefixes *exempt;
    uint64_t seed;
    size_t mask; /* of line numbers */
    _Alignas(64) struct rate_slot lines[][WAYS];
};

_Static_assert(sizeof(struct rate_slot[WAYS]) == 64, "the ways of a prefix share a cache line");

struct rate *rate_new(const struct rate_rules *rules, const struct prefixes *exempt)
{
    size_t lines = 1;
    while (lines * WAYS < rules->table_size)
        lines *= 2;
    size_t size = sizeof(struct rate) + lines * sizeof(struct rate_slot[WAYS]);
    struct rate *r = aligned_alloc(64, size);
    if (r == NULL)
        return NULL;
    memset(r, 0, size); /* touches its pages before the first query needs them */
    r->rules = rules;
    r->exempt = exempt;
    r->mask = lines - 1;
    if (getrandom(&r->seed, sizeof(r->seed), 0) != sizeof(r->seed)) {
        free(r);
        return NULL;
    }
    return r;
}

void rate_free(struct rate *rate)
{
    free(rate);
}

bool rate_is_dry_run(const struct rate *rate)
{
    return rate->rules->dry_run;
}

/* The slot of a prefix; its count starts again with a new second or a new prefix. */
static struct rate_slot *find(struct rate *r, uint64_t prefix, uint32_t now)
{
    struct rate_slot *line = r->lines[prefix >> 1 & r->mask], *oldest = line;

    for (unsigned i = 0; i < WAYS; i++) {
        if (line[i].prefix == prefix) {
            oldest = &line[i];
            break;
        }
        if (now - line[i].second > now - oldest->second)
            oldest = &line[i];
    }
    if (oldest->prefix != prefix || oldest->second != now)
        *oldest = (struct rate_slot){ prefix, now, 0 };
    return oldest;
}

hot enum rate_action rate_check(struct rate *r, const struct client_address *client, int64_t now)
{
    const struct rate_rules *rules = r->rules;
    unsigned bits = client->ipv6 ? rules->ipv6_prefix : rules->ipv4_prefix;
    uint64_t prefix = bits == 0 ? 0 : client->key.hi >> (64 - bits) << (64 - bits);

    if (r->exempt != NULL && prefixes_contain(r->exempt, client))
        return RATE_PASS;
    struct rate_slot *p =
        find(r, hash_bytes(r->seed + client->ipv6, &prefix, sizeof(prefix)) | 1, (uint32_t)now);
    if (p->count < UINT32_MAX)
        p->count++;
    if (p->count <= rules->responses_per_second)
        return RATE_PASS;
    uint32_t beyond = p->count - rules->responses_per_second;
    return rules->slip != 0 && beyond % rules->slip == 0 ? RATE_SLIP : RATE_DROP;
}
