#include "load/stale.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void from(void **state)
{
    (void)state;
    static const struct {
        bool loaded;
        int64_t valid_until, mtime;
        uint32_t max_age;
        int64_t from;
    } table[] = {
        { true, 0, 1000, 0, INT64_MAX },
        { true, 5000, 1000, 0, 5000 },
        { true, 0, 1000, 60, 1060 },
        { true, 5000, 1000, 60, 1060 },
        { true, 1010, 1000, 60, 1010 },
        { false, 5000, 1000, 60, INT64_MAX }, /* what is not there is not old */
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct config_set set = { .max_age = table[i].max_age };
        struct snapshot_set facts = { .loaded = table[i].loaded,
                                      .valid_until = table[i].valid_until,
                                      .mtime = table[i].mtime };
        print_message("row %zu\n", i);
        assert_int_equal(stale_from(&set, &facts), table[i].from);
    }
}

static void zones(void **state)
{
    (void)state;
    struct config_set sets[] = { { .on_stale = STALE_SERVFAIL },
                                 { .on_stale = STALE_SERVE },
                                 { .on_stale = STALE_DROP },
                                 { .on_stale = STALE_SERVFAIL } };
    struct snapshot_set facts[4];
    for (size_t i = 0; i < 4; i++)
        facts[i] = (struct snapshot_set){ .loaded = true, .valid_until = i == 3 ? 0 : 100 };
    uint16_t all[] = { 2, 0, 1, 3 }, dropped[] = { 2 };
    struct zone_spec specs[] = { { .name = "all", .sets = all, .sets_count = 4 },
                                 { .name = "dropped", .sets = dropped, .sets_count = 1 } };
    struct config config = { .sets = sets, .sets_count = 4, .zones = specs, .zones_count = 2 };
    static const uint16_t lists[] = { 7, 8, 9, VIEW_NO_LIST };
    struct snapshot snapshot = { .sets = facts, .sets_count = 4 };
    struct set_state states[4] = { { .changed = false } };
    struct stale_zones z;

    assert_int_equal(stale_zones_make(&z, &config, lists, states, &snapshot, 99, NULL), OK);
    assert_int_equal(z.zones[0].sets_count, 4);
    assert_memory_equal(z.zones[0].sets, all, sizeof(all));
    assert_int_equal(z.zones[1].sets_count, 1);
    assert_ptr_equal(z.zones[1].valid_until, z.valid_until);
    assert_int_equal(z.valid_until[0], 100);
    for (size_t i = 1; i < 4; i++)
        assert_int_equal(z.valid_until[i], 0);
    stale_zones_free(&z);

    assert_int_equal(stale_zones_make(&z, &config, lists, states, &snapshot, 100, NULL), OK);
    assert_int_equal(z.zones[0].sets_count, 3);
    assert_true(z.zones[0].reduced);
    assert_memory_equal(z.zones[0].sets, all + 1, 3 * sizeof(*all));
    assert_int_equal(z.zones[1].sets_count, 0);
    assert_string_equal(z.zones[1].name, "dropped");
    stale_zones_free(&z);

    /* A set that is not loaded yet is waited for; one that was refused is left out. */
    facts[2].loaded = false;
    assert_int_equal(stale_zones_make(&z, &config, lists, states, &snapshot, 99, NULL), OK);
    assert_int_equal(z.zones[0].sets_count, 4);
    stale_zones_free(&z);
    states[2].failure.code = ERR_REFUSED;
    assert_int_equal(stale_zones_make(&z, &config, lists, states, &snapshot, 99, NULL), OK);
    assert_int_equal(z.zones[0].sets_count, 3);
    stale_zones_free(&z);
}

/* A set whose list has ended stays in its zones, which then know that; it is not dropped, nor does its age
 * count. */
