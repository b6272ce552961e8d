/* Clients behind proxies, and how often a client may do something. */
#include "http/client_addr.h"
#include "overlay/range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
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

static void trust_ten(struct prefixes *trusted)
{
    struct error error;
    *trusted = (struct prefixes){ 0 };
    assert_int_equal(prefixes_add(trusted, "10.0.0.0/8", &error), OK);
    prefixes_finish(trusted);
}

static void forwarded(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        bool standard;
        const char *client; /* NULL: not known */
    } table[] = {
        { "192.0.2.1", false, "192.0.2.1" },
        { "  192.0.2.1\t", false, "192.0.2.1" },
        { "203.0.113.9, 192.0.2.1", false, "192.0.2.1" }, /* what stands further left may be made up */
        { "192.0.2.1, 10.0.0.2", false, "192.0.2.1" },    /* 10/8 is ours */
        { "192.0.2.1,10.0.0.2,10.0.0.1", false, "192.0.2.1" },
        { "10.0.0.3, 10.0.0.2", false, "10.0.0.3" }, /* ours all of it */
        { "192.0.2.1, junk", false, NULL },
        { "192.0.2.1, junk, 10.0.0.2", false, "10.0.0.2" }, /* as far as it can be followed */
        { "192.0.2.1,", false, NULL },
        { "", false, NULL },
        { "for=192.0.2.1", true, "192.0.2.1" },
        { "For=\"[2001:db8::1]:4711\"", true, "2001:db8::1" },
        { "for=192.0.2.1;proto=http;by=203.0.113.43", true, "192.0.2.1" },
        { "by=203.0.113.43; for=192.0.2.1", true, "192.0.2.1" },
        { "for=192.0.2.9, for=192.0.2.1", true, "192.0.2.1" },
        { "for=192.0.2.9, for=10.0.0.2;proto=https", true, "192.0.2.9" },
        { "for=unknown", true, NULL },
        { "for=\"_gazonk\"", true, NULL },
        { "for=", true, NULL },
        { "for=\"", true, NULL },
        { "for=\"\"", true, NULL },
        { "proto=https", true, NULL },
        { ";;;", true, NULL },
        { "192.0.2.1", true, NULL },
        { "for=192.0.2.9, proto=https", true, NULL },
    };
    struct prefixes trusted;
    trust_ten(&trusted);
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct client_addr_hops hops = { .trusted = &trusted, .standard = table[i].standard };
        client_addr_read(&hops, table[i].header);
        if (hops.known != (table[i].client != NULL) ||
            (hops.known && strcmp(text_of(&hops.client), table[i].client) != 0))
            fail_msg("%s: %s", table[i].header, hops.known ? text_of(&hops.client) : "unknown");
    }
    prefixes_free(&trusted);
}

/* Reads elements from the right, as they are defined: the specification, slow. */
static bool read_from_right(const char *const *elements, size_t count, const struct prefixes *trusted,
                            struct client_address *client)
{
    struct client_address hop;
    size_t i = count;
    for (; i > 0 && client_addr_parse(elements[i - 1], strlen(elements[i - 1]), &hop); i--) {
        *client = hop;
        if (!prefixes_contain(trusted, &hop))
            return true;
    }
    return i < count;
}

/* Lists of up to six elements, in one header or several, of more than any buffer. */
static void any_list(void **state)
{
    (void)state;
    static const char *const words[] = { "10.0.0.1", "10.0.0.2", "192.0.2.1", "192.0.2.2", "junk", "" };
    static char padding[70000];
    struct prefixes trusted;
    trust_ten(&trusted);
    memset(padding, ',', sizeof(padding) - 1);
    for (unsigned n = 0; n < 6 * 6 * 6 * 6 * 6 * 6; n++) {
        const char *elements[6];
        char text[128] = "";
        struct client_addr_hops split = { .trusted = &trusted }, joined = split;
        struct client_address expected;
        if (n % 5000 == 0)
            client_addr_read(&joined, padding);
        for (unsigned i = 0, rest = n; i < 6; i++, rest /= 6) {
            elements[i] = words[rest % 6];
            snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i > 0 ? " ," : "",
                     elements[i]);
            client_addr_read(&split, elements[i]);
        }
        client_addr_read(&joined, text);
        bool known = read_from_right(elements, 6, &trusted, &expected);
        if (split.known != known || joined.known != known ||
            (known && (memcmp(&split.client.key, &expected.key, sizeof(expected.key)) != 0 ||
                       memcmp(&joined.client.key, &expected.key, sizeof(expected.key)) != 0)))
            fail_msg("%s", text);
    }
    prefixes_free(&trusted);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(addresses), cmocka_unit_test(forwarded),
                                        cmocka_unit_test(any_list) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
