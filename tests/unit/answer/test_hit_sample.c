/* The hit sample: the ring by itself, and the records of answers. */
#include "answer/hit_sample.h"
#include "support/dns_client.h"
#include "support/text_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define NOW 1795321198

static void one_in_rate_is_due(void **state)
{
    (void)state;
    struct hit_sample *h;
    unsigned due[7] = { 0 };
    assert_int_equal(hit_sample_new(4, 10, 0, &h), OK);
    for (unsigned i = 0; i < 70000; i++) {
        uint8_t weight = hit_sample_due(h, NOW);
        assert_true(weight == 0 || weight == 10);
        due[i % 7] += weight != 0;
        assert_int_equal(hit_sample_seen(h), i + 1);
    }
    for (unsigned i = 0; i < 7; i++) /* 1000 of 10000 each, at any regularity; the deviation is below 30 */
        assert_in_range(due[i], 850, 1150);
    assert_int_equal(hit_sample_rate(h), 10);
    assert_int_equal(hit_sample_end(h), 0); /* due is not put */
    hit_sample_free(h);
    hit_sample_free(NULL);
}

static void the_first_of_a_second_are_due(void **state)
{
    (void)state;
    struct hit_sample *h;
    assert_int_equal(hit_sample_new(4, 200, 3, &h), OK);
    for (unsigned second = 0; second < 3; second++) {
        unsigned weight = 0;
        for (unsigned i = 0; i < 20000; i++) {
            unsigned one = hit_sample_due(h, NOW + second);
            assert_true(i < 3 ? one == 1 : one == 0 || one == 200);
            weight += one;
        }
        assert_in_range(weight, 14000, 26000);
    }
    hit_sample_free(h);
}

static void the_newest_are_kept(void **state)
{
    (void)state;
    struct hit_sample *h;
    struct hit_record r = { .time = 0 };
    assert_int_equal(hit_sample_new(4, 1, 0, &h), OK);
    assert_false(hit_sample_get(h, 0, &r));
    for (unsigned n = 0; n < 10; n++) {
        hit_sample_put(h, &(struct hit_record){ .time = NOW + n, .key.family = RANGE_IP6, .code = n });
        assert_int_equal(hit_sample_end(h), n + 1);
        for (unsigned i = 0; i <= n + 1; i++) {
            r.time = 0;
            bool there = hit_sample_get(h, i, &r);
            assert_int_equal(there, i <= n && i + 4 > n);
            assert_int_equal(r.time, there ? NOW + i : 0);
        }
    }
    assert_int_equal(r.code, 9);
    assert_int_equal(r.key.family, RANGE_IP6);
    hit_sample_free(h);
}

static const struct text_set sets[] = {
    { "zen.test", "ip4set", "192.0.2.0/24 :2:net\n" },
    { "zen.test", "ip6trie", "2001:db8::/32 :6:\n" },
    { "dbl.test", "dnset", ".bad.example :5:\n" },
    { "gen.test", "generic", "www.example MX 10 mail.test\n@ TXT apex\n" },
};

static void answers_are_recorded(void **state)
{
    static const struct {
        const char *name;
        unsigned type;
        const char *client, *expected; /* "zone code key client"; NULL: nothing */
    } table[] = {
        { "9.2.0.192.zen.test", TYPE_A, "192.0.2.99", "0 2 192.0.2.9 c0000263:0" },
        { "9.2.0.192.ZEN.test", TYPE_TXT, "192.0.2.99", "0 0 192.0.2.9 c0000263:0" },
        { "9.2.0.192.zen.test", TYPE_ANY, "2001:db8::7", "0 2 192.0.2.9 20010db8:7" },
        { "9.3.0.192.zen.test", TYPE_A, "192.0.2.99", NULL },
        { "2.0.192.zen.test", TYPE_A, "192.0.2.99", NULL },
        { "9.2.0.192.zen.test", 15, "192.0.2.99", NULL },
        { "zen.test", TYPE_SOA, "192.0.2.99", NULL },
        { "gen.test", TYPE_TXT, "192.0.2.99", NULL },
        { "WWW.bad.Example.dbl.test", TYPE_A, "::ffff:192.0.2.99", "1 5 www.bad.example c0000263:0" },
        { "www.example.gen.test", 15, "192.0.2.99", "2 0 www.example c0000263:0" },
        { "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.zen.test", TYPE_A, "192.0.2.99",
          "0 6 2001:db8::1 c0000263:0" },
        { "9.0.2.0.0.0.0.c.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.zen.test", TYPE_A, "192.0.2.99",
          "0 2 192.0.2.9 c0000263:0" },
    };
    struct dns_client a = { .now = NOW,
                            .context = &(struct answer_context){ .edns_limit = ANSWER_EDNS_LIMIT },
                            .view = text_view_build(sets, NULL, ARRAY_SIZE(sets)) };
    uint64_t end = 0;

    (void)state;
    assert_int_equal(hit_sample_new(2, 1, 0, &a.context->hits), OK);
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        char key[RANGE_TEXT], got[2 * RANGE_TEXT];
        struct hit_record r;
        a.client = table[i].client;
        dns_client_ask(&a, table[i].name, table[i].type, NULL, 0);
        print_message("%s: %s\n", table[i].name, a.text);
        assert_int_equal(hit_sample_end(a.context->hits) - end, table[i].expected != NULL);
        if (table[i].expected == NULL)
            continue;
        assert_true(hit_sample_get(a.context->hits, end++, &r));
        assert_int_equal(r.time, NOW);
        assert_int_equal(r.client_ipv6, a.client[0] == '2');
        assert_true(r.code == 0 || r.code >> 8 == 0x7f0000);
        range_format(&r.key, key);
        snprintf(got, sizeof(got), "%u %u %s %08x:%x", r.zone, r.code & 0xff, key,
                 (unsigned)(r.client[0] >> 32), (unsigned)r.client[1]);
        assert_string_equal(got, table[i].expected);
    }
    hit_sample_free(a.context->hits);
    view_free((struct view *)a.view);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(one_in_rate_is_due),
                                        cmocka_unit_test(the_first_of_a_second_are_due),
                                        cmocka_unit_test(the_newest_are_kept),
                                        cmocka_unit_test(answers_are_recorded) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
