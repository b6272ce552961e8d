/* Age files: since when a list names something, over histories of its files, and whatever a file has in it.
 */
#include "age/age.h"
#include "support/random.h"
#include "support/temp.h"
#include "support/text_view.h"
#include "view/coverage.h"
#include "view/snapshot_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROOM (UINT64_C(1) << 30)

/* The sets: list 7 has two for IPv4, one for IPv6 and one for names; list 8 has others among them. */
enum { SETS = 6 };
static const char *const types[SETS] = { "ip4set", "ip6trie", "dnset", "ip4trie", "ip4set", "dnset" };
static const uint16_t lists[SETS] = { 7, 7, 7, 7, 8, 8 };

static struct snapshot *build(const char *const texts[SETS])
{
    struct set_data *data[SETS];
    struct snapshot *snapshot;
    struct error error;

    for (size_t i = 0; i < SETS; i++) {
        char *text;
        assert_true(asprintf(&text, "%s\n", texts[i] != NULL ? texts[i] : "") > 0);
        data[i] = text_view_load_set(&(struct text_set){ "", types[i], text });
        free(text);
    }
    assert_int_equal(snapshot_build(NULL, data, SETS, &snapshot, &error), OK);
    for (size_t i = 0; i < SETS; i++)
        set_free(data[i]);
    return snapshot;
}

static struct age_place place_in(void **state)
{
    return (struct age_place){ *state, 7, "xbl" };
}

static enum err write_age(const struct age_place *place, const struct snapshot *snapshot, int64_t time,
                          uint64_t most, uint64_t *bytes, struct error *error)
{
    return age_write(place, &(struct age_source){ snapshot, lists, time }, most, bytes, error);
}

static void write_texts(const struct age_place *place, const char *const texts[SETS], int64_t time)
{
    struct snapshot *snapshot = build(texts);
    struct error error = { .text = "" };
    uint64_t bytes;

    enum err e = write_age(place, snapshot, time, ROOM, &bytes, &error);
    if (e != OK)
        fail_msg("%s", error.text);
    assert_true(bytes > 0 && bytes % 4096 == 0);
    snapshot_free(snapshot);
}

static int64_t find(const struct age_place *place, const char *text, int64_t now)
{
    struct range key;
    struct error error;

    assert_int_equal(range_parse(text, false, &key, &error), OK);
    return age_find(place, &key, now);
}

static void remove_age(const struct age_place *place)
{
    char path[AGE_PATH];

    age_path(place, path);
    remove(path);
}

/* ---- Histories ---- */

