/* Customer keys, and the codes that are about the client. */
#include "base/sha256.h"
#include "support/dns_client.h"
#include "support/text_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW 1795321198

static const struct text_set sets[] = {
    { "zen.test", "ip4set", "192.0.2.1 :2:text $\n" },
    { "zen.test", "ip6trie", "2001:db8::/32 :6:\n" },
    { "zen.test", "generic", "@ TXT apex\n" },
    { "other.test", "ip4set", "192.0.2.1 :3:\n" },
    { "open.test", "ip4set", "192.0.2.1 :4:\n" },
    { "dom.test", "dnset", ".bad.example :5:$\n" },
    { "comb.test", "combined",
      "$DATASET ip4set:a sub deep.er\n192.0.2.1 :7:\n$DATASET ip4set:b @\n192.0.2.1 :8:\n"
      "$DATASET dnset:c @\nname.sub :9:\n" },
};
enum { ZEN, OTHER, OPEN, DOM, COMB, ZONES };

struct fixture {
    struct dns_client asked;
    struct answer_context context;
    struct policy policy;
    bool keyed[ZONES];
    struct policy_parent parent;
    struct prefixes resolvers;
    struct customer_keys *keys;
};

/* One key for some zones; `digest`: given by its SHA-256. */
static void add(struct fixture *f, const char *label, const char *customer, int64_t expires, unsigned zones,
                bool digest)
{
    struct customer_key key = { .expires = expires,
                                .customer = customer_keys_add_customer(f->keys, customer) };
    bool allowed[ZONES];

    if (digest) {
        sha256(label, strlen(label), key.label);
    } else {
        key.size = (uint8_t)strlen(label);
        memcpy(key.label, label, key.size);
    }
    for (unsigned i = 0; i < ZONES; i++)
        allowed[i] = zones >> i & 1;
    assert_int_equal(customer_keys_add(f->keys, &key, allowed), OK);
    assert_int_equal(customer_keys_add(f->keys, &key, allowed), ERR_REFUSED);
}

static uint64_t used(struct fixture *f, const char *customer)
{
    return customer_keys_sum(f->keys, customer_keys_add_customer(f->keys, customer));
}

#define NIBBLES "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"

static void questions(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *name;
        unsigned type;
        const char *expected, *dry_run; /* NULL: as expected */
    } table[] = {
        { "1.2.0.192.plain.zen.test", TYPE_A, "NOERROR A 127.0.0.2", NULL },
        { "1.2.0.192.PLAIN.zen.test", TYPE_A, "NOERROR A 127.0.0.2", NULL },
        { "1.2.0.192.hashed.zen.test", TYPE_A, "NOERROR A 127.0.0.2", NULL },
        { "1.2.0.192.Hashed.zen.test", TYPE_TXT, "NOERROR TXT \"text 192.0.2.1\"", NULL },
        { "2.2.0.192.plain.zen.test", TYPE_A, "NXDOMAIN soa", NULL },
        { "2.0.192.plain.zen.test", TYPE_A, "NOERROR soa", NULL },
        { "plain.zen.test", TYPE_A, "NOERROR soa", NULL },
        { "plain.zen.test", TYPE_TXT, "NOERROR TXT \"apex\"", NULL },
        { NIBBLES ".plain.zen.test", TYPE_A, "NOERROR A 127.0.0.6", NULL },
        { "8.b.d.0.1.0.0.2.plain.zen.test", TYPE_A, "NOERROR soa", NULL },
        { "1.2.0.192.unknown.zen.test", TYPE_A, "REFUSED", "NXDOMAIN soa" },
        { "1.2.0.192.zen.test", TYPE_A, "REFUSED", "NOERROR A 127.0.0.2" },
        { "192.zen.test", TYPE_A, "REFUSED", "NOERROR soa" },
        { "unknown.zen.test", TYPE_A, "REFUSED", "NXDOMAIN soa" },
        { "1.2.0.192.expired.zen.test", TYPE_A, "REFUSED", "NOERROR A 127.0.0.2" },
        { "1.2.0.192.plain.plain.zen.test", TYPE_A, "NXDOMAIN soa", NULL },
        { "zen.test", TYPE_SOA, "NOERROR SOA zen.test.", NULL },
        { "zen.test", TYPE_A, "NOERROR soa", NULL },
        { "1.2.0.192.plain.other.test", TYPE_A, "REFUSED", "NOERROR A 127.0.0.3" }, /* not for this key */
        { "1.2.0.192.hashed.other.test", TYPE_A, "NOERROR A 127.0.0.3", NULL },
        { "1.2.0.192.open.test", TYPE_A, "NOERROR A 127.0.0.4", NULL },
        { "1.2.0.192.plain.open.test", TYPE_A, "NXDOMAIN soa", NULL },
        { "www.bad.example.plain.dom.test", TYPE_TXT, "NOERROR TXT \"bad.example\"", NULL },
        { "example.plain.dom.test", TYPE_A, "NOERROR soa", NULL },
        { "good.example.plain.dom.test", TYPE_A, "NXDOMAIN soa", NULL },
        { "bad.example.dom.test", TYPE_A, "REFUSED", "NOERROR A 127.0.0.5" },
        { "1.2.0.192.plain.comb.test", TYPE_A, "NOERROR A 127.0.0.8", NULL },
        { "1.2.0.192.sub.plain.comb.test", TYPE_A, "NOERROR A 127.0.0.7", NULL },
        { "1.2.0.192.deep.er.plain.comb.test", TYPE_A, "NOERROR A 127.0.0.7", NULL },
        { "2.2.0.192.deep.er.plain.comb.test", TYPE_A, "NXDOMAIN soa", NULL },
        { "er.plain.comb.test", TYPE_A, "NOERROR soa", NULL },
        { "sub.plain.comb.test", TYPE_A, "NOERROR soa", NULL },
        { "name.sub.plain.comb.test", TYPE_A, "NXDOMAIN soa", NULL }, /* as without a key: only its own */
        { "1.2.0.192.sub.comb.test", TYPE_A, "REFUSED",
          "NOERROR A 127.0.0.7" }, /* a subzone needs the key too */
        { "sub.comb.test", TYPE_A, "REFUSED", "NOERROR soa" },
    };
    for (unsigned dry = 0; dry < 2; dry++) {
        f->policy.keys_dry_run = dry;
        for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
            uint64_t refused = f->context.counters.key_refused;
            print_message("%s%s\n", table[i].name, dry ? ", dry run" : "");
            assert_string_equal(dns_client_ask(&f->asked, table[i].name, table[i].type, NULL, 0),
                                dry && table[i].dry_run != NULL ? table[i].dry_run : table[i].expected);
            assert_int_equal(f->context.counters.key_refused - refused, table[i].dry_run != NULL);
        }
    }
}

