/* Blocks of an arena through commits, aborts and reclaims. Tries and the overlay test it at length. */
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <sys/mman.h>

enum { UNIT = 16, FIRST = 4 };

struct freed {
    unsigned count;
    uint32_t last;
};

static void record(void *context, uint32_t index)
{
    struct freed *f = context;
    f->count++;
    f->last = index;
}

static uint32_t add(struct arena *a, unsigned units)
{
    uint32_t index = 0;
    assert_int_equal(arena_add(a, units, &index), OK);
    for (size_t i = 0; i < units * (size_t)UNIT; i++)
        assert_int_equal(((char *)arena_at(a, index))[i], 0);
    memset(arena_at(a, index), 0xff, units * (size_t)UNIT);
    assert_true(arena_is_fresh(a, index));
    return index;
}

static void blocks(void **state)
{
    (void)state;
    struct arena a = { 0 };
    assert_int_equal(arena_open(&a, 1, UNIT, FIRST), OK);
    uint32_t one = add(&a, 1), four = add(&a, 4), other = add(&a, 1), two = add(&a, 2);
    assert_int_equal(one, FIRST);
    assert_int_equal(other, FIRST + 1); /* single units come in twos: blocks of even size are aligned */
    assert_int_equal(four % 2, 0);
    assert_int_equal(two % 2, 0);
    assert_int_equal(a.used, 8);
    for (unsigned i = 0; i < FIRST * UNIT; i++)
        assert_int_equal(a.base[i], 0);
    assert_int_equal(arena_release(&a, four, 4), OK); /* fresh: free at once, and used again */
    assert_int_equal(a.used, 4);
    assert_int_equal(add(&a, 4), four);
    assert_int_equal(add(&a, ARENA_UNITS_MAX) % 2, 0);
    arena_close(&a);
}

static void transactions(void **state)
{
    (void)state;
    struct freed freed = { 0 };
    struct arena a = { .on_free = record, .context = &freed };
    assert_int_equal(arena_open(&a, 1, UNIT, FIRST), OK);
    uint32_t kept = add(&a, 2), left = add(&a, 2);
    arena_commit(&a, 1);
    assert_false(arena_is_fresh(&a, kept));

    assert_int_equal(arena_release(&a, left, 2), OK);
    assert_int_equal(a.waiting, 2);
    uint32_t mine = add(&a, 2);
    assert_int_not_equal(mine, left);
    arena_abort(&a); /* what it made is free, what it released is in use */
    assert_int_equal(freed.count, 1);
    assert_int_equal(freed.last, mine);
    assert_int_equal(a.waiting, 0);
    assert_int_equal(a.used, 4);

    assert_int_equal(arena_release(&a, left, 2), OK);
    arena_reclaim(&a, 2); /* not committed yet: whatever the number */
    assert_int_equal(freed.count, 1);
    arena_commit(&a, 2);
    arena_reclaim(&a, 1); /* a reader may have version 1, which uses it */
    assert_int_equal(a.used, 4);
    assert_int_equal(add(&a, 2), mine);
    arena_reclaim(&a, 2);
    assert_int_equal(freed.count, 2);
    assert_int_equal(freed.last, left);
    assert_int_equal(a.waiting, 0);
    assert_int_equal(add(&a, 2), left);
    arena_close(&a);
}

static void bounds(void **state)
{
    (void)state;
    struct arena a = { 0 };
    uint32_t index = 7;
    assert_int_equal(arena_open(&a, (size_t)1 << 50, UNIT, FIRST), ERR_MEMORY);
    arena_close(&a);
    assert_int_equal(arena_open(&a, 1, UNIT, FIRST), OK);
    unsigned units = FIRST;
    while (arena_add(&a, 64, &index) == OK)
        units += 64;
    assert_int_equal(units / 64, (2 << 20) / UNIT / 64 - 1); /* 2 MiB, less the first units */
    uint32_t before = index;
    assert_int_equal(arena_add(&a, 64, &index), ERR_LIMIT);
    assert_int_equal(index, before);
    arena_abort(&a);
    assert_int_equal(a.used, 0);
    assert_int_equal(arena_add(&a, 64, &index), OK);
    arena_close(&a);
}

/* Chunks come from elsewhere, in order; after those that do not, the system's. */
struct source {
    size_t have, maps;
    char *last;
};

static bool map_chunk(void *context, void *at, size_t chunk)
{
    struct source *s = context;

    assert_int_equal(chunk, s->maps);
    assert_true(s->last == NULL || at == s->last + ARENA_CHUNK);
    s->last = at;
    s->maps++;
    if (chunk >= s->have)
        return false;
    void *p = mmap(at, ARENA_CHUNK, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    assert_ptr_equal(p, at);
    return true;
}

static void chunks(void **state)
{
    enum { BYTES = 4 * ARENA_CHUNK, BLOCK = 64 * UNIT };
    struct source source = { .have = 2 };
    struct arena_memory memory = { map_chunk, &source };
    struct arena a = { .memory = &memory };
    uint32_t index;

    (void)state;
    assert_int_equal(arena_open(&a, BYTES, UNIT, FIRST), OK);
    for (size_t used = FIRST * UNIT; used + BLOCK <= BYTES; used += BLOCK) {
        index = add(&a, 64);
        assert_int_equal(source.maps, ((index + 64) * (size_t)UNIT + ARENA_CHUNK - 1) / ARENA_CHUNK);
    }
    assert_int_equal(arena_add(&a, 64, &index), ERR_LIMIT);
    assert_int_equal(a.mapped, BYTES);
    arena_close(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(blocks), cmocka_unit_test(chunks),
                                        cmocka_unit_test(transactions), cmocka_unit_test(bounds) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
