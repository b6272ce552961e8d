/* Age files with other bytes in them: nothing is made up of them, nothing crashes, and they can be replaced.
 */
#include "age/age_file.h"
#include "base/hash.h"
#include "support/random.h"
#include "support/temp.h"
#include "support/text_view.h"
#include "view/snapshot_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct text_set sets[] = {
    { "", "ip4trie", "192.0.2.0/24\n192.0.2.9\n198.51.100.1\n10.0.0.0/8\n255.255.255.255\n" },
    { "", "ip6trie", "2001:db8::/32\n2001:db9::1\nffff::\n" },
    { "", "dnset", ".ex.com\n!www.ex.com\na.ex.org\nb.ex.org\n*.wild.net\n" },
};
static const uint16_t lists[ARRAY_SIZE(sets)] = { 3, 3, 3 };
static const char *const keys[] = { "192.0.2.9",  "198.51.100.1", "10.255.0.1",  "255.255.255.255",
                                    "0.0.0.0",    "203.0.113.1",  "2001:db8::1", "2001:db9::1",
                                    "ffff::",     "::",           "ex.com",      "ftp.a.b.ex.com",
                                    "www.ex.com", "b.ex.org",     "x.wild.net",  "other.org" };

enum { ROUNDS = 10000 };

static struct snapshot *build(void)
{
    struct set_data *data[ARRAY_SIZE(sets)];
    struct snapshot *snapshot;
    struct error error;

    for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
        data[i] = text_view_load_set(&sets[i]);
    assert_int_equal(snapshot_build(NULL, data, ARRAY_SIZE(sets), &snapshot, &error), OK);
    for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
        set_free(data[i]);
    return snapshot;
}

struct bytes {
    uint8_t data[8 * AGE_BLOCK];
    size_t size;
};

static void read_file(const char *path, struct bytes *out)
{
    FILE *f = fopen(path, "rb");

    assert_non_null(f);
    out->size = fread(out->data, 1, sizeof(out->data), f);
    assert_true(out->size > 0 && out->size % AGE_BLOCK == 0 && out->size < sizeof(out->data));
    fclose(f);
}

static void write_file(const char *path, const struct bytes *bytes)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes->data, 1, bytes->size, f), bytes->size);
    fclose(f);
}

/* Makes the hashes right, as whoever may write to the state directory could. */
static void sign(struct bytes *bytes)
{
    for (uint32_t i = 0; (i + 1) * (size_t)AGE_BLOCK <= bytes->size; i++) {
        struct age_block block;
        memcpy(&block, bytes->data + i * (size_t)AGE_BLOCK, sizeof(block));
        block.hash = hash_bytes(i, &block.used, sizeof(block) - sizeof(block.hash));
        memcpy(bytes->data + i * (size_t)AGE_BLOCK, &block, sizeof(block));
    }
}

/* Changes some octets, most of them where blocks have something; or the size. */
static void mutate(struct bytes *bytes, uint64_t *random)
{
    static const uint8_t octets[] = { 0, 1, 0x7f, 0x80, 0xff };
    uint64_t r = random_next(random);

    if (r % 16 == 0) {
        bytes->size = (size_t)(r >> 8) % sizeof(bytes->data);
        return;
    }
    for (unsigned i = 0; i <= r % 4; i++) {
        uint64_t s = random_next(random);
        size_t block = (s >> 8) % (bytes->size / AGE_BLOCK), at = (s >> 16) % (s % 4 == 0 ? AGE_BLOCK : 80);
        bytes->data[block * AGE_BLOCK + at] =
            s % 3 == 0 ? octets[(s >> 40) % sizeof(octets)] : (uint8_t)(s >> 40);
    }
}

static void mutated(void **state)
{
    const struct age_place place = { *state, 3, "xbl" };
    struct snapshot *snapshot = build();
    const struct age_source first = { snapshot, lists, 100 }, second = { snapshot, lists, 200 };
    struct bytes good, bad;
    char path[AGE_PATH];
    struct error error;
    uint64_t bytes, random = 3;
    unsigned damaged = 0, replaced = 0;

    age_path(&place, path);
    assert_int_equal(age_write(&place, &first, UINT64_MAX, &bytes, &error), OK);
    read_file(path, &good);
    for (unsigned round = 0; round < ROUNDS; round++) {
        bool right = round % 2 == 1;
        bad = good;
        mutate(&bad, &random);
        if (right)
            sign(&bad);
        write_file(path, &bad);
        for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
            struct range key;
            assert_int_equal(range_parse(keys[i], false, &key, &error), OK);
            int64_t since = age_find(&place, &key, 150);
            assert_true(since >= 0 && since <= 150);
            assert_true(right || since == 0 || since == 100);
        }
        enum err e = age_write(&place, &second, UINT64_MAX, &bytes, &error);
        damaged += e != OK;
        replaced += e == OK;
        assert_true(e == OK || (e == ERR_SYNTAX && strstr(error.text, path) != NULL));
    }
    print_message("%u damaged, %u replaced\n", damaged, replaced);
    assert_true(damaged > ROUNDS / 2 && replaced > ROUNDS / 20);
    snapshot_free(snapshot);
}

/* Whatever part of a file is missing, nothing is said. */
static void truncated(void **state)
{
    const struct age_place place = { *state, 3, "xbl" };
    struct snapshot *snapshot = build();
    struct bytes good;
    char path[AGE_PATH];
    struct range key;
    struct error error;
    uint64_t bytes;

    age_path(&place, path);
    assert_int_equal(range_parse("192.0.2.9", false, &key, &error), OK);
    assert_int_equal(
        age_write(&place, &(struct age_source){ snapshot, lists, 100 }, UINT64_MAX, &bytes, &error), OK);
    read_file(path, &good);
    assert_int_equal(age_find(&place, &key, 100), 100);
    for (size_t left = good.size; left > 0; left -= 512) {
        good.size = left - 512;
        write_file(path, &good);
        assert_int_equal(age_find(&place, &key, 100), 0);
        assert_int_equal(
            age_write(&place, &(struct age_source){ snapshot, lists, 200 }, UINT64_MAX, &bytes, &error),
            ERR_SYNTAX);
    }
    snapshot_free(snapshot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(mutated, temp_dir_setup, temp_dir_teardown),
        cmocka_unit_test_setup_teardown(truncated, temp_dir_setup, temp_dir_teardown),
    };
    setenv("TMPDIR", "/dev/shm",
           0); /* each file that is written is synced, and a disk takes its time for that */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
