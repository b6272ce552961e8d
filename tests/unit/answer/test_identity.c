/* The server's identity, and ANY. */
#include "support/dns_client.h"
#include "support/text_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define LONG "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz"

static const struct text_set sets[] = {
    { "bl.test", "ip4set", "192.0.2.1 :2:text\n192.0.2.1 :3:\n192.0.2.4 :4:\n" },
    { "bl.test", "generic", "mx MX 10 mail.test\nmx A 127.0.0.9\nonly MX 10 mail.test\n" },
};

static void identity(void **state)
{
    struct dns_client *a = *state;
    static const struct {
        const char *version, *hostname, *identity;
        const char *name;
        unsigned type;
        bool nsid;
        const char *expected;
    } table[] = {
        { "v1", "host", "id", "=version.bind", TYPE_TXT, false, "NOERROR TXT \"v1\"" },
        { "v1", "host", "id", "=VERSION.server", TYPE_TXT, false, "NOERROR TXT \"v1\"" },
        { "v1", "host", "id", "=hostname.bind", TYPE_TXT, false, "NOERROR TXT \"host\"" },
        { "v1", "host", "id", "=id.server", TYPE_TXT, false, "NOERROR TXT \"id\"" },
        { NULL, "host", "id", "=version.bind", TYPE_TXT, false, "REFUSED" },
        { "v1", NULL, "id", "=hostname.bind", TYPE_TXT, false, "REFUSED" },
        { "v1", "host", NULL, "=id.server", TYPE_TXT, false, "REFUSED" },
        { "v1", "host", "id", "=id.server", TYPE_A, false, "REFUSED" },
        { "v1", "host", "id", "=authors.bind", TYPE_TXT, false, "REFUSED" },
        { "v1", "host", "id", "=x.id.server", TYPE_TXT, false, "REFUSED" },
        { "v1", "host", "id", "id.server", TYPE_TXT, false, "REFUSED" },
        { "v1", "host", "id", "4.2.0.192.bl.test", TYPE_A, true, "NOERROR A 127.0.0.4 nsid id" },
        { "v1", "host", "id", "5.2.0.192.bl.test", TYPE_A, true, "NXDOMAIN soa nsid id" },
        { "v1", "host", "id", "=id.server", TYPE_TXT, true, "NOERROR TXT \"id\" nsid id" },
        { "v1", "host", NULL, "4.2.0.192.bl.test", TYPE_A, true, "NOERROR A 127.0.0.4" },
        { NULL, NULL, LONG LONG LONG LONG, "4.2.0.192.bl.test", TYPE_A, true,
          "NOERROR A 127.0.0.4 nsid 0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz"
          "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghij" }, /* 128 bytes of it */
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        a->context->version = table[i].version;
        a->context->hostname = table[i].hostname;
        a->context->identity = table[i].identity;
        print_message("%s\n", table[i].name);
        assert_string_equal(
            dns_client_ask(a, table[i].name, table[i].type, table[i].nsid ? "\0\3\0\0" : NULL, 4),
            table[i].expected);
    }
}

/* RFC 8482 section 4.1, on request and over UDP only. */
static void minimal_any(void **state)
{
    struct dns_client *a = *state;
    static const struct {
        const char *name;
        bool minimal, tcp;
        const char *expected;
    } table[] = {
        { "1.2.0.192.bl.test", false, false, "NOERROR A 127.0.0.2 A 127.0.0.3 TXT \"text\"" },
        { "1.2.0.192.bl.test", true, false, "NOERROR A 127.0.0.2 A 127.0.0.3" },
        { "1.2.0.192.bl.test", true, true, "NOERROR A 127.0.0.2 A 127.0.0.3 TXT \"text\"" },
        { "mx.bl.test", false, false, "NOERROR A 127.0.0.9 MX 10" },
        { "mx.bl.test", true, false, "NOERROR A 127.0.0.9" },
        { "only.bl.test", true, false, "NOERROR MX 10" },
        { "2.2.0.192.bl.test", true, false, "NXDOMAIN soa" },
        { "bl.test", true, false, "NOERROR SOA bl.test." },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        a->context->minimal_any = table[i].minimal;
        a->tcp = table[i].tcp;
        print_message("%s\n", table[i].name);
        assert_string_equal(dns_client_ask(a, table[i].name, TYPE_ANY, NULL, 0), table[i].expected);
    }
}

static int begin(void **state)
{
    struct dns_client *a = calloc(1, sizeof(*a));
    a->context = calloc(1, sizeof(*a->context));
    a->context->edns_limit = ANSWER_EDNS_LIMIT;
    a->view = text_view_build(sets, NULL, 2);
    *state = a;
    return 0;
}

static int end(void **state)
{
    struct dns_client *a = *state;
    view_free((struct view *)a->view);
    free(a->context);
    free(a);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(identity, begin, end),
        cmocka_unit_test_setup_teardown(minimal_any, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
