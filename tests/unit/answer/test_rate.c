/* Cookies in replies, and the rate of replies over UDP. */
#include "support/dns_client.h"
#include "support/rate_bursts.h"
#include "support/text_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/socket.h>

#define COOKIE "\0\12\0\10clientck"

static const struct text_set sets[] = { { "bl.test", "ip4set", "192.0.2.1 :2:text\n" } };

struct fixture {
    struct dns_client asked;
    struct answer_context context;
    struct policy policy;
    struct rate_rules rules;
    struct prefixes exempt;
};

static const char *ask(struct fixture *f, const char *client, const char *options, size_t size)
{
    f->asked.client = client;
    return dns_client_ask(&f->asked, "1.2.0.192.bl.test", TYPE_A, options, size);
}

static void limit(struct fixture *f, struct rate_rules rules)
{
    rate_free(f->context.rate);
    f->rules = rules;
    f->context.rate = rate_new(&f->rules, &f->exempt);
    assert_non_null(f->context.rate);
}

static void cookies(void **state)
{
    struct fixture *f = *state;
    uint8_t option[EDNS_OPTION + COOKIE_SIZE] = COOKIE;
    struct cookie_client client = { { 192, 0, 2, 7 }, 4 };

    assert_string_equal(ask(f, "192.0.2.7", (char *)option, 12), "NOERROR A 127.0.0.2 cookie");
    const uint8_t *cookie = f->asked.packet + f->asked.size - COOKIE_SIZE;
    assert_memory_equal(cookie, "clientck", 8);
    assert_true(cookie_valid(&f->policy.cookies, &client, f->asked.now, cookie, COOKIE_SIZE));
    memcpy(option + EDNS_OPTION, cookie, COOKIE_SIZE);
    option[3] = COOKIE_SIZE;
    assert_string_equal(ask(f, "192.0.2.7", (char *)option, sizeof(option)), "NOERROR A 127.0.0.2 cookie");
    f->asked.now += COOKIE_AGE_MAX + 1; /* an old one is answered by a new one, with no other effect */
    assert_string_equal(ask(f, "192.0.2.7", (char *)option, sizeof(option)), "NOERROR A 127.0.0.2 cookie");
    assert_true(cookie_valid(&f->policy.cookies, &client, f->asked.now,
                             f->asked.packet + f->asked.size - COOKIE_SIZE, COOKIE_SIZE));
    assert_string_equal(ask(f, "192.0.2.7", "\0\12\0\3abc", 7), "FORMERR");
    f->policy.use_cookies = false;
    assert_string_equal(ask(f, "192.0.2.7", (char *)option, sizeof(option)), "NOERROR A 127.0.0.2");
}

/* `count` queries in a row from a client: how many are answered, slipped and dropped. */
static void burst(struct fixture *f, const char *client, unsigned count, unsigned *got)
{
    got[RATE_PASS] = got[RATE_SLIP] = got[RATE_DROP] = 0;
    for (unsigned i = 0; i < count; i++) {
        const char *text = ask(f, client, NULL, 0);
        got[strcmp(text, "nothing") == 0      ? RATE_DROP
            : strcmp(text, "NOERROR tc") == 0 ? RATE_SLIP
                                              : RATE_PASS]++;
    }
}

static void bursts(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_SIZE(rate_bursts); i++) {
        unsigned got[3];
        print_message("%s\n", rate_bursts[i].why);
        memset(&f->context.counters, 0, sizeof(f->context.counters));
        limit(f, rate_bursts[i].rules);
        burst(f, "192.0.2.7", rate_bursts[i].count, got);
        assert_int_equal(got[RATE_PASS], rate_bursts[i].passed);
        assert_int_equal(got[RATE_SLIP], rate_bursts[i].slipped);
        assert_int_equal(got[RATE_DROP], rate_bursts[i].dropped);
        if (!rate_bursts[i].rules.dry_run) {
            assert_int_equal(f->context.counters.rate_slipped, rate_bursts[i].slipped);
            assert_int_equal(f->context.counters.rate_dropped, rate_bursts[i].dropped);
            assert_int_equal(f->context.counters.dropped, rate_bursts[i].dropped);
        } else {
            assert_int_equal(f->context.counters.rate_slipped + f->context.counters.rate_dropped, 20);
        }
        assert_int_equal(f->context.counters.nodata, 0);
    }
}

