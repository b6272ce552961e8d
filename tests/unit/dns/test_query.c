/* The OPT record of a query and its options. */
#include "base/attr.h"
#include "dns/query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OPTION(code, length) "\0" code "\0" length
#define TEN                  "0123456789"

static void options(void **state)
{
    (void)state;
    static const struct {
        const char *data; /* of the OPT record */
        size_t size;
        enum query_outcome outcome;
        bool nsid;
        uint8_t cookie_len;
        const char *why;
    } table[] = {
#define DATA(text) text, sizeof(text) - 1
        { DATA(""), QUERY_OK, false, 0, "no option" },
        { DATA(OPTION("\3", "\0")), QUERY_OK, true, 0, "NSID" },
        { DATA(OPTION("\3", "\2") "ab"), QUERY_OK, true, 0, "NSID with data, against RFC 5001" },
        { DATA(OPTION("\12", "\10") "01234567"), QUERY_OK, false, 8, "a client's cookie" },
        { DATA(OPTION("\12", "\20") TEN "abcdef"), QUERY_OK, false, 16, "the shortest server cookie" },
        { DATA(OPTION("\12", "\30") TEN TEN "abcd"), QUERY_OK, false, 24, "a server cookie like ours" },
        { DATA(OPTION("\12", "\50") TEN TEN TEN TEN), QUERY_OK, false, 40, "the longest server cookie" },
        { DATA(OPTION("\12", "\51") TEN TEN TEN TEN "x"), QUERY_FORMERR, false, 0, "a longer one" },
        { DATA(OPTION("\12", "\17") TEN "abcde"), QUERY_FORMERR, false, 0, "a shorter one" },
        { DATA(OPTION("\12", "\7") "0123456"), QUERY_FORMERR, false, 0, "a client's cookie too short" },
        { DATA(OPTION("\12", "\0")), QUERY_FORMERR, false, 0, "an empty cookie" },
        { DATA(OPTION("\12", "\10") "01234567" OPTION("\12", "\20") TEN "abcdef"), QUERY_OK, false, 8,
          "two cookies: the first counts" },
        { DATA(OPTION("\12", "\10") "01234567" OPTION("\12", "\1") "x"), QUERY_FORMERR, false, 0,
          "two cookies, the second malformed" },
        { DATA(OPTION("\10", "\4") "\0\1\30\0" OPTION("\3", "\0")), QUERY_OK, true, 0, "another before" },
        { DATA("\0\3\0"), QUERY_FORMERR, false, 0, "an option cut short" },
        { DATA("\0\3"), QUERY_FORMERR, false, 0, "a code alone" },
        { DATA(OPTION("\3", "\1")), QUERY_FORMERR, false, 0, "data beyond the record" },
        { DATA("\0\3\377\377"), QUERY_FORMERR, false, 0, "data far beyond the record" },
#undef DATA
    };
    static const uint8_t start[] = "\0\1\1\0\0\1\0\0\0\0\0\1\1x\0\0\1\0\1" /* header, x IN A */
                                   "\0\0\51\4\320\0\0\0\0\0"; /* OPT up to its length's low byte */
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        size_t size = sizeof(start) + table[i].size;
        uint8_t *packet = malloc(size); /* exactly its size, so that a sanitizer sees reads beyond it */
        struct query q;
        memcpy(packet, start, sizeof(start));
        packet[sizeof(start) - 1] = (uint8_t)table[i].size;
        memcpy(packet + sizeof(start), table[i].data, table[i].size);
        print_message("%s\n", table[i].why);
        assert_int_equal(query_parse(packet, size, &q), table[i].outcome);
        assert_int_equal(q.edns, table[i].outcome == QUERY_OK);
        assert_int_equal(q.nsid, table[i].nsid);
        assert_int_equal(q.cookie_len, table[i].cookie_len);
        if (q.cookie_len != 0)
            assert_memory_equal(q.cookie, "01234567", 8);
        free(packet);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(options) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
