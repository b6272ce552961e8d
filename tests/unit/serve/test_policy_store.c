/* The file of keys, and the keeper: files that change, limits, secrets, with time injected. */
#include "base/log.h"
#include "base/sha256.h"
#include "serve/key_file.h"
#include "serve/policy_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define DAY   86400
#define NOW   (20000 * (int64_t)DAY + 1000)
#define PLAIN "abcdefgh"

struct fixture {
    struct config config;
    char keys[64], secret[64];
    struct policy_store *keeper;
};

static void write_file(const char *path, const char *text)
{
    char new[80];
    snprintf(new, sizeof(new), "%s.new", path);
    FILE *f = fopen(new, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    assert_int_equal(rename(new, path), 0);
}

/* The key of a label as text, in any case but upper. */
static const struct customer_key *find(const struct customer_keys *keys, const char *label)
{
    uint8_t wire[64] = { (uint8_t)strlen(label) };
    memcpy(wire + 1, label, strlen(label));
    return customer_keys_find(keys, wire);
}

static void lines(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text, *label, *name; /* name NULL: the line is bad */
        unsigned zones;                  /* bits: one.test, two.test, both.test */
        int64_t expires;
        uint64_t qps, day;
    } table[] = {
        { PLAIN " Alice", PLAIN, "Alice", 7, INT64_MAX, 0, 0 },
        { "ABCDEFGH Alice # comment", PLAIN, "Alice", 7, INT64_MAX, 0, 0 },
        { " \t" PLAIN "\tAlice  limit_qps=5 limit_day=18446744073709551615", PLAIN, "Alice", 7, INT64_MAX, 5,
          UINT64_MAX },
        { PLAIN " A zones=two.test,one.test", PLAIN, "A", 3, INT64_MAX, 0, 0 },
        { PLAIN " A lists=one", PLAIN, "A", 1, INT64_MAX, 0, 0 },
        { PLAIN " A lists=one,two", PLAIN, "A", 7, INT64_MAX, 0, 0 },
        { PLAIN " A lists=one,two zones=both.test", PLAIN, "A", 4, INT64_MAX, 0, 0 },
        { PLAIN " A lists=two zones=one.test", PLAIN, "A", 0, INT64_MAX, 0, 0 },
        { PLAIN " A expires=2027-01-31", PLAIN, "A", 7, 1801353600, 0, 0 },
        { PLAIN " A expires=2027-01-31T12:00:01Z", PLAIN, "A", 7, 1801396801, 0, 0 },
        { "sha256:9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab A", PLAIN, "A", 7,
          INT64_MAX, 0, 0 },
        { "sha256:9C56CC51B374C3BA189210D5B6D4BF57790D351C96C47C02190ECF1E430635AB A", PLAIN, "A", 7,
          INT64_MAX, 0, 0 },
        { PLAIN, PLAIN, NULL, 0, 0, 0, 0 },
        { "short A", "short", NULL, 0, 0, 0, 0 },
        { "dots.in.it A", "dots.in.it", NULL, 0, 0, 0, 0 },
        { "sha256:9c56 A", PLAIN, NULL, 0, 0, 0, 0 },
        { PLAIN " lists=one", PLAIN, NULL, 0, 0, 0, 0 },
        { PLAIN " A lists=", PLAIN, NULL, 0, 0, 0, 0 },
        { PLAIN " A lists=three", PLAIN, NULL, 0, 0, 0, 0 },
        { PLAIN " A lists=one,", PLAIN, NULL, 0, 0, 0, 0 },
        { PLAIN " A zones=one", PLAIN, NULL, 0, 0, 0, 0 },
        { PLAIN " A expires=tomorrow", PLAIN, NULL, 0, 0, 0, 0 },
        { PLAIN " A limit_qps=0", PLAIN, NULL, 0, 0, 0, 0 },
        { PLAIN " A limit_qps=-1", PLAIN, NULL, 0, 0, 0, 0 },
        { PLAIN " A limit_qps=4294967296", PLAIN, NULL, 0, 0, 0, 0 },
        { PLAIN " A limit_day=x", PLAIN, NULL, 0, 0, 0, 0 },
        { PLAIN " A word", PLAIN, NULL, 0, 0, 0, 0 },
        { "# " PLAIN " A", PLAIN, NULL, 0, 0, 0, 0 },
        { "", PLAIN, NULL, 0, 0, 0, 0 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct customer_keys *keys = NULL;
        struct error error;
        print_message("%s\n", table[i].text);
        write_file(f->keys, table[i].text);
        assert_int_equal(key_file_read(f->keys, &f->config, 1, 1, &keys, &error), OK);
        const struct customer_key *key = find(keys, table[i].label);
        assert_int_equal(key != NULL, table[i].name != NULL);
        if (key != NULL) {
            const struct customer *c = customer_keys_customer_at(keys, key->customer);
            assert_string_equal(c->name, table[i].name);
            for (unsigned zone = 0; zone < 3; zone++)
                assert_int_equal(customer_keys_allow(keys, key, zone), table[i].zones >> zone & 1);
            assert_true(key->expires == table[i].expires);
            assert_int_equal(c->limit_qps, table[i].qps);
            assert_true(c->limit_day == table[i].day);
        }
        customer_keys_free(keys);
    }
}

static const struct policy *policy(const struct fixture *f)
{
    return *policy_store_policy(f->keeper);
}

static void begin_keeper(struct fixture *f, const char *keys)
{
    struct error error = { .text = "" };
    write_file(f->keys, keys);
    f->config.keys.file = f->keys;
    assert_int_equal(policy_store_new(&f->config, 2, &f->keeper, &error), OK);
}

/* So many queries of the key's customer, by two workers; the customer's state after a tick at `now`. */
static enum key_state ask(struct fixture *f, const char *label, unsigned count, int64_t now)
{
    const struct customer_key *key = find(policy(f)->keys, label);
    assert_non_null(key);
    uint32_t customer = key->customer;
    for (unsigned i = 0; i < count; i++)
        customer_keys_count(policy(f)->keys, i % 2, customer);
    policy_store_tick(f->keeper, NULL, 0, now);
    key = find(policy(f)->keys, label);
    return key != NULL ? (enum key_state)policy(f)->keys->states[key->customer] : KEY_SERVED;
}

static void limits(void **state)
{
    struct fixture *f = *state;
    static const struct {
        int over_limit;
        bool dry_run;
        enum key_state over;
    } table[] = {
        { OVER_LOG, false, KEY_SERVED },    { OVER_REFUSE, false, KEY_REFUSED },
        { OVER_CODE, false, KEY_TOO_MANY }, { OVER_REFUSE, true, KEY_SERVED },
        { OVER_CODE, true, KEY_SERVED },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        f->config.keys.over_limit = table[i].over_limit;
        f->config.keys.dry_run = table[i].dry_run;
        begin_keeper(f, "firstkey A limit_qps=5\nsecondkey B limit_day=10\nthirdkey A\n");
        assert_int_equal(ask(f, "firstkey", 0, NOW), KEY_SERVED);
        assert_int_equal(ask(f, "firstkey", 5, NOW + 1), KEY_SERVED);
        assert_int_equal(ask(f, "firstkey", 6, NOW + 2), table[i].over);
        assert_int_equal(ask(f, "thirdkey", 0, NOW + 2), KEY_SERVED);    /* within the same second */
        assert_int_equal(ask(f, "thirdkey", 6, NOW + 3), table[i].over); /* the same customer */
        assert_int_equal(ask(f, "firstkey", 10, NOW + 5), KEY_SERVED);   /* in two seconds */
        assert_int_equal(ask(f, "secondkey", 10, NOW + 6), KEY_SERVED);
        assert_int_equal(ask(f, "secondkey", 1, NOW + 7), table[i].over);
        assert_int_equal(ask(f, "secondkey", 0, NOW + 100), table[i].over);
        assert_int_equal(ask(f, "secondkey", 0, (NOW / DAY + 1) * DAY - 1), table[i].over);
        assert_int_equal(ask(f, "secondkey", 0, (NOW / DAY + 1) * DAY), KEY_SERVED);
        assert_int_equal(ask(f, "secondkey", 10, NOW + DAY), KEY_SERVED);
        assert_int_equal(ask(f, "secondkey", 1, NOW + DAY + 1), table[i].over);
        policy_store_free(f->keeper);
        f->keeper = NULL;
    }
}

static void files_that_change(void **state)
{
    struct fixture *f = *state;

    f->config.keys.over_limit = OVER_REFUSE;
    begin_keeper(f, "firstkey A limit_day=10\n");
    assert_int_equal(ask(f, "firstkey", 0, NOW), KEY_SERVED);
    assert_int_equal(ask(f, "firstkey", 8, NOW + 1), KEY_SERVED);
    write_file(f->keys, "otherkey B\nsecondkey A limit_day=10\n");
    policy_store_tick(f->keeper, NULL, 0, NOW + 2); /* seen, but perhaps it is being written */
    assert_non_null(find(policy(f)->keys, "firstkey"));
    assert_int_equal(ask(f, "firstkey", 1, NOW + 3), KEY_SERVED);
    assert_null(find(policy(f)->keys, "firstkey"));
    assert_int_equal(ask(f, "secondkey", 1, NOW + 4), KEY_SERVED); /* 10 of 10 */
    assert_int_equal(ask(f, "secondkey", 1, NOW + 5), KEY_REFUSED);
    unlink(f->keys);
    assert_int_equal(ask(f, "secondkey", 0, NOW + 6), KEY_REFUSED);
    assert_int_equal(ask(f, "secondkey", 0, NOW + 7), KEY_REFUSED);
    write_file(f->keys, "secondkey A\n");
    policy_store_check(f->keeper); /* at once */
    assert_int_equal(ask(f, "secondkey", 0, NOW + 8), KEY_SERVED);
    assert_null(find(policy(f)->keys, "otherkey"));
}

static void own_secrets(void **state)
{
    struct fixture *f = *state;

    begin_keeper(f, "");
    policy_store_tick(f->keeper, NULL, 0, NOW);
    struct cookie_secrets first = policy(f)->cookies;
    assert_memory_not_equal(first.current, first.previous, COOKIE_SECRET);
    policy_store_tick(f->keeper, NULL, 0, NOW + DAY - 1);
    assert_memory_equal(policy(f)->cookies.current, first.current, COOKIE_SECRET);
    policy_store_tick(f->keeper, NULL, 0, NOW + DAY);
    assert_memory_equal(policy(f)->cookies.previous, first.current, COOKIE_SECRET);
    assert_memory_not_equal(policy(f)->cookies.current, first.current, COOKIE_SECRET);
}

#define SECRET(digit) digit digit digit digit digit digit digit digit

static void secret_files(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text;
        uint8_t current, previous; /* each byte of what then is in use */
    } table[] = {
        { SECRET("1111") "\n" SECRET("2222") "\n", 0x11, 0x22 },
        { SECRET("3333") "\n", 0x33, 0x11 },
        { SECRET("3333"), 0x33, 0x11 },
        { SECRET("444") "\n", 0x33, 0x11 }, /* too short */
        { SECRET("aAaA") "\n" SECRET("bbbb") "\n", 0xaa, 0xbb },
        { "", 0xaa, 0xbb },
    };
    f->config.cookie_secret = f->secret;
    write_file(f->secret, table[0].text);
    begin_keeper(f, "");
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        print_message("%s\n", table[i].text);
        write_file(f->secret, table[i].text);
        policy_store_check(f->keeper);
        policy_store_tick(f->keeper, NULL, 0, NOW + (int64_t)i * DAY);
        for (unsigned j = 0; j < COOKIE_SECRET; j++) {
            assert_int_equal(policy(f)->cookies.current[j], table[i].current);
            assert_int_equal(policy(f)->cookies.previous[j], table[i].previous);
        }
    }
}

