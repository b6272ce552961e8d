/* Sorted streams, merged by a tournament, against a sort of all their keys. */
#include "view/tournament.h"

#include "support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LENGTH = 20, STREAMS_MAX = 300 };

/* A key has a head and, below the bits that the tournament sees, a tail. */
struct stream {
    uint64_t key[LENGTH];
    unsigned next, count;
};

static struct stream streams[STREAMS_MAX];

static bool comes_before(const void *context, unsigned a, unsigned b)
{
    const struct stream *s = context;

    return s[a].next < s[a].count && (s[b].next == s[b].count || s[a].key[s[a].next] < s[b].key[s[b].next]);
}

static uint64_t head(const struct stream *s)
{
    return s->next < s->count ? s->key[s->next] : TOURNAMENT_ENDED;
}

/* The lowest head of all streams but one. */
static uint64_t lowest_head_without(uint32_t count, unsigned without)
{
    uint64_t lowest = TOURNAMENT_ENDED;

    for (uint32_t i = 0; i < count; i++)
        if (i != without && (head(&streams[i]) & TOURNAMENT_HEAD) < lowest)
            lowest = head(&streams[i]) & TOURNAMENT_HEAD;
    return lowest;
}

static int compare(const void *pa, const void *pb)
{
    uint64_t a = *(const uint64_t *)pa, b = *(const uint64_t *)pb;
    return (a > b) - (a < b);
}

/* `bits`: of the keys that differ; the highest ones are ones, so that some heads are those of an ended
 * stream. */
static void merge(uint32_t count, unsigned bits, uint64_t seed)
{
    static uint64_t all[STREAMS_MAX * LENGTH];
    struct tournament t;
    size_t n = 0, taken = 0;

    assert_true(tournament_new(&t, count));
    t.before = comes_before;
    t.context = streams;
    for (uint32_t i = 0; i < count; i++) {
        struct stream *s = &streams[i];
        *s = (struct stream){ .count = (unsigned)(random_next(&seed) % (LENGTH + 1)) };
        for (unsigned j = 0; j < s->count; j++)
            s->key[j] = all[n++] = random_next(&seed) | ~UINT64_C(0) << bits;
        qsort(s->key, s->count, sizeof(s->key[0]), compare);
        tournament_enter(&t, i, head(s));
    }
    qsort(all, n, sizeof(all[0]), compare);
    tournament_begin(&t);
    for (;;) {
        struct stream *s = &streams[tournament_first(&t)];
        assert_int_equal(tournament_head(&t), head(s) & TOURNAMENT_HEAD);
        assert_int_equal(tournament_second(&t), lowest_head_without(count, tournament_first(&t)));
        if (s->next == s->count)
            break;
        assert_int_equal(s->key[s->next], all[taken++]);
        s->next++;
        tournament_next(&t, head(s));
    }
    assert_int_equal(taken, n);
    tournament_free(&t);
}

static void merges_as_a_sort(void **state)
{
    static const unsigned bits[] = { 1, 4, 16, 20, 40, 63 };
    static const uint32_t counts[] = { 1, 2, 3, 4, 5, 7, 8, 9, 31, 250, STREAMS_MAX };
    (void)state;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        for (size_t j = 0; j < sizeof(bits) / sizeof(bits[0]); j++)
            for (uint64_t seed = 1; seed <= 5; seed++)
                merge(counts[i], bits[j], seed * 1000 + i * 10 + j);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(merges_as_a_sort) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