/* What the list has at the times 100, 200, 300: IPv4, IPv6, names; and a second set of IPv4. */
static const struct {
    const char *why;
    const char *texts[3][4]; /* of a time without any the file is not written */
    const char *key;
    int64_t since;
} histories[] = {
    { "stays", { { "192.0.2.1" }, { "192.0.2.1\n192.0.2.9" } }, "192.0.2.1", 100 },
    { "is new", { { "192.0.2.1" }, { "192.0.2.1\n192.0.2.9" } }, "192.0.2.9", 200 },
    { "is gone", { { "192.0.2.1" }, { "192.0.2.9" } }, "192.0.2.1", 0 },
    { "was away", { { "192.0.2.1" }, { "192.0.2.9" }, { "192.0.2.1" } }, "192.0.2.1", 300 },
    { "never was there", { { "192.0.2.1\n192.0.2.3" } }, "192.0.2.2", 0 },
    { "another code", { { "192.0.2.1 :2:x" }, { "192.0.2.1 :5:y" } }, "192.0.2.1", 100 },
    { "within a range", { { "192.0.2.0/24" } }, "192.0.2.77", 100 },
    { "before a range", { { "192.0.2.0/24" } }, "192.0.1.255", 0 },
    { "after a range", { { "192.0.2.0/24" } }, "192.0.3.0", 0 },
    { "a range around it", { { "192.0.2.1" }, { "192.0.2.0/24" } }, "192.0.2.1", 100 },
    { "before it", { { "192.0.2.1" }, { "192.0.2.0/24" } }, "192.0.2.0", 200 },
    { "after it", { { "192.0.2.1" }, { "192.0.2.0/24" } }, "192.0.2.2", 200 },
    { "left of a range", { { "192.0.2.0/24" }, { "192.0.2.7" } }, "192.0.2.7", 100 },
    { "a range that moves", { { "192.0.2.0/25" }, { "192.0.2.64-192.0.2.191" } }, "192.0.2.127", 100 },
    { "its new end", { { "192.0.2.0/25" }, { "192.0.2.64-192.0.2.191" } }, "192.0.2.128", 200 },
    { "excluded", { { "192.0.2.0/24\n!192.0.2.8" } }, "192.0.2.8", 0 },
    { "not excluded any more", { { "192.0.2.0/24\n!192.0.2.8" }, { "192.0.2.0/24" } }, "192.0.2.8", 200 },
    { "beside it", { { "192.0.2.0/24\n!192.0.2.8" }, { "192.0.2.0/24" } }, "192.0.2.9", 100 },
    { "excluded in between",
      { { "10.0.0.0/8" }, { "10.0.0.0/8\n!10.1.0.0/16" }, { "10.0.0.0/8" } },
      "10.1.2.3",
      300 },
    { "in another set of the list", { { "192.0.2.1" }, { "", "", "", "192.0.2.1" } }, "192.0.2.1", 100 },
    { "in both sets", { { "192.0.2.0/31", "", "", "192.0.2.1" } }, "192.0.2.0", 100 },
    { "across two /16s", { { "10.0.255.254-10.1.0.1" }, { "10.0.255.255-10.1.0.0" } }, "10.1.0.0", 100 },
    { "the first address", { { "0.0.0.0" } }, "0.0.0.0", 100 },
    { "the last address", { { "255.255.255.255" }, { "0.0.0.0/1\n128.0.0.0/1" } }, "255.255.255.255", 100 },
    { "all others", { { "255.255.255.255" }, { "0.0.0.0/1\n128.0.0.0/1" } }, "255.255.255.254", 200 },
    { "all of IPv4",
      { { "0.0.0.0/1\n128.0.0.0/1" }, { "0.0.0.0/1\n128.0.0.0/1" }, { "128.0.0.0/1" } },
      "128.0.0.0",
      100 },
    { "of IPv6", { { "", "2001:db8::/32" }, { "", "2001:db8::1\n2001:db9::1" } }, "2001:db8::1", 100 },
    { "new in IPv6", { { "", "2001:db8::/32" }, { "", "2001:db8::1\n2001:db9::1" } }, "2001:db9::1", 200 },
    { "the next one", { { "", "2001:db8::1" } }, "2001:db8::2", 0 },
    { "far apart",
      { { "", "::1\nffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" } },
      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
      100 },
    { "all of IPv6", { { "", "8000::" }, { "", "::/0" } }, "8000::", 100 },
    { "its last address",
      { { "", "8000::" }, { "", "::/0" } },
      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
      200 },
    { "a name", { { "", "", "ex.com" }, { "", "", "a.com\nex.com\nz.com" } }, "ex.com", 100 },
    { "a new name", { { "", "", "ex.com" }, { "", "", "a.com\nex.com\nz.com" } }, "z.com", 200 },
    { "below a name", { { "", "", "ex.com" } }, "www.ex.com", 0 },
    { "above a name", { { "", "", "www.ex.com" } }, "ex.com", 0 },
    { "below a wildcard", { { "", "", "*.ex.com" } }, "a.b.ex.com", 100 },
    { "the name of a wildcard", { { "", "", "*.ex.com" } }, "ex.com", 0 },
    { "a wildcard with its name", { { "", "", ".ex.com" } }, "ex.com", 100 },
    { "a name under a wildcard that is new",
      { { "", "", "www.ex.com" }, { "", "", ".ex.com" } },
      "www.ex.com",
      100 },
    { "others under it", { { "", "", "www.ex.com" }, { "", "", ".ex.com" } }, "ftp.ex.com", 200 },
    { "below the name under it", { { "", "", "www.ex.com" }, { "", "", ".ex.com" } }, "a.www.ex.com", 200 },
    { "left of a wildcard", { { "", "", ".ex.com" }, { "", "", "www.ex.com" } }, "www.ex.com", 100 },
    { "its other names", { { "", "", ".ex.com" }, { "", "", "www.ex.com" } }, "ftp.ex.com", 0 },
    { "an excluded name", { { "", "", ".ex.com\n!www.ex.com" } }, "www.ex.com", 0 },
    { "below it", { { "", "", ".ex.com\n!www.ex.com" } }, "a.www.ex.com", 100 },
    { "a name not excluded any more",
      { { "", "", ".ex.com\n!www.ex.com" }, { "", "", ".ex.com" } },
      "www.ex.com",
      200 },
    { "beside that name", { { "", "", ".ex.com\n!www.ex.com" }, { "", "", ".ex.com" } }, "ftp.ex.com", 100 },
    { "excluded with all below",
      { { "", "", ".ex.com\n!.www.ex.com" }, { "", "", ".ex.com" } },
      "a.b.www.ex.com",
      200 },
    { "one that was away under a wildcard",
      { { "", "", ".ex.com" }, { "", "", ".ex.com\n!www.ex.com" }, { "", "", ".ex.com" } },
      "www.ex.com",
      300 },
    { "a dot in a label", { { "", "", "a\\.b.com" } }, "a.b.com", 0 },
};

