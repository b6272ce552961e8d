#include "net/listen_address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void one(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int family;
        const char *expected; /* NULL: an error */
    } table[] = {
        { "127.0.0.1", AF_UNSPEC, "127.0.0.1/53" },
        { "127.0.0.1/5353", AF_UNSPEC, "127.0.0.1/5353" },
        { "0.0.0.0/65535", AF_INET, "0.0.0.0/65535" },
        { "::1", AF_UNSPEC, "::1/53" },
        { "2001:db8::5/5353", AF_INET6, "2001:db8::5/5353" },
        { "::", AF_UNSPEC, "::/53" },
        { "::1", AF_INET, NULL },
        { "127.0.0.1", AF_INET6, NULL },
        { "127.0.0.1:53", AF_UNSPEC, NULL },
        { "127.0.0.1/", AF_UNSPEC, NULL },
        { "127.0.0.1/65536", AF_UNSPEC, NULL },
        { "127.0.0.1/4294967349", AF_UNSPEC, NULL },
        { "127.0.0.1/0", AF_UNSPEC, NULL },
        { "127.0.0.1/no-such-service", AF_UNSPEC, NULL },
        { "/53", AF_UNSPEC, NULL },
        { "", AF_UNSPEC, NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct listen_address_list list = { .count = 0 };
        struct error error = { 0 };
        enum err err = listen_address_resolve(table[i].text, table[i].family, &list, &error);
        print_message("%s: %s\n", table[i].text, error.text);
        assert_int_equal(err == OK, table[i].expected != NULL);
        assert_int_equal(list.count, table[i].expected != NULL);
        if (err != OK) {
            assert_non_null(strstr(error.text, table[i].text));
            continue;
        }
        char text[SOCKET_ADDRESS_TEXT];
        socket_address_format(&list.address[0], text);
        assert_string_equal(text, table[i].expected);
    }
}

static void hint(void **state)
{
    (void)state;
    struct listen_address_list list = { .count = 0 };
    struct error error;
    assert_int_not_equal(listen_address_resolve("127.0.0.1:53", AF_UNSPEC, &list, &error), OK);
    assert_non_null(strstr(error.text, "addr/port"));
}

static void many(void **state)
{
    (void)state;
    struct listen_address_list list = { .count = 0 };
    struct error error;
    char text[32];
    for (int i = 1; i <= LISTEN_ADDRESS_MAX; i++) {
        snprintf(text, sizeof(text), "127.0.0.%d/5353", i);
        assert_int_equal(listen_address_resolve(text, AF_UNSPEC, &list, &error), OK);
        assert_int_equal(listen_address_resolve(text, AF_UNSPEC, &list, &error), OK); /* again: ignored */
        assert_int_equal(list.count, i);
    }
    assert_int_equal(listen_address_resolve("127.0.0.99", AF_UNSPEC, &list, &error), ERR_LIMIT);
    assert_int_equal(list.count, LISTEN_ADDRESS_MAX);
}

static void wildcard(void **state)
{
    (void)state;
    struct listen_address_list list = { .count = 0 };
    struct error error;
    static const char *const texts[] = { "0.0.0.0", "::", "127.0.0.1", "::1" };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        assert_int_equal(listen_address_resolve(texts[i], AF_UNSPEC, &list, &error), OK);
        assert_int_equal(socket_address_is_wildcard(&list.address[i]), i < 2);
    }
}

/* `::` is IPv6 alone exactly where IPv4 has an address of its port too, in any order. */
static void split(void **state)
{
    (void)state;
    static const struct {
        const char *texts[3], *other, *v6_only; /* `other` is no address of the list: systemd's */
    } table[] = {
        { { "::/5353" }, NULL, "0" },
        { { "::/5353", "0.0.0.0/5353" }, NULL, "10" },
        { { "0.0.0.0/5353", "::/5353" }, NULL, "01" },
        { { "127.0.0.1/5353", "::/5353" }, NULL, "01" },
        { { "::/5353", "::/54", "0.0.0.0/54" }, NULL, "010" },
        { { "::/5353", "::1/5353", "::/54" }, NULL, "000" },
        { { "::1/5353", "127.0.0.1/5353" }, NULL, "00" },
        { { "::/5353", "::/54" }, "127.0.0.1/5353", "10" },
        { { "*/5353" }, NULL, "01" }, /* 0.0.0.0 and :: */
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct listen_address_list list = { .count = 0 }, other = { .count = 0 };
        struct error error;
        char got[8] = "";
        for (size_t k = 0; k < 3 && table[i].texts[k] != NULL; k++)
            assert_int_equal(listen_address_resolve(table[i].texts[k], AF_UNSPEC, &list, &error), OK);
        if (table[i].other != NULL)
            assert_int_equal(listen_address_resolve(table[i].other, AF_UNSPEC, &other, &error), OK);
        listen_address_split(&list, other.address, other.count);
        bool ip6_first = list.address[0].sa.sa_family == AF_INET6;
        for (size_t k = 0; k < list.count; k++)
            got[k] = list.address[k].v6_only ? '1' : '0';
        bool both = strcmp(table[i].texts[0], "*/5353") == 0; /* the resolver decides about the order */
        assert_string_equal(got, both && ip6_first ? "10" : table[i].v6_only);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(one), cmocka_unit_test(hint), cmocka_unit_test(many),
                                        cmocka_unit_test(wildcard), cmocka_unit_test(split) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