static void retired(void **state)
{
    (void)state;
    static const struct retirement end = { { { "It has ended.", "終了しました。" } }, 90 };
    struct config_set sets[] = { { .on_stale = STALE_DROP, .retired = &end },
                                 { .on_stale = STALE_SERVFAIL } };
    struct snapshot_set facts[] = { { .loaded = true, .valid_until = 80 }, { .loaded = true } };
    static const uint16_t lists[] = { 7, 8 };
    uint16_t both[] = { 0, 1 };
    struct zone_spec specs[] = { { .name = "all", .sets = both, .sets_count = 2 } };
    struct config config = { .sets = sets, .sets_count = 2, .zones = specs, .zones_count = 1 };
    struct snapshot snapshot = { .sets = facts, .sets_count = 2 };
    struct set_state states[2] = { { .changed = false } };
    struct stale_zones z;

    assert_int_equal(stale_zones_make(&z, &config, lists, states, &snapshot, 89, NULL), OK);
    assert_int_equal(z.zones[0].sets_count, 1);
    assert_null(z.zones[0].retired[0]);
    assert_int_equal(z.set_lists[0], 7);
    stale_zones_free(&z);

    assert_int_equal(stale_zones_make(&z, &config, lists, states, &snapshot, 90, NULL), OK);
    assert_int_equal(z.zones[0].sets_count, 2);
    assert_false(z.zones[0].reduced);
    assert_string_equal(z.zones[0].retired[0], "It has ended.");
    assert_null(z.zones[0].retired[1]);
    assert_int_equal(z.set_lists[0], VIEW_NO_LIST);
    assert_int_equal(z.set_lists[1], 8);
    stale_zones_free(&z);

    assert_true(stale_is(&sets[0], &facts[0], 89));
    assert_false(stale_is(&sets[0], &facts[0], 90));
}

/* Zones are to be compiled anew when a list ends, until they are. */
static void end(void **state)
{
    static const struct {
        int64_t since, valid_until, compiled_at, now;
        bool due, stale;
        int64_t next;
    } table[] = {
        { 90, 0, 50, 89, false, false, 90 },           { 90, 0, 50, 90, true, false, 150 },
        { 90, 0, 50, 150, true, false, 210 },          { 90, 0, 90, 95, false, false, INT64_MAX },
        { 90, 80, 50, 70, false, false, 80 },          { 90, 80, 50, 85, false, true, 90 },
        { 90, 100, 90, 110, false, false, INT64_MAX }, { 90, 100, 50, 70, false, false, 90 },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        char name[] = "a", type[] = "ip4set";
        const struct retirement retirement = { .since = table[i].since };
        struct config_set sets[] = { { .spec.type = type, .list = name, .retired = &retirement } };
        const struct config config = { .sets = sets, .sets_count = 1 };
        const struct snapshot_set facts = { .loaded = true, .valid_until = table[i].valid_until };
        struct set_state state_of = { .stale = false };
        int64_t next;
        print_message("row %zu\n", i);
        assert_int_equal(stale_update(&config, &facts, table[i].compiled_at, table[i].now, &state_of, &next),
                         table[i].due);
        assert_true(next == table[i].next);
        assert_int_equal(state_of.stale, table[i].stale);
        assert_int_equal(state_of.retired, table[i].now >= table[i].since);
    }
}

/* A set is to be dropped until zones are published without it. */
static void update(void **state)
{
    (void)state;
    static const struct {
        int on_stale;
        int64_t compiled_at, now;
        bool drop;
        int64_t next;
    } table[] = {
        { STALE_DROP, 50, 99, false, 100 },         { STALE_DROP, 50, 100, true, 160 }, /* the next attempt */
        { STALE_DROP, 50, 160, true, 220 },                                             /* that one failed */
        { STALE_DROP, 160, 160, false, INT64_MAX }, { STALE_SERVFAIL, 50, 100, false, INT64_MAX },
        { STALE_SERVE, 50, 100, false, INT64_MAX },
    };
    struct set_state set = { .stale = false };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        char name[] = "a", type[] = "ip4set";
        struct config_set sets[] = { { .spec.type = type, .list = name, .on_stale = table[i].on_stale } };
        const struct config config = { .sets = sets, .sets_count = 1 };
        const struct snapshot_set facts = { .loaded = true, .valid_until = 100 };
        int64_t next;
        print_message("row %zu\n", i);
        assert_int_equal(stale_update(&config, &facts, table[i].compiled_at, table[i].now, &set, &next),
                         table[i].drop);
        assert_true(next == table[i].next);
        assert_int_equal(set.stale, table[i].now >= 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(from), cmocka_unit_test(zones),
                                        cmocka_unit_test(retired), cmocka_unit_test(end),
                                        cmocka_unit_test(update) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
