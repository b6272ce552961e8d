/* The key file, and the policy store: files that change, limits, secrets, with time injected. */
#include "base/log.h"
#include "base/rcu.h"
#include "base/sha256.h"
#include "serve/key_file.h"
#include "serve/policy_store.h"
#include "support/temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#define DAY   86400
#define NOW   (20000 * (int64_t)DAY + 1000)
#define PLAIN "abcdefgh"

struct fixture {
    struct config config;
    char keys[64], secret[64];
    struct reclaimer *reclaimer;
    struct policy_store *store;
};

/* The key of a label as text, in any case but upper. */
static const struct customer_key *find(const struct customer_keys *keys, const char *label)
{
    uint8_t wire[64] = { (uint8_t)strlen(label) };
    memcpy(wire + 1, label, strlen(label));
    return customer_keys_find(keys, wire);
}

#define DIGEST "9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab"

static void lines(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text, *label, *name; /* name NULL: there is no such key */
        unsigned zones;                  /* bits: one.test, two.test, both.test */
        int64_t expires;
        uint64_t qps, day;
    } table[] = {
        { PLAIN " Alice", PLAIN, "Alice", 7, INT64_MAX, 0, 0 },
        { "ABCDEFGH Alice # comment", PLAIN, "Alice", 7, INT64_MAX, 0, 0 },
        { PLAIN " Alice #zones=one.test", PLAIN, "Alice", 7, INT64_MAX, 0, 0 },
        { PLAIN " Alice#1", PLAIN, "Alice#1", 7, INT64_MAX, 0, 0 },
        { " \t" PLAIN "\tAlice  limit_qps=5 limit_day=18446744073709551615", PLAIN, "Alice", 7, INT64_MAX, 5,
          UINT64_MAX },
        { PLAIN " A zones=two.test,one.test", PLAIN, "A", 3, INT64_MAX, 0, 0 },
        { PLAIN " A lists=one", PLAIN, "A", 1, INT64_MAX, 0, 0 },
        { PLAIN " A lists=one,two", PLAIN, "A", 7, INT64_MAX, 0, 0 },
        { PLAIN " A lists=one,two zones=both.test", PLAIN, "A", 4, INT64_MAX, 0, 0 },
        { PLAIN " A lists=two zones=one.test", PLAIN, "A", 0, INT64_MAX, 0, 0 },
        { PLAIN " A expires=2027-01-31", PLAIN, "A", 7, 1801353600, 0, 0 },
        { PLAIN " A expires=2027-01-31T12:00:01Z", PLAIN, "A", 7, 1801396801, 0, 0 },
        { "sha256:" DIGEST " A", PLAIN, "A", 7, INT64_MAX, 0, 0 },
        { "sha256:9C56CC51B374C3BA189210D5B6D4BF57790D351C96C47C02190ECF1E430635AB A", PLAIN, "A", 7,
          INT64_MAX, 0, 0 },
        { "# " PLAIN " A", PLAIN, NULL, 0, 0, 0, 0 },
        { "", PLAIN, NULL, 0, 0, 0, 0 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct customer_keys *keys = NULL;
        struct error error;
        print_message("%s\n", table[i].text);
        temp_replace_file(f->keys, table[i].text);
        assert_int_equal(key_file_read(f->keys, &f->config, 1, 1, &keys, &error), OK);
        const struct customer_key *key = find(keys, table[i].label);
        assert_int_equal(key != NULL, table[i].name != NULL);
        if (key != NULL) {
            const struct customer *c = customer_keys_get_customer(keys, key->customer);
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

/* A file with an invalid line is not used; the reason names the line and shows no key. */
static void invalid_lines(void **state)
{
    struct fixture *f = *state;
#define OPTIONS "lists=, zones=, expires=, limit_qps= or limit_day= expected"
#define DAYS    "limit_day: a number from 1 to 18446744073709551615 expected"
#define QPS     "limit_qps: a number from 1 to 4294967295 expected"
    static const struct {
        const char *text, *why;
    } table[] = {
        { PLAIN, "KEY NAME expected" },
        { PLAIN " # A", "KEY NAME expected" },
        { PLAIN " lists=one", "KEY NAME expected" },
        { "short A", "a key has 8 to 63 characters" },
        { "short", "a key has 8 to 63 characters" },
        { "dots.in.it A", "a key has only letters, digits, - and _" },
        { PLAIN "#1 A", "a key has only letters, digits, - and _" },
        { "sha256:9c56 A", "64 hexadecimal digits expected after sha256:" },
        { PLAIN " 1234567890123456789012345678901234567890123456789012345678901234",
          "a name has at most 63 characters" },
        { PLAIN " A lists=", "lists: there is no list ''" },
        { PLAIN " A lists=three", "lists: there is no list 'three'" },
        { PLAIN " A lists=one,", "lists: there is no list ''" },
        { PLAIN " A zones=one", "zones: there is no zone 'one'" },
        { PLAIN " A expires=tomorrow", "expires: a time as 2027-01-31T12:00:00Z expected" },
        { PLAIN " A limit_qps=0", QPS },
        { PLAIN " A limit_qps=-1", QPS },
        { PLAIN " A limit_qps=4294967296", QPS },
        { PLAIN " A limit_day=x", DAYS },
        { PLAIN " A word", OPTIONS },
        { PLAIN " A #\n" PLAIN " B", "duplicate key" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct customer_keys *keys = NULL;
        struct error error;
        char text[256], expected[256];
        bool second = strchr(table[i].text, '\n') != NULL;
        snprintf(text, sizeof(text), "otherkey B\n\n%s\nthirdkey C\n", table[i].text);
        snprintf(expected, sizeof(expected), "%s:%d: %s", f->keys, second ? 4 : 3, table[i].why);
        temp_replace_file(f->keys, text);
        assert_int_equal(key_file_read(f->keys, &f->config, 1, 1, &keys, &error), ERR_SYNTAX);
        assert_string_equal(error.text, expected);
        assert_null(keys);
    }
}

static const struct policy *policy(const struct fixture *f)
{
    return *policy_store_policy(f->store);
}

static void begin_store(struct fixture *f, const char *keys)
{
    struct error error = { .text = "" };
    temp_replace_file(f->keys, keys);
    f->config.keys.file = f->keys;
    assert_int_equal(policy_store_new(&f->config, 2, f->reclaimer, &f->store, &error), OK);
}

/* So many queries of the key's customer, by two workers; the customer's state after a tick at `now`. */
static enum key_state ask(struct fixture *f, const char *label, unsigned count, int64_t now)
{
    const struct customer_key *key = find(policy(f)->keys, label);
    assert_non_null(key);
    uint32_t customer = key->customer;
    for (unsigned i = 0; i < count; i++)
        customer_keys_count(policy(f)->keys, i % 2, customer);
    policy_store_tick(f->store, NULL, 0, NULL, now);
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
        begin_store(f, "firstkey A limit_qps=5\nsecondkey B limit_day=10\nthirdkey A\n");
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
        reclaimer_wait(f->reclaimer);
        policy_store_free(f->store);
        f->store = NULL;
    }
}

static void files_that_change(void **state)
{
    struct fixture *f = *state;

    f->config.keys.over_limit = OVER_REFUSE;
    begin_store(f, "firstkey A limit_day=10\n");
    assert_int_equal(ask(f, "firstkey", 0, NOW), KEY_SERVED);
    assert_int_equal(ask(f, "firstkey", 8, NOW + 1), KEY_SERVED);
    temp_replace_file(f->keys, "otherkey B\nsecondkey A limit_day=10\n");
    policy_store_tick(f->store, NULL, 0, NULL, NOW + 2); /* changed, but it may still be written to */
    assert_non_null(find(policy(f)->keys, "firstkey"));
    assert_int_equal(ask(f, "firstkey", 1, NOW + 3), KEY_SERVED);
    assert_null(find(policy(f)->keys, "firstkey"));
    assert_int_equal(ask(f, "secondkey", 1, NOW + 4), KEY_SERVED); /* 10 of 10 */
    assert_int_equal(ask(f, "secondkey", 1, NOW + 5), KEY_REFUSED);
    unlink(f->keys);
    assert_int_equal(ask(f, "secondkey", 0, NOW + 6), KEY_REFUSED);
    assert_int_equal(ask(f, "secondkey", 0, NOW + 7), KEY_REFUSED);
    temp_replace_file(f->keys, "secondkey A\n");
    reclaimer_wait(f->reclaimer);
    policy_store_reload(f->store); /* at once */
    assert_int_equal(ask(f, "secondkey", 0, NOW + 8), KEY_SERVED);
    assert_null(find(policy(f)->keys, "otherkey"));
}

/* The old keys stay until the file is valid again, and the store says why. */
static void an_invalid_file_changes_nothing(void **state)
{
    struct fixture *f = *state;
    struct error failure;
    char expected[128];

    begin_store(f, "firstkey A\n");
    assert_false(policy_store_failure(f->store, &failure));
    temp_replace_file(f->keys, "otherkey B\nshort C\n");
    policy_store_reload(f->store);
    assert_int_equal(ask(f, "firstkey", 0, NOW), KEY_SERVED);
    assert_null(find(policy(f)->keys, "otherkey"));
    assert_true(policy_store_failure(f->store, &failure));
    snprintf(expected, sizeof(expected), "%s:2: a key has 8 to 63 characters", f->keys);
    assert_string_equal(failure.text, expected);
    temp_replace_file(f->keys, "otherkey B\n");
    policy_store_reload(f->store);
    assert_int_equal(ask(f, "firstkey", 0, NOW + 1), KEY_SERVED);
    assert_non_null(find(policy(f)->keys, "otherkey"));
    assert_false(policy_store_failure(f->store, &failure));
}

static void an_invalid_file_stops_the_start(void **state)
{
    struct fixture *f = *state;
    struct error error;
    char expected[128];

    temp_replace_file(f->keys, "firstkey A\nshort C\n");
    f->config.keys.file = f->keys;
    assert_int_equal(policy_store_new(&f->config, 2, f->reclaimer, &f->store, &error), ERR_SYNTAX);
    snprintf(expected, sizeof(expected), "%s:2: a key has 8 to 63 characters", f->keys);
    assert_string_equal(error.text, expected);
    assert_null(f->store);
}

/* A worker still uses the old policy: the store does not wait for it, and counts all its queries. */
static void a_reader_of_the_old_policy(void **state)
{
    struct fixture *f = *state;

    f->config.keys.over_limit = OVER_REFUSE;
    begin_store(f, "firstkey A limit_day=10\n");
    assert_int_equal(ask(f, "firstkey", 5, NOW), KEY_SERVED);
    rcu_enter();
    const struct policy *old = rcu_load(policy_store_policy(f->store));
    const struct customer_key *key = find(old->keys, "firstkey");
    temp_replace_file(f->keys, "firstkey A limit_day=10\nsecondkey B\n");
    policy_store_reload(f->store);
    assert_int_equal(ask(f, "firstkey", 5, NOW + 1), KEY_SERVED);
    assert_ptr_not_equal(policy(f), old);
    for (unsigned i = 0; i < 6; i++)
        customer_keys_count(old->keys, 0, key->customer);
    temp_replace_file(f->keys, "thirdkey C\n");
    policy_store_reload(f->store);
    assert_int_equal(ask(f, "firstkey", 0, NOW + 2), KEY_SERVED); /* the old keys first, then the next ones */
    assert_non_null(find(policy(f)->keys, "secondkey"));
    rcu_leave();
    reclaimer_wait(f->reclaimer);
    temp_replace_file(f->keys, "firstkey A limit_day=10\nfourthkey D\n");
    assert_int_equal(ask(f, "firstkey", 0, NOW + 3), KEY_REFUSED); /* 11 */
    assert_non_null(find(policy(f)->keys, "fourthkey"));
}

static void own_secrets(void **state)
{
    struct fixture *f = *state;

    begin_store(f, "");
    policy_store_tick(f->store, NULL, 0, NULL, NOW);
    struct cookie_secrets first = policy(f)->cookies;
    assert_memory_not_equal(first.current, first.previous, COOKIE_SECRET);
    policy_store_tick(f->store, NULL, 0, NULL, NOW + DAY - 1);
    assert_memory_equal(policy(f)->cookies.current, first.current, COOKIE_SECRET);
    policy_store_tick(f->store, NULL, 0, NULL, NOW + DAY);
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
        { SECRET("1111") "\r\n" SECRET("2222") "\r\n", 0x11, 0x22 },
        { "# ours\n\n " SECRET("3333") " # new\n\t" SECRET("4444") "\n\n", 0x33, 0x44 },
        { SECRET("5555") "\n" SECRET("666") "\n", 0x33, 0x44 }, /* the second too short */
        { SECRET("5555") " " SECRET("6666") "\n", 0x33, 0x44 }, /* a line has one */
        { SECRET("5555") "\n" SECRET("6666") "\n" SECRET("7777") "\n", 0x33, 0x44 },
    };
    f->config.cookie_secret = f->secret;
    temp_replace_file(f->secret, table[0].text);
    begin_store(f, "");
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        print_message("%s\n", table[i].text);
        temp_replace_file(f->secret, table[i].text);
        policy_store_reload(f->store);
        policy_store_tick(f->store, NULL, 0, NULL, NOW + (int64_t)i * DAY);
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
    begin_store(f, "");
    assert_int_equal(policy(f)->parents_count, 1);
    assert_int_equal(policy(f)->parents[0].labels, 1);
    assert_string_equal((const char *)policy(f)->parents[0].wire, "\4test");
    assert_true(policy(f)->keyed[0]);
    assert_false(policy(f)->keyed[1]);
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
        assert_int_equal(config_add_set(&f->config, "ip4set", &file, 1, &set, &error), OK);
        const char *names[] = { "one.test", "two.test", "both.test", "both.test" };
        assert_int_equal(config_add_zone(&f->config, names[i], &zone, &error), OK);
        config_use_set(&f->config, zone, set);
    }
    config_name_lists(&f->config);
    f->config.zones[0].keyed = true;
    sprintf(f->keys, "/tmp/test_policy_store.%d.keys", getpid());
    sprintf(f->secret, "/tmp/test_policy_store.%d.secret", getpid());
    *state = f;
    return reclaimer_start(&f->reclaimer, &error) == OK ? 0 : -1;
}

static int end(void **state)
{
    struct fixture *f = *state;
    reclaimer_stop(f->reclaimer);
    policy_store_free(f->store);
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
        cmocka_unit_test_setup_teardown(invalid_lines, begin, end),
        cmocka_unit_test_setup_teardown(limits, begin, end),
        cmocka_unit_test_setup_teardown(files_that_change, begin, end),
        cmocka_unit_test_setup_teardown(an_invalid_file_changes_nothing, begin, end),
        cmocka_unit_test_setup_teardown(an_invalid_file_stops_the_start, begin, end),
        cmocka_unit_test_setup_teardown(a_reader_of_the_old_policy, begin, end),
        cmocka_unit_test_setup_teardown(own_secrets, begin, end),
        cmocka_unit_test_setup_teardown(secret_files, begin, end),
        cmocka_unit_test_setup_teardown(zones, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
