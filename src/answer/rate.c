#include "answer/rate.h"

#include "base/hash.h"

#include <stdlib.h>
#include <sys/random.h>

struct rate {
    const struct rate_rules *rules;
    const struct prefixes *exempt;
    uint64_t seed;
    size_t mask; /* of line numbers */
    _Alignas(64) struct rate_line lines[];
};

size_t rate_lines(const struct rate_rules *rules)
{
    size_t lines = 1;
    while (lines * RATE_WAYS < rules->table_size)
        lines *= 2;
    return lines;
}

struct rate *rate_new(const struct rate_rules *rules, const struct prefixes *exempt)
{
    size_t lines = rate_lines(rules);
    size_t size = sizeof(struct rate) + lines * sizeof(struct rate_line);
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

hot enum rate_action rate_check(struct rate *r, const struct client_address *client, int64_t now)
{
    const struct rate_rules *rules = r->rules;
    uint64_t prefix = rate_prefix(client->key.hi, client->ipv6 ? rules->ipv6_prefix : rules->ipv4_prefix);

    if (r->exempt != NULL && prefixes_contain(r->exempt, client))
        return RATE_PASS;
    uint64_t hash = hash_bytes(r->seed + client->ipv6, &prefix, sizeof(prefix)) | 1;
    uint32_t count = rate_line_count(&r->lines[hash >> 1 & r->mask], hash, (uint32_t)now);
    return rate_action_of(count, rules->responses_per_second, rules->slip);
}