static void usage(void **state)
{
    struct fixture *f = *state;
    uint32_t customer = customer_keys_add_customer(f->keys, "Customer");

    dns_client_ask(&f->asked, "1.2.0.192.plain.zen.test", TYPE_A, NULL, 0);
    dns_client_ask(&f->asked, "1.2.0.192.second.zen.test", TYPE_A, NULL, 0);
    f->context.worker = 1;
    dns_client_ask(&f->asked, "1.2.0.192.plain.zen.test", TYPE_A, NULL, 0);
    assert_int_equal(used(f, "Customer"), 3); /* two keys, two workers */
    assert_int_equal(used(f, "Hashed"), 0);
    dns_client_ask(&f->asked, "1.2.0.192.unknown.zen.test", TYPE_A, NULL, 0);
    dns_client_ask(&f->asked, "zen.test", TYPE_SOA, NULL, 0);
    assert_int_equal(used(f, "Customer"), 3);

    f->keys->states[customer] = KEY_REFUSED;
    assert_string_equal(dns_client_ask(&f->asked, "1.2.0.192.plain.zen.test", TYPE_A, NULL, 0), "REFUSED");
    assert_int_equal(used(f, "Customer"),
                     4); /* refused queries count too, so a customer that goes on stays refused */
    f->keys->states[customer] = KEY_TOO_MANY;
    strcpy(f->policy.help, "https://bl.example/limits");
    assert_string_equal(dns_client_ask(&f->asked, "9.2.0.192.plain.zen.test", TYPE_A, NULL, 0),
                        "NOERROR A 127.255.255.255");
    assert_string_equal(dns_client_ask(&f->asked, "1.2.0.192.second.zen.test", TYPE_ANY, NULL, 0),
                        "NOERROR A 127.255.255.255 TXT \"Error: too many queries; you are 192.0.2.99; see "
                        "https://bl.example/limits\"");
    assert_string_equal(dns_client_ask(&f->asked, "1.2.0.192.plain.zen.test", TYPE_AAAA, NULL, 0),
                        "NOERROR soa");
    assert_string_equal(dns_client_ask(&f->asked, "1.2.0.192.hashed.zen.test", TYPE_A, NULL, 0),
                        "NOERROR A 127.0.0.2");
    assert_int_equal(f->context.counters.key_too_many, 4);
}

