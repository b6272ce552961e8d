/* What proof of control asks for: names and values of records, mailboxes, addresses. */
#include "delist/proof.h"
#include "support/text_range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void names_in_dns(void **state)
{
    static const struct {
        const char *range, *record, *pointer; /* NULL: none */
    } rows[] = {
        { "192.0.2.7", "_dnsbld.7.2.0.192.in-addr.arpa", "7.2.0.192.in-addr.arpa" },
        { "255.254.1.0", "_dnsbld.0.1.254.255.in-addr.arpa", "0.1.254.255.in-addr.arpa" },
        { "2001:db8:1234:5678:9abc:def0:1122:3344", "_dnsbld.8.7.6.5.4.3.2.1.8.b.d.0.1.0.0.2.ip6.arpa",
          "4.4.3.3.2.2.1.1.0.f.e.d.c.b.a.9.8.7.6.5.4.3.2.1.8.b.d.0.1.0.0.2.ip6.arpa" },
        { "2001:db8::/64", "_dnsbld.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", NULL },
        { "example.com", "_dnsbld.example.com", NULL },
        { "xn--r8jz45g.jp", "_dnsbld.xn--r8jz45g.jp", NULL },
    };
    char out[PROOF_NAME];

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct range range = text_range(rows[i].range, true);
        assert_true(proof_record_name(&range, out));
        assert_string_equal(out, rows[i].record);
        assert_int_equal(proof_pointer_name(&range, out), rows[i].pointer != NULL);
        if (rows[i].pointer != NULL)
            assert_string_equal(out, rows[i].pointer);
    }
}

/* Names of at most 255 octets (RFC 1035 section 2.3.4): beside the label there is room for 247 of them. */
static void names_that_are_too_long(void **state)
{
    static const unsigned lengths[] = { 245, 246 }; /* letters and dots; in wire form two octets more */
    char text[256], out[PROOF_NAME];

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
        for (unsigned at = 0; at < lengths[i]; at++)
            text[at] = at % 50 == 49 ? '.' : 'a';
        text[lengths[i]] = '\0';
        struct range range = text_range(text, false);
        assert_int_equal(range.name_len, lengths[i] + 2);
        assert_int_equal(proof_record_name(&range, out), lengths[i] + 2 + 8 <= 255);
    }
}

/* The digest was computed with sha256sum(1). */
static void the_value_of_a_record(void **state)
{
    char out[PROOF_VALUE];

    (void)state;
    proof_record_value("01890a5d-ac96-774b-bcce-b302099a8057", out);
    assert_string_equal(out, "dnsbld-proof=1ef3afdc835260bf9e71fdd1974094d2");
}

static void names_of_hosts(void **state)
{
    static const struct {
        const char *name;
        bool valid;
    } rows[] = {
        { "mail.example.com", true },
        { "a.b", true },
        { "1-2.example.com", true },
        { "192-0-2-7.dsl.example.net", true },
        { "3com.example", true },
        { "xn--r8jz45g.xn--zckzah", true },
        { "", false },
        { "example", false },
        { ".example.com", false },
        { "example.com.", false },
        { "a..example.com", false },
        { "-mail.example.com", false },
        { "mail-.example.com", false },
        { "mail.-example.com", false },
        { "mail.example.com-", false },
        { "192.0.2.7", false },
        { "a.1", false },
        { "Mail.example.com", false },
        { "a_b.example.com", false },
        { "a@b.example.com", false },
        { "a b.example.com", false },
        { "a\n.example.com", false },
        { "a\\046b.example.com", false },
        { "<b>.example.com", false },
        { "\xe4\xbe\x8b.jp", false },
        { "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg.jp", true },   /* 63 */
        { "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg.jp", false }, /* 64 */
    };
    char long_name[300] = "";

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (proof_is_host(rows[i].name) != rows[i].valid)
            fail_msg("\"%s\"", rows[i].name);
    for (unsigned i = 0; i < 243; i++)
        strcat(long_name, i % 50 == 49 ? "." : "a");
    assert_true(proof_is_host(long_name)); /* postmaster@ and this are 254 octets */
    strcat(long_name, "a");
    assert_false(proof_is_host(long_name));
}

static void mailboxes(void **state)
{
    static const struct {
        const char *range, *hosts, *expected;
    } rows[] = {
        { "example.com", "", "postmaster@example.com abuse@example.com" },
        { "example.com", "other.example.net", "postmaster@example.com abuse@example.com" },
        { "a_b.example.com", "", "" },
        { "192.0.2.7", "", "" },
        { "192.0.2.7", "mx.example.com", "postmaster@mx.example.com abuse@mx.example.com" },
        { "192.0.2.7", "mx.example.com mx2.example.com",
          "postmaster@mx.example.com abuse@mx.example.com postmaster@mx2.example.com abuse@mx2.example.com" },
        { "192.0.2.7", "a.example.com b.example.com c.example.com",
          "postmaster@a.example.com abuse@a.example.com postmaster@b.example.com abuse@b.example.com" },
        { "192.0.2.7", " -x.example.com  <i>.example.com mx.example.com",
          "postmaster@mx.example.com abuse@mx.example.com" },
        { "2001:db8::1", "mx.example.com", "postmaster@mx.example.com abuse@mx.example.com" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        char out[PROOF_MAILBOXES][STORE_EMAIL], joined[PROOF_MAILBOXES * STORE_EMAIL] = "";
        struct range range = text_range(rows[i].range, true);
        size_t count = proof_mailboxes(&range, rows[i].hosts, out);
        for (size_t j = 0; j < count; j++)
            sprintf(joined + strlen(joined), "%s%s", j > 0 ? " " : "", out[j]);
        assert_string_equal(joined, rows[i].expected);
    }
}

static void where_requests_come_from(void **state)
{
    static const struct {
        const char *range, *client;
        bool from;
    } rows[] = {
        { "192.0.2.7", "192.0.2.7", true },
        { "192.0.2.7", "192.0.2.8", false },
        { "192.0.2.7", "::ffff:192.0.2.7", true },
        { "192.0.2.7", "unix", false },
        { "192.0.2.7", "", false },
        { "2001:db8::1", "2001:db8::1", true },
        { "2001:db8::1", "2001:db8::2", true },
        { "2001:db8::1", "2001:db8:0:1::1", false },
        { "2001:db8::/64", "2001:db8::9", true },
        { "example.com", "192.0.2.7", false },
        { "example.com", "example.com", false },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct range range = text_range(rows[i].range, false);
        if (proof_is_from(&range, rows[i].client) != rows[i].from)
            fail_msg("%s from \"%s\"", rows[i].range, rows[i].client);
    }
}

static void words(void **state)
{
    (void)state;
    assert_int_equal(proof_kind_find("mail"), PROOF_MAIL);
    assert_int_equal(proof_kind_find("dns"), PROOF_DNS);
    assert_int_equal(proof_kind_find("address"), PROOF_ADDRESS);
    assert_int_equal(proof_kind_find("confirm"), 0);
    assert_int_equal(proof_kind_find(""), 0);
    assert_string_equal(proof_kind_word(PROOF_DNS), "dns");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_in_dns),
        cmocka_unit_test(names_that_are_too_long),
        cmocka_unit_test(the_value_of_a_record),
        cmocka_unit_test(names_of_hosts),
        cmocka_unit_test(mailboxes),
        cmocka_unit_test(where_requests_come_from),
        cmocka_unit_test(words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