/* The parents beside which names are misspelt. */
static void zones(void **state)
{
    struct fixture *f = *state;

    f->config.zones[0].misspelt = true;
    begin_keeper(f, "");
    assert_int_equal(policy(f)->parents_count, 1);
    assert_int_equal(policy(f)->parents[0].labels, 1);
    assert_string_equal((const char *)policy(f)->parents[0].wire, "\4test");
    assert_true(policy(f)->zones[0].keyed);
    assert_false(policy(f)->zones[1].keyed);
}

static int begin(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct error error;
    struct zone_spec *zone;

    config_init(&f->config);
    for (unsigned i = 0; i < 4; i++) { /* of lists one, two, and both */
        const char *file = i % 2 == 0 ? "one" : "two";
        uint16_t set;
        assert_int_equal(config_take_set(&f->config, "ip4set", &file, 1, &set, &error), OK);
        const char *names[] = { "one.test", "two.test", "both.test", "both.test" };
        assert_int_equal(config_take_zone(&f->config, names[i], &zone, &error), OK);
        config_use_set(&f->config, zone, set);
    }
    config_name_lists(&f->config);
    f->config.zones[0].keyed = true;
    sprintf(f->keys, "/tmp/test_keeper.%d.keys", getpid());
    sprintf(f->secret, "/tmp/test_keeper.%d.secret", getpid());
    *state = f;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;
    policy_store_free(f->keeper);
    config_free(&f->config);
    unlink(f->keys);
    unlink(f->secret);
    free(f);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines, begin, end),
        cmocka_unit_test_setup_teardown(limits, begin, end),
        cmocka_unit_test_setup_teardown(files_that_change, begin, end),
        cmocka_unit_test_setup_teardown(own_secrets, begin, end),
        cmocka_unit_test_setup_teardown(secret_files, begin, end),
        cmocka_unit_test_setup_teardown(zones, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