static void public_resolvers(void **state)
{
    struct fixture *f = *state;
    struct error error;
    static const struct {
        const char *client, *name;
        unsigned type;
        const char *expected;
    } table[] = {
        { "192.0.2.99", "1.2.0.192.open.test", TYPE_A, "NOERROR A 127.0.0.4" },
        { "8.8.4.4", "1.2.0.192.open.test", TYPE_A, "NOERROR A 127.255.255.254" },
        { "8.8.4.4", "9.2.0.192.open.test", TYPE_A, "NOERROR A 127.255.255.254" },
        { "8.8.4.4", "9.2.0.192.open.test", TYPE_TXT,
          "NOERROR TXT \"Error: query by way of a public resolver, 8.8.4.4\"" },
        { "2001:4860:4860::8888", "9.2.0.192.open.test", TYPE_TXT,
          "NOERROR TXT \"Error: query by way of a public resolver, 2001:4860:4860::8888\"" },
        { "8.8.4.4", "open.test", TYPE_SOA, "NOERROR SOA open.test." },
        { "8.8.4.4", "1.2.0.192.plain.zen.test", TYPE_A,
          "NOERROR A 127.0.0.2" }, /* a keyed zone has no rule on public resolvers */
        { "8.8.4.4", "1.2.0.192.zen.test", TYPE_A, "REFUSED" },
        { "8.8.4.4", "elsewhere.test", TYPE_A, "REFUSED" },
    };
    assert_int_equal(prefixes_add(&f->resolvers, "8.8.0.0/16", &error), OK);
    assert_int_equal(prefixes_add(&f->resolvers, "2001:4860::/32", &error), OK);
    prefixes_finish(&f->resolvers);
    f->policy.public_resolvers = &f->resolvers;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        print_message("%s %s\n", table[i].client, table[i].name);
        f->asked.client = table[i].client;
        assert_string_equal(dns_client_ask(&f->asked, table[i].name, table[i].type, NULL, 0),
                            table[i].expected);
    }
    assert_int_equal(f->context.counters.public_resolver, 4);
    f->policy.public_dry_run = true;
    f->asked.client = "8.8.4.4";
    assert_string_equal(dns_client_ask(&f->asked, "1.2.0.192.open.test", TYPE_A, NULL, 0),
                        "NOERROR A 127.0.0.4");
    assert_int_equal(f->context.counters.public_resolver, 5);
    prefixes_free(&f->resolvers);
}

static void misspelt(void **state)
{
    struct fixture *f = *state;
    struct error error;
    static const struct {
        const char *name;
        unsigned type;
        const char *expected;
    } table[] = {
        { "1.2.0.192.zem.test", TYPE_A, "NOERROR A 127.255.255.252" },
        { "x.zem.test", TYPE_TXT,
          "NOERROR TXT \"Error: no such zone, look for a misspelling; you are 192.0.2.99\"" },
        { "1.2.0.192.zem.test", TYPE_AAAA, "NOERROR" },
        { "zem.test", TYPE_A, "REFUSED" }, /* not a question to a list */
        { "test", TYPE_A, "REFUSED" },
        { "1.2.0.192.zem.best", TYPE_A, "REFUSED" },
        { "1.2.0.192.zem.xtest", TYPE_A, "REFUSED" },
        { "1.2.0.192.open.test", TYPE_A, "NOERROR A 127.0.0.4" },
        { "1.2.0.192.zen.test", TYPE_A, "REFUSED" }, /* a zone, without a key */
    };
    assert_int_equal(name_from_text("test", f->parent.wire, &f->parent.wire_len, &error), OK);
    f->parent.labels = 1;
    f->policy.parents = &f->parent;
    f->policy.parents_count = 1;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        print_message("%s\n", table[i].name);
        assert_string_equal(dns_client_ask(&f->asked, table[i].name, table[i].type, NULL, 0),
                            table[i].expected);
    }
    assert_int_equal(f->context.counters.misspelt, 3);
    f->policy.misspelt_dry_run = true;
    assert_string_equal(dns_client_ask(&f->asked, "1.2.0.192.zem.test", TYPE_A, NULL, 0), "REFUSED");
    assert_int_equal(f->context.counters.misspelt, 4);
}

static int begin(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    f->asked = (struct dns_client){ .context = &f->context,
                                    .view = text_view_build(sets, NULL, ARRAY_SIZE(sets)),
                                    .now = NOW };
    f->context = (struct answer_context){ .edns_limit = ANSWER_EDNS_LIMIT, .policy = &f->policy };
    f->keys = customer_keys_new(1, ZONES);
    add(f, "plain", "Customer", INT64_MAX, 1 << ZEN | 1 << DOM | 1 << COMB, false);
    add(f, "second", "Customer", INT64_MAX, 1 << ZEN, false);
    add(f, "expired", "Customer", NOW, 1 << ZEN, false);
    add(f, "hashed", "Hashed", NOW + 1, 1 << ZEN | 1 << OTHER, true);
    assert_int_equal(customer_keys_finish(f->keys, 2), OK);
    for (unsigned i = 0; i < ZONES; i++)
        f->keyed[i] = i != OPEN;
    f->policy = (struct policy){ .keyed = f->keyed, .keys = f->keys };
    *state = f;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;
    view_free((struct view *)f->asked.view);
    customer_keys_free(f->keys);
    free(f);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(questions, begin, end),
        cmocka_unit_test_setup_teardown(usage, begin, end),
        cmocka_unit_test_setup_teardown(public_resolvers, begin, end),
        cmocka_unit_test_setup_teardown(misspelt, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
