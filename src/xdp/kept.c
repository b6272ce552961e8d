#include "xdp/kept.h"

#include "xdp/loader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>
#include <sys/random.h>
#include <unistd.h>

struct xdp_kept {
    struct xdp_rate_rules rules; /* of the layout */
    int rates, hits;             /* maps; -1: there is none */
    struct ring_buffer *ring;
    /* While hits are read. */
    struct hit_sample *sample;
    int64_t now;
};

/* ---- Hits ---- */

static void put_hit(struct hit_sample *sample, const struct xdp_hit *hit, int64_t now)
{
    struct hit_record record = { .time = now,
                                 .client = { hit->client[0], hit->client[1] },
                                 .code = hit->code,
                                 .zone = hit->zone,
                                 .client_ipv6 = hit->client_ipv6,
                                 .weight = hit->weight };

    if (hit->name_bytes != 0) {
        record.key = (struct range){ .family = RANGE_NAME, .name_len = hit->name_bytes };
        memcpy(record.key.name, hit->name, hit->name_bytes);
    } else {
        record.key = hit_sample_address(hit->ipv6, (struct trie_key){ hit->address[0], hit->address[1] });
    }
    hit_sample_put(sample, &record);
}

static int take_hit(void *context, void *data, size_t bytes)
{
    struct xdp_kept *k = context;

    (void)bytes;
    put_hit(k->sample, data, k->now);
    return 0;
}

int xdp_kept_hits_fd(const struct xdp_kept *kept)
{
    return ring_buffer__epoll_fd(kept->ring);
}

void xdp_kept_read_hits(struct xdp_kept *kept, struct hit_sample *sample, int64_t now)
{
    kept->sample = sample;
    kept->now = now;
    ring_buffer__consume(kept->ring);
}

/* ---- The rate limit ---- */

/* Sets the rules; returns the lines of the table for all CPUs. */
static size_t set_rules(struct xdp_kept *k, const struct rate_rules *rules)
{
    size_t lines = rate_lines(rules);

    k->rules = (struct xdp_rate_rules){ .limit = rules->responses_per_second,
                                        .slip = rules->slip,
                                        .dry_run = rules->dry_run,
                                        .bits = { rules->ipv4_prefix, rules->ipv6_prefix },
                                        .lines_mask = (uint32_t)lines - 1 };
    return lines * (size_t)xdp_cpus();
}

static enum err make_rates(struct xdp_kept *k, struct xdp_rights *rights, const struct rate_rules *rules,
                           struct error *error)
{
    bool limited = rules != NULL && rules->responses_per_second != 0;
    size_t lines = limited ? set_rules(k, rules) : 1;
    struct xdp_map_spec spec = { .entries = (uint32_t)lines, .value_bytes = sizeof(struct rate_line) };

    if (lines > UINT32_MAX)
        return error_set(error, ERR_LIMIT, "rate_limit: table_size is too large for so many CPUs");
    if (getrandom(k->rules.seed, sizeof(k->rules.seed), 0) != sizeof(k->rules.seed))
        return error_set(error, ERR_SYSTEM, "no random seed: %s", strerror(errno));
    return xdp_rights_map(rights, &spec, &k->rates, error);
}

/* ---- Start and end ---- */

static enum err make_ring(struct xdp_kept *k, struct xdp_rights *rights, struct error *error)
{
    struct xdp_map_spec spec = { .kind = XDP_KIND_RING, .entries = XDP_RING_BYTES };
    enum err err = xdp_rights_map(rights, &spec, &k->hits, error);

    if (err == OK)
        k->ring = ring_buffer__new(k->hits, take_hit, k, NULL);
    return err != OK || k->ring != NULL
               ? err
               : error_set(error, ERR_SYSTEM, "the ring of hits cannot be read: %s", strerror(errno));
}

enum err xdp_kept_new(struct xdp_rights *rights, const struct rate_rules *rate, struct xdp_kept **out,
                      struct error *error)
{
    struct xdp_kept *k = calloc(1, sizeof(*k));

    if (k == NULL)
        return error_set(error, ERR_MEMORY, "out of memory");
    k->rates = k->hits = -1;
    enum err err = make_rates(k, rights, rate, error);
    if (err == OK)
        err = make_ring(k, rights, error);
    if (err == OK)
        *out = k;
    else
        xdp_kept_free(k);
    return err;
}

void xdp_kept_free(struct xdp_kept *k)
{
    if (k == NULL)
        return;
    ring_buffer__free(k->ring);
    if (k->rates >= 0)
        close(k->rates);
    if (k->hits >= 0)
        close(k->hits);
    free(k);
}

const struct xdp_rate_rules *xdp_kept_rules(const struct xdp_kept *kept)
{
    return &kept->rules;
}

int xdp_kept_rates(const struct xdp_kept *kept)
{
    return kept->rates;
}

int xdp_kept_hits(const struct xdp_kept *kept)
{
    return kept->hits;
}
