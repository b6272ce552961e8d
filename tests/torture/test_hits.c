/*
 * A worker puts records into its sample without a pause, while readers copy them: a copy is whole and has the
 * number that was asked for, or there is none. Mainly for ThreadSanitizer.
 */
#include "answer/hit_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>

enum { READERS = 2, CAPACITY = 8, RECORDS = 200000, MIN_COPIED = 1000 };

static struct hit_sample *hits;
static uint64_t copied; /* records, by all readers */
static bool stop;

/* Makes record number n: every field depends on n. */
static void make(uint64_t n, struct hit_record *r)
{
    memset(r, 0, sizeof(*r));
    r->time = (int64_t)n;
    r->client[0] = r->client[1] = n * UINT64_C(0x9e3779b97f4a7c15);
    r->code = (uint32_t)n;
    r->zone = (uint16_t)n;
    r->key.family = RANGE_NAME;
    r->key.name_len = 200;
    memset(r->key.name, (int)(n % 251), sizeof(r->key.name));
}

static void *reader(void *unused)
{
    (void)unused;
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
        uint64_t end = hit_sample_end(hits);
        for (uint64_t n = end > CAPACITY + 1 ? end - CAPACITY - 1 : 0; n <= end; n++) {
            struct hit_record r, expected;
            if (!hit_sample_get(hits, n, &r))
                continue;
            make(n, &expected);
            if (memcmp(&r, &expected, sizeof(r)) != 0)
                abort();
            __atomic_fetch_add(&copied, 1, __ATOMIC_RELAXED);
        }
    }
    return NULL;
}

static void records_are_whole(void **state)
{
    pthread_t threads[READERS];
    struct hit_record r;
    uint64_t n = 0;

    (void)state;
    assert_int_equal(hit_sample_new(CAPACITY, 1, 0, &hits), OK);
    for (unsigned i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, reader, NULL), 0);
    for (; n < RECORDS || __atomic_load_n(&copied, __ATOMIC_RELAXED) < MIN_COPIED; n++) {
        make(n, &r);
        assert_int_equal(hit_sample_due(hits, (int64_t)n), 1);
        hit_sample_put(hits, &r);
        if (n % 1024 == 0)
            sched_yield();
    }
    __atomic_store_n(&stop, true, __ATOMIC_RELEASE);
    for (unsigned i = 0; i < READERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(hit_sample_seen(hits), n);
    assert_true(hit_sample_get(hits, n - 1, &r));
    hit_sample_free(hits);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(records_are_whole) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
