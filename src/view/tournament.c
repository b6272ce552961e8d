#include "view/tournament.h"

#include <stdlib.h>

bool tournament_new(struct tournament *t, uint32_t count)
{
    t->count = count;
    t->node = calloc(2 * (size_t)count + 1, sizeof(*t->node));
    return t->node != NULL;
}

void tournament_free(struct tournament *t)
{
    free(t->node);
}

static inline bool less(const struct tournament *t, uint64_t a, uint64_t b)
{
    if (unlikely(((a ^ b) & TOURNAMENT_HEAD) == 0))
        return t->before(t->context, a & ~TOURNAMENT_HEAD, b & ~TOURNAMENT_HEAD);
    return a < b;
}

/* Stream `s` is leaf number count + s; the parent of node n is n / 2, and the root is node 1. */
void tournament_enter(struct tournament *t, uint32_t stream, uint64_t head)
{
    t->node[t->count + stream] = (head & TOURNAMENT_HEAD) | stream;
}

/* From the leaves up: first who wins at each node; then, from the root down, who loses there. */
void tournament_begin(struct tournament *t)
{
    uint64_t *n = t->node;

    for (uint32_t i = t->count - 1; i > 0; i--)
        n[i] = less(t, n[2 * i], n[2 * i + 1]) ? n[2 * i] : n[2 * i + 1];
    n[0] = n[1]; /* of a single stream: its leaf */
    for (uint32_t i = 1; i < t->count; i++)
        n[i] = n[2 * i] == n[i] ? n[2 * i + 1] : n[2 * i];
}

/* Who wins is as good as random: no branch depends on it. */
void tournament_next(struct tournament *t, uint64_t head)
{
    uint64_t *node = t->node, winner = (head & TOURNAMENT_HEAD) | (node[0] & ~TOURNAMENT_HEAD);

    for (uint32_t i = ((uint32_t)(winner & ~TOURNAMENT_HEAD) + t->count) / 2; i > 0; i /= 2) {
        uint64_t both = node[i] ^ winner, lower = node[i] < winner ? node[i] : winner;
        if (unlikely((both & TOURNAMENT_HEAD) == 0))
            lower = less(t, node[i], winner) ? node[i] : winner;
        node[i] = both ^ lower;
        winner = lower;
    }
    node[0] = winner;
}

/* It lost to the first one, or to none. */
uint64_t tournament_second(const struct tournament *t)
{
    uint64_t second = TOURNAMENT_ENDED;

    for (uint32_t i = (tournament_first(t) + t->count) / 2; i > 0; i /= 2)
        second = (t->node[i] & TOURNAMENT_HEAD) < second ? t->node[i] & TOURNAMENT_HEAD : second;
    return second;
}