static void who_is_counted_together(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *client;
        bool limited; /* after 192.0.2.7 and 2001:db8:1:200::7 have used up their share */
    } table[] = {
        { "192.0.2.7", true },         { "192.0.2.255", true },        { "192.0.3.7", false },
        { "2001:db8:1:200::7", true }, { "2001:db8:1:2ff:1::", true }, { "2001:db8:1:300::", false },
        { "::ffff:192.0.2.8", true },  { "198.51.100.1", false },      { "192.0.2.128", true },
        { "2001:db8:ffff::1", false }, { "c000:2ff::", false }, /* the bits of 192.0.2.255 */
    };
    unsigned got[3];

    f->exempt = (struct prefixes){ 0 };
    limit(f, (struct rate_rules){ 2, 0, 24, 56, 1024, false });
    burst(f, "192.0.2.7", 2, got);
    burst(f, "2001:db8:1:200::7", 2, got);
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        print_message("%s\n", table[i].client);
        burst(f, table[i].client, 1, got);
        assert_int_equal(got[RATE_DROP], table[i].limited);
    }
    f->asked.now++; /* a new second, a new count */
    burst(f, "192.0.2.7", 3, got);
    assert_int_equal(got[RATE_PASS], 2);
}

static void who_is_exempt(void **state)
{
    struct fixture *f = *state;
    struct error error;
    unsigned got[3];
    uint8_t option[EDNS_OPTION + COOKIE_SIZE] = COOKIE;

    assert_int_equal(prefixes_add(&f->exempt, "192.0.2.0/28", &error), OK);
    prefixes_finish(&f->exempt);
    limit(f, (struct rate_rules){ 2, 2, 24, 56, 1024, false });
    burst(f, "192.0.2.7", 50, got); /* exempt by its address */
    assert_int_equal(got[RATE_PASS], 50);
    burst(f, "192.0.2.16", 50, got);
    assert_int_equal(got[RATE_PASS], 2);
    f->asked.tcp = true; /* over TCP the address is not forged */
    burst(f, "192.0.2.16", 50, got);
    assert_int_equal(got[RATE_PASS], 50);
    f->asked.tcp = false;

    /* With a client's cookie, what slips is BADCOOKIE; with a valid server cookie, there is no limit. */
    unsigned dropped = 0;
    while (strcmp(ask(f, "192.0.2.16", (char *)option, 12), "BADCOOKIE cookie") != 0)
        assert_in_range(dropped++, 0, 1);
    memcpy(option + EDNS_OPTION, f->asked.packet + f->asked.size - COOKIE_SIZE, COOKIE_SIZE);
    option[3] = COOKIE_SIZE;
    for (unsigned i = 0; i < 50; i++)
        assert_string_equal(ask(f, "192.0.2.16", (char *)option, sizeof(option)),
                            "NOERROR A 127.0.0.2 cookie");
    assert_int_equal(f->context.counters.badcookie, 1);
    ask(f, "192.0.2.17", (char *)option, sizeof(option)); /* the cookie of another client */
    assert_string_not_equal(f->asked.text, "NOERROR A 127.0.0.2 cookie");
    prefixes_free(&f->exempt);
}

/* More prefixes than the table holds: none is limited because of another. */
static void crowded(void **state)
{
    struct fixture *f = *state;
    char client[32];
    unsigned got[3];

    limit(f, (struct rate_rules){ 1, 2, 24, 56, 16, false });
    for (unsigned i = 0; i < 3000; i++) {
        snprintf(client, sizeof(client), "10.%u.%u.1", i / 256, i % 256);
        burst(f, client, 1, got);
        assert_int_equal(got[RATE_PASS], 1);
    }
}