static void over_time(void **state)
{
    /* Of list 8: it splits what the snapshot has, and is not to be seen. */
    static const char other4[] = "192.0.2.1\n192.0.2.64/26\n10.1.0.0/16",
                      other_names[] = "www.ex.com\n.com\n.own.test";
    const struct age_place place = place_in(state);

    for (size_t i = 0; i < ARRAY_SIZE(histories); i++) {
        int64_t now = 0;
        print_message("%s: %s\n", histories[i].why, histories[i].key);
        for (size_t j = 0; j < ARRAY_SIZE(histories[i].texts); j++) {
            const char *const *t = histories[i].texts[j];
            const char *const texts[SETS] = { t[0], t[1], t[2], t[3], other4, other_names };
            if (t[0] == NULL)
                continue;
            now = 100 * ((int64_t)j + 1);
            write_texts(&place, texts, now);
        }
        assert_int_equal(find(&place, histories[i].key, now), histories[i].since);
        assert_int_equal(find(&place, "own.test", now), 0);
        remove_age(&place);
    }
}

/* ---- Random histories: what a key has is what each snapshot says of it ---- */

enum { ADDRESSES = 64, NAMES = 120, KEYS = 2 * ADDRESSES + NAMES, STEPS = 12 };

static const char *key_text(unsigned key)
{
    static char text[64];
    static const char labels[] = "abc";
    unsigned name = key - 2 * ADDRESSES, depth = name < 3 ? 1 : name < 12 ? 2 : name < 39 ? 3 : 4;
    unsigned rest = name - (depth == 1 ? 0 : depth == 2 ? 3 : depth == 3 ? 12 : 39);
    char *end = text;

    if (key < ADDRESSES) {
        sprintf(text, "10.%u.%u.%u", key < 32 ? 0 : 1, key < 32 ? 255 : 0, (key < 32 ? 224 : 0) + key % 32);
    } else if (key < 2 * ADDRESSES) {
        key -= ADDRESSES;
        sprintf(text, "2001:db%u:%s:%x", key < 32 ? 8 : 9, key < 32 ? "ffff:ffff:ffff:ffff:ffff" : "",
                (key < 32 ? 0xffe0 : 1) + key % 32);
    } else {
        for (unsigned i = 0; i < depth; i++, rest /= 3)
            end += sprintf(end, "%c.", labels[rest % 3]);
        sprintf(end, "test");
    }
    return text;
}

static void random_lines(uint64_t *random, unsigned set, char *text)
{
    unsigned lines = (unsigned)(random_next(random) % 8), first = set == 1               ? ADDRESSES
                                                                  : set == 2 || set == 5 ? 2 * ADDRESSES
                                                                                         : 0;

    *text = '\0';
    for (unsigned i = 0; i < lines; i++) {
        uint64_t r = random_next(random);
        unsigned from = (unsigned)(r >> 8) % (first == 2 * ADDRESSES ? NAMES : ADDRESSES);
        const char *excluded = r % 4 == 0 ? "!" : "";
        if (first == 2 * ADDRESSES) {
            static const char *const kinds[] = { "", ".", "*." };
            text += sprintf(text, "%s%s%s\n", excluded, kinds[r / 4 % 3], key_text(first + from));
        } else if ((set == 0 || set == 4) && r / 4 % 2 == 0) {
            unsigned to = from + (unsigned)(r >> 40) % (ADDRESSES - from);
            text += sprintf(text, "%s%s-", excluded, key_text(from));
            text += sprintf(text, "%s\n", key_text(to));
        } else {
            text += sprintf(text, "%s%s/%u\n", excluded, key_text(first + from), first == 0 ? 32 : 128);
        }
    }
}

