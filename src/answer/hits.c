#include "answer/hits.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS = sizeof(struct hit_record) / sizeof(uint64_t) };
_Static_assert(sizeof(struct hit_record) % sizeof(uint64_t) == 0, "a record is copied word by word");

/* An entry. A reader that has copied words of another record than the one it looks for finds another sequence
 * number afterwards: every word is written after the odd number, and read before the number is read again. */
struct slot {
    uint64_t sequence; /* 2 * n + 2: has record n; 2 * n + 1: it is being written; 0: none yet */
    uint64_t word[WORDS];
};

struct hits {
    unsigned capacity, rate;
    unsigned left; /* answers until the next record; the writer's own */
    uint64_t seen, end;
    struct slot slots[];
};

enum err hits_new(unsigned capacity, unsigned rate, struct hits **out)
{
    struct hits *h = calloc(1, sizeof(*h) + capacity * sizeof(h->slots[0]));

    if (h == NULL)
        return ERR_MEMORY;
    h->capacity = capacity;
    h->rate = h->left = rate;
    *out = h;
    return OK;
}

void hits_free(struct hits *hits)
{
    free(hits);
}

bool hits_due(struct hits *h)
{
    __atomic_store_n(&h->seen, h->seen + 1, __ATOMIC_RELAXED);
    if (--h->left != 0)
        return false;
    h->left = h->rate;
    return true;
}

void hits_put(struct hits *h, const struct hit_record *record)
{
    struct slot *s = &h->slots[h->end & (h->capacity - 1)];
    uint64_t words[WORDS];

    memcpy(words, record, sizeof(words));
    __atomic_store_n(&s->sequence, 2 * h->end + 1, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < WORDS; i++)
        __atomic_store_n(&s->word[i], words[i], __ATOMIC_RELEASE);
    __atomic_store_n(&s->sequence, 2 * h->end + 2, __ATOMIC_RELEASE);
    __atomic_store_n(&h->end, h->end + 1, __ATOMIC_RELEASE);
}

uint64_t hits_seen(const struct hits *h)
{
    return __atomic_load_n(&h->seen, __ATOMIC_RELAXED);
}

unsigned hits_rate(const struct hits *h)
{
    return h->rate;
}

uint64_t hits_end(const struct hits *h)
{
    return __atomic_load_n(&h->end, __ATOMIC_ACQUIRE);
}

bool hits_get(const struct hits *h, uint64_t number, struct hit_record *out)
{
    const struct slot *s = &h->slots[number & (h->capacity - 1)];
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
