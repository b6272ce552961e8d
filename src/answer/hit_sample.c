#include "answer/hit_sample.h"

#include "answer/hit_rule.h"
#include "trie/ip.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS = sizeof(struct hit_record) / sizeof(uint64_t) };
_Static_assert(sizeof(struct hit_record) % sizeof(uint64_t) == 0, "a record is copied word by word");

/* A reader that has copied words of another record than it wants finds another sequence number afterwards:
 * every word is written after the odd number, and read before the number is read again. */
struct hit_slot {
    uint64_t sequence; /* 2 * n + 2: has record n; 2 * n + 1: record n is being written; 0: none yet */
    uint64_t word[WORDS];
};

struct hit_sample {
    unsigned capacity, rate, all;
    struct hit_rule rule; /* of the writer alone */
    uint64_t seen, end;
    struct hit_slot slots[];
};

struct range hit_sample_address(bool ipv6, struct trie_key address)
{
    if (ipv6 && !ip6_is_mapped(address))
        return range_of_address(RANGE_IP6, address);
    return range_of_address(RANGE_IP4, ipv6 ? ip4_key(ip6_mapped_ip4(address)) : address);
}

enum err hit_sample_new(unsigned capacity, unsigned rate, unsigned all, struct hit_sample **out)
{
    struct hit_sample *h = calloc(1, sizeof(*h) + capacity * sizeof(h->slots[0]));

    if (h == NULL)
        return ERR_MEMORY;
    h->capacity = capacity;
    h->rate = rate;
    h->all = all;
    *out = h;
    return OK;
}

void hit_sample_free(struct hit_sample *hits)
{
    free(hits);
}

uint8_t hit_sample_due(struct hit_sample *h, int64_t second)
{
    __atomic_store_n(&h->seen, h->seen + 1, __ATOMIC_RELAXED);
    return hit_rule_due(&h->rule, second, h->all, h->rate);
}

void hit_sample_put(struct hit_sample *h, const struct hit_record *record)
{
    struct hit_slot *s = &h->slots[h->end & (h->capacity - 1)];
    uint64_t words[WORDS];

    memcpy(words, record, sizeof(words));
    __atomic_store_n(&s->sequence, 2 * h->end + 1, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < WORDS; i++)
        __atomic_store_n(&s->word[i], words[i], __ATOMIC_RELEASE);
    __atomic_store_n(&s->sequence, 2 * h->end + 2, __ATOMIC_RELEASE);
    __atomic_store_n(&h->end, h->end + 1, __ATOMIC_RELEASE);
}

uint64_t hit_sample_seen(const struct hit_sample *h)
{
    return __atomic_load_n(&h->seen, __ATOMIC_RELAXED);
}

unsigned hit_sample_rate(const struct hit_sample *h)
{
    return h->rate;
}

uint64_t hit_sample_end(const struct hit_sample *h)
{
    return __atomic_load_n(&h->end, __ATOMIC_ACQUIRE);
}

bool hit_sample_get(const struct hit_sample *h, uint64_t number, struct hit_record *out)
{
    const struct hit_slot *s = &h->slots[number & (h->capacity - 1)];
    uint64_t words[WORDS];

    if (__atomic_load_n(&s->sequence, __ATOMIC_ACQUIRE) != 2 * number + 2)
        return false;
    for (unsigned i = 0; i < WORDS; i++)
        words[i] = __atomic_load_n(&s->word[i], __ATOMIC_ACQUIRE);
    if (__atomic_load_n(&s->sequence, __ATOMIC_RELAXED) != 2 * number + 2)
        return false;
    memcpy(out, words, sizeof(words));
    return true;
}