static void as_the_snapshots_say(void **state)
{
    const struct age_place place = place_in(state);
    struct range keys[KEYS];
    struct error error;

    for (unsigned k = 0; k < KEYS; k++)
        assert_int_equal(range_parse(key_text(k), false, &keys[k], &error), OK);
    for (uint64_t seed = 1; seed <= 60; seed++) {
        int64_t since[KEYS] = { 0 };
        uint64_t random = seed;
        for (unsigned step = 1; step <= STEPS; step++) {
            static char texts[SETS][2048];
            const char *in[SETS];
            struct coverage coverage;
            uint64_t bytes;
            for (unsigned i = 0; i < SETS; i++) {
                random_lines(&random, i, texts[i]);
                in[i] = texts[i];
            }
            struct snapshot *snapshot = build(in);
            if (write_age(&place, snapshot, step, ROOM, &bytes, &error) != OK)
                fail_msg("seed %u, step %u: %s", (unsigned)seed, step, error.text);
            assert_int_equal(coverage_open(&coverage, snapshot, lists), OK);
            for (unsigned k = 0; k < KEYS; k++) {
                struct list_mask found;
                assert_int_equal(coverage_lists(&coverage, &keys[k], &found), OK);
                since[k] = !list_mask_has(&found, 7) ? 0 : since[k] != 0 ? since[k] : step;
                if (age_find(&place, &keys[k], step) != since[k])
                    fail_msg("seed %u, step %u, %s: %d instead of %d", (unsigned)seed, step, key_text(k),
                             (int)age_find(&place, &keys[k], step), (int)since[k]);
            }
            coverage_close(&coverage);
            snapshot_free(snapshot);
        }
        remove_age(&place);
    }
}

/* ---- Many blocks ---- */

static const char *random_host(uint64_t *random)
{
    static char text[32];
    uint64_t r = random_next(random);

    sprintf(text, "%u.%u.%u.%u", (unsigned)(r >> 24) & 255, (unsigned)(r >> 16) & 255,
            (unsigned)(r >> 8) & 255, (unsigned)r & 255);
    return text;
}

/* So many random hosts and as many names. */
static struct snapshot *build_many(unsigned count)
{
    char *hosts = malloc(count * 20 + 1), *names = malloc(count * 30 + 1), *to = hosts, *to_name = names;
    uint64_t random = 5;

    for (unsigned i = 0; i < count; i++) {
        to += sprintf(to, "%s\n", random_host(&random));
        to_name += sprintf(to_name, ".name%u.example%u.com\n", i, i % 7);
    }
    struct snapshot *snapshot = build((const char *const[SETS]){ hosts, "2001:db8::1", names });
    free(hosts);
    free(names);
    return snapshot;
}

static void many(void **state)
{
    enum { COUNT = 20000 };
    const struct age_place place = place_in(state);
    struct snapshot *snapshot = build_many(COUNT);
    uint64_t bytes, again, random = 5;
    struct error error;
    int64_t written;
    char name[64];

    assert_int_equal(write_age(&place, snapshot, 100, ROOM, &bytes, &error), OK);
    assert_int_equal(write_age(&place, snapshot, 200, ROOM, &again, &error), OK);
    assert_int_equal(bytes, again);
    assert_true(bytes < COUNT * (6 + 16)); /* gaps of 2^32 / 20,000 have three octets */
    assert_int_equal(age_inspect(&place, &written, &again, &error), OK);
    assert_int_equal(written, 200);
    assert_int_equal(bytes, again);
    for (unsigned i = 0; i < COUNT; i++) {
        assert_int_equal(find(&place, random_host(&random), 200), 100);
        sprintf(name, "www.name%u.example%u.com", i, i % 7);
        assert_int_equal(find(&place, name, 200), 100);
        sprintf(name, "name%u.example%u.com", i, (i + 1) % 7);
        assert_int_equal(find(&place, name, 200), 0);
    }
    assert_int_equal(write_age(&place, snapshot, 300, bytes - 1, &again, &error), ERR_LIMIT);
    assert_int_equal(find(&place, "2001:db8::1", 300), 100); /* the old file stays */
    assert_int_equal(write_age(&place, snapshot, 300, bytes, &again, &error), OK);
    assert_int_equal(write_age(&place, snapshot, 400, 0, &again, &error), ERR_LIMIT);
    snapshot_free(snapshot);
}