static void prefix_texts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err code;
    } table[] = {
        { "192.0.2.0/24", OK },
        { "192.0.2.1", OK },
        { "2001:db8::/32", OK },
        { "::/0", OK },
        { "0.0.0.0/0", OK },
        { "::1", OK },
        { "192.0.2.0/33", ERR_SYNTAX },
        { "::/129", ERR_SYNTAX },
        { "192.0.2/24", ERR_SYNTAX },
        { "192.0.2.0/", ERR_SYNTAX },
        { "192.0.2.0/-1", ERR_SYNTAX },
        { "", ERR_SYNTAX },
        { "name", ERR_SYNTAX },
        { "192.0.2.0/8x", ERR_SYNTAX },
        { "1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111/8", ERR_SYNTAX },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct prefixes set = { 0 };
        struct error error;
        print_message("%s\n", table[i].text);
        assert_int_equal(prefixes_add(&set, table[i].text, &error), table[i].code);
        prefixes_free(&set);
    }
}

/* The result of the binary search against a scan of all prefixes. */
static void prefix_sets(void **state)
{
    (void)state;
    static const char *const texts[] = { "10.0.0.0/8", "10.1.0.0/16", "10.255.255.255", "192.0.2.4/30",
                                         "192.0.2.9",  "11.0.0.0/32", "2001:db8::/33",  "2001:db8:0:1::/64",
                                         "ff00::/8",   "::1",         "192.0.2.4/31" };
    static const char *const clients[] = { "9.255.255.255",
                                           "10.0.0.0",
                                           "10.255.255.255",
                                           "11.0.0.0",
                                           "11.0.0.1",
                                           "192.0.2.3",
                                           "192.0.2.4",
                                           "192.0.2.7",
                                           "192.0.2.8",
                                           "192.0.2.9",
                                           "192.0.2.10",
                                           "2001:db8::",
                                           "2001:db8:7fff:ffff::1",
                                           "2001:db8:8000::",
                                           "::1",
                                           "::2",
                                           "feff::",
                                           "ffff::1",
                                           "::ffff:10.3.3.3",
                                           "::" };
    struct prefixes all, one[ARRAY_SIZE(texts)];
    struct error error;

    memset(&all, 0, sizeof(all));
    memset(one, 0, sizeof(one));
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        assert_int_equal(prefixes_add(&all, texts[i], &error), OK);
        assert_int_equal(prefixes_add(&one[i], texts[i], &error), OK);
        prefixes_finish(&one[i]);
    }
    prefixes_finish(&all);
    for (size_t i = 0; i < ARRAY_SIZE(clients); i++) {
        struct sockaddr_storage address = dns_client_address(clients[i]);
        struct client_address client = client_address_of((struct sockaddr *)&address);
        bool any = false;
        for (size_t j = 0; j < ARRAY_SIZE(texts); j++)
            any |= prefixes_contain(&one[j], &client);
        print_message("%s: %d\n", clients[i], any);
        assert_int_equal(prefixes_contain(&all, &client), any);
    }
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        prefixes_free(&one[i]);
    prefixes_free(&all);
}

static int begin(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    f->asked = (struct dns_client){ .context = &f->context,
                                    .view = text_view_build(sets, NULL, 1),
                                    .now = 1795321198 };
    f->context = (struct answer_context){ .edns_limit = ANSWER_EDNS_LIMIT, .policy = &f->policy };
    f->policy = (struct policy){ .use_cookies = true, .cookies = { "0123456789abcde", "another secret." } };
    *state = f;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;
    view_free((struct view *)f->asked.view);
    rate_free(f->context.rate);
    free(f);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cookies, begin, end),
        cmocka_unit_test_setup_teardown(bursts, begin, end),
        cmocka_unit_test_setup_teardown(who_is_counted_together, begin, end),
        cmocka_unit_test_setup_teardown(who_is_exempt, begin, end),
        cmocka_unit_test_setup_teardown(crowded, begin, end),
        cmocka_unit_test(prefix_texts),
        cmocka_unit_test(prefix_sets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
