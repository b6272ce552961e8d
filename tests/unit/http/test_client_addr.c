/* Clients behind proxies, and how often a client may do something. */
#include "http/client_addr.h"
#include "overlay/range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char *text_of(const struct client_address *client)
{
    static char text[RANGE_TEXT];
    range_format_address(client->ipv6 ? RANGE_IP6 : RANGE_IP4, client->key, text);
    return text;
}

static void addresses(void **state)
{
    (void)state;
    static const char *const table[][2] = {
        { "192.0.2.1", "192.0.2.1" },
        { "192.0.2.1:4711", "192.0.2.1" },
        { "2001:db8::1", "2001:db8::1" },
        { "[2001:db8::1]", "2001:db8::1" },
        { "[2001:db8::1]:4711", "2001:db8::1" },
        { "::ffff:192.0.2.1", "192.0.2.1" },
        { "[::ffff:192.0.2.1]:1", "192.0.2.1" },
        { "unknown", NULL },
        { "_hidden", NULL },
        { "", NULL },
        { "[", NULL },
        { "[]", NULL },
        { "]", NULL },
        { ":", NULL },
        { "192.0.2", NULL },
        { "192.0.2.1/24", NULL },
        { "192.0.2.256", NULL },
        { "0000000000000000000000000000000000000000000000001", NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct client_address client;
        bool good = client_addr_parse(table[i][0], strlen(table[i][0]), &client);
        assert_int_equal(good, table[i][1] != NULL);
        if (good)
            assert_string_equal(text_of(&client), table[i][1]);
    }
}

static void forwarded(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        bool standard;
        const char *client; /* "peer": as it was */
        bool good;
    } table[] = {
        { "192.0.2.1", false, "192.0.2.1", true },
        { "  192.0.2.1\t", false, "192.0.2.1", true },
        { "203.0.113.9, 192.0.2.1", false, "192.0.2.1", true }, /* what stands further left may be made up */
        { "192.0.2.1, 10.0.0.2", false, "192.0.2.1", true },    /* 10/8 is ours */
        { "192.0.2.1,10.0.0.2,10.0.0.1", false, "192.0.2.1", true },
        { "10.0.0.3, 10.0.0.2", false, "10.0.0.3", true }, /* ours all of it */
        { "192.0.2.1, junk", false, "peer", false },
        { "192.0.2.1, junk, 10.0.0.2", false, "10.0.0.2", false }, /* as far as it can be followed */
        { "192.0.2.1,", false, "peer", false },
        { "", false, "peer", false },
        { "for=192.0.2.1", true, "192.0.2.1", true },
        { "For=\"[2001:db8::1]:4711\"", true, "2001:db8::1", true },
        { "for=192.0.2.1;proto=http;by=203.0.113.43", true, "192.0.2.1", true },
        { "by=203.0.113.43; for=192.0.2.1", true, "192.0.2.1", true },
        { "for=192.0.2.9, for=192.0.2.1", true, "192.0.2.1", true },
        { "for=192.0.2.9, for=10.0.0.2;proto=https", true, "192.0.2.9", true },
        { "for=unknown", true, "peer", false },
        { "for=\"_gazonk\"", true, "peer", false },
        { "for=", true, "peer", false },
        { "for=\"", true, "peer", false },
        { "for=\"\"", true, "peer", false },
        { "proto=https", true, "peer", false },
        { ";;;", true, "peer", false },
        { "192.0.2.1", true, "peer", false },
        { "for=192.0.2.9, proto=https", true, "peer", false },
    };
    struct prefixes trusted = { 0 };
    struct error error;

    assert_int_equal(prefixes_add(&trusted, "10.0.0.0/8", &error), OK);
    prefixes_finish(&trusted);
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct client_address client = { false, { UINT64_C(0x7f000001) << 32, 0 } };
        bool good = client_addr_forwarded(table[i].header, table[i].standard, &trusted, &client);
        const char *expected = strcmp(table[i].client, "peer") == 0 ? "127.0.0.1" : table[i].client;
        if (good != table[i].good || strcmp(text_of(&client), expected) != 0)
            fail_msg("%s: %s", table[i].header, text_of(&client));
    }
    prefixes_free(&trusted);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(addresses), cmocka_unit_test(forwarded) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