/* ---- Times ---- */

/* The file has as many times as it can; what is older counts as of the earliest. */
static void more_times_than_a_file_has(void **state)
{
    const struct age_place place = place_in(state);
    const char *const first[SETS] = { "192.0.2.1" }, *const later[SETS] = { "192.0.2.1\n192.0.2.2" };

    write_texts(&place, first, 1);
    for (int64_t time = 2; time <= AGE_TIMES; time++)
        write_texts(&place, later, time);
    assert_int_equal(find(&place, "192.0.2.1", AGE_TIMES), 1);
    assert_int_equal(find(&place, "192.0.2.2", AGE_TIMES), 2);
    write_texts(&place, later, AGE_TIMES + 1);
    assert_int_equal(find(&place, "192.0.2.1", AGE_TIMES + 1), 2);
    write_texts(&place, later, AGE_TIMES + 2);
    assert_int_equal(find(&place, "192.0.2.1", AGE_TIMES + 2), 3);
    assert_int_equal(find(&place, "192.0.2.2", AGE_TIMES + 2), 3);
}

/* A clock that is wrong makes nothing older. */
static void absurd_times(void **state)
{
    const struct age_place place = place_in(state);
    const char *const texts[SETS] = { "192.0.2.1" };

    write_texts(&place, texts, INT64_MAX);
    assert_int_equal(find(&place, "192.0.2.1", 1000), 0);
    write_texts(&place, texts, 1000);
    assert_int_equal(find(&place, "192.0.2.1", 1000), 1000);
    write_texts(&place, texts, 1000); /* twice in a second */
    assert_int_equal(find(&place, "192.0.2.1", 1000), 1000);
    write_texts(&place, texts, INT64_C(9000000000));
    assert_int_equal(find(&place, "192.0.2.1", INT64_C(9000000000)), INT64_C(9000000000) - UINT32_MAX);
    write_texts(&place, texts, -5);
    assert_int_equal(find(&place, "192.0.2.1", 1), 1);
}

static void of_another_list(void **state)
{
    struct age_place place = place_in(state);
    const char *const texts[SETS] = { "192.0.2.1" };
    struct error error;
    int64_t written;
    uint64_t bytes;

    assert_int_equal(age_inspect(&place, &written, &bytes, &error), OK);
    assert_int_equal(written, 0);
    assert_int_equal(bytes, 0);
    write_texts(&place, texts, 100);
    place.list = "sbl";
    assert_int_equal(find(&place, "192.0.2.1", 100), 0);
    assert_int_equal(age_inspect(&place, &written, &bytes, &error), ERR_SYNTAX);
    assert_non_null(strstr(error.text, "/7: damaged, or not the age file of list sbl"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(over_time, temp_dir_setup, temp_dir_teardown),
        cmocka_unit_test_setup_teardown(as_the_snapshots_say, temp_dir_setup, temp_dir_teardown),
        cmocka_unit_test_setup_teardown(many, temp_dir_setup, temp_dir_teardown),
        cmocka_unit_test_setup_teardown(more_times_than_a_file_has, temp_dir_setup, temp_dir_teardown),
        cmocka_unit_test_setup_teardown(absurd_times, temp_dir_setup, temp_dir_teardown),
        cmocka_unit_test_setup_teardown(of_another_list, temp_dir_setup, temp_dir_teardown),
    };
    setenv("TMPDIR", "/dev/shm",
           0); /* each file that is written is synced, and a disk takes its time for that */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
