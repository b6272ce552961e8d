/* At which addresses of the host an interface is asked. */
#include "serve/interface_facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

static struct socket_address address_of(const char *text, unsigned port)
{
    struct socket_address a = { .length = 0 };
    if (strchr(text, ':') != NULL) {
        a.v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
        assert_int_equal(inet_pton(AF_INET6, text, &a.v6.sin6_addr), 1);
    } else {
        a.v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
        assert_int_equal(inet_pton(AF_INET, text, &a.v4.sin_addr), 1);
    }
    return a;
}

static void addresses(void **state)
{
    static const struct {
        const char *listen, *host;
        bool v6_only, loopback; /* of `listen`, of the interface */
        unsigned count;
    } table[] = {
        { "192.0.2.1", "192.0.2.1", false, false, 1 },
        { "192.0.2.1", "192.0.2.2", false, false, 0 },
        { "0.0.0.0", "192.0.2.2", false, false, 1 },
        { "0.0.0.0", "2001:db8::1", false, false, 0 },
        { "2001:db8::1", "2001:db8::1", false, false, 1 },
        { "2001:db8::1", "2001:db8::2", false, false, 0 },
        { "::", "2001:db8::2", false, false, 1 },
        { "::", "2001:db8::2", true, false, 1 },
        { "::", "192.0.2.2", false, false, 1 },
        { "::", "192.0.2.2", true, false, 0 },
        { "::ffff:192.0.2.1", "192.0.2.1", false, false, 1 },
        { "0.0.0.0", "127.0.0.1", false, false, 0 },
        { "0.0.0.0", "127.0.0.1", false, true, 1 },
        { "::", "::1", false, false, 0 },
        { "::", "::1", false, true, 1 },
        { "::", "fe80::1", false, false, 0 },
        { "0.0.0.0", "192.0.2.2", false, true, 1 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct listen_address_list listen = { .count = 1 };
        struct socket_address host = address_of(table[i].host, 0);
        struct xdp_interface to = { .loopback = table[i].loopback };
        uint8_t expected[16] = { [10] = 0xff, [11] = 0xff };
        listen.address[0] = address_of(table[i].listen, 5353);
        listen.address[0].v6_only = table[i].v6_only;
        interface_facts_add(&to, &listen, &host.sa);
        assert_int_equal(to.addresses_count, table[i].count);
        if (to.addresses_count == 0)
            continue;
        assert_int_equal(inet_pton(AF_INET, table[i].host, expected + 12) == 1 ||
                             inet_pton(AF_INET6, table[i].host, expected) == 1,
                         true);
        assert_memory_equal(to.addresses[0].word, expected, 16);
        assert_int_equal(to.addresses[0].port_be, htons(5353));
    }
}

/* An address has each port that is listened on; what is too much is left out. */
static void many(void **state)
{
    struct listen_address_list listen = { .count = 2 };
    struct xdp_interface to = { .index = 0 };
    (void)state;
    listen.address[0] = address_of("0.0.0.0", 53);
    listen.address[1] = address_of("192.0.2.1", 54);
    for (unsigned i = 0; i < 2 * XDP_ADDRESSES_MAX; i++) {
        struct socket_address host = address_of("192.0.2.1", 0);
        interface_facts_add(&to, &listen, &host.sa);
        assert_int_equal(to.addresses_count, i < XDP_ADDRESSES_MAX / 2 ? 2 * (i + 1) : XDP_ADDRESSES_MAX);
    }
    assert_int_equal(to.addresses[0].port_be, htons(53));
    assert_int_equal(to.addresses[1].port_be, htons(54));
    interface_facts_add(&to, &listen, NULL); /* an interface without an address */
    interface_facts_add(&to, &listen, &(struct sockaddr){ .sa_family = AF_UNIX });
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(addresses), cmocka_unit_test(many) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
