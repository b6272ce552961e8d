#include "support/list_text.h"
#include "support/memory_file.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void clients(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "127.0.0.1 :pass", "127.0.0.1 -> pass", "an address" },
        { "127.0 :pass", "127.0.0.0-127.0.255.255 -> pass", "a prefix" },
        { "127/8 :pass", "127.0.0.0-127.255.255.255 -> pass", "a CIDR" },
        { "0/0 :pass", "0.0.0.0-255.255.255.255 -> pass", "everybody" },
        { "::1 :pass", "::1/128 -> pass", "an IPv6 address" },
        { "::/0 :pass", "::/0 -> pass", "everybody" },
        { "0:0 :pass", "::/32 -> pass", "groups of digits alone" },
        { "FE80::/10 :pass", "fe80::/10 -> pass", "upper case" },
        { "dead:beef :pass", "dead:beef::/32 -> pass", "letters" },
        { "127 :pass", "bad 1", "one octet" },
        { "127.0.0.1-2 :pass", "bad 1", "range" },
        { "127.0.0.1/30 :pass", "bad 1", "host bits" },
        { "::1/64 :pass", "bad 1", "host bits" },
        { "127.0.0.1/33 :pass", "bad 1", "length" },
        { "!127.0.0.1", "bad 1", "there are no exclusions" },
        { "! ::1", "bad 1", "for IPv6 neither" },
        { "localhost :pass", "bad 1", "name" },
        { "fe80 :pass", "bad 1", "one group" },
        { "::ffff:1.2.3.4 :pass", "bad 1", "IPv4 within IPv6" },
        { "$MAXRANGE4 /25\n1.2.3 :pass\n1.2.3.4\n::/0 :pass", "bad 2, 1.2.3.4 -> ignore, ::/0 -> pass",
          "$MAXRANGE4" },
        { "1.0.0.1 :pass\n1.0.0.1 :refuse", "1.0.0.1 -> pass, 1.0.0.1 -> refuse", "both; the first counts" },
    };
    list_text_check("acl", rows, ARRAY_SIZE(rows), NULL);
}

static void values(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "1.0.0.1", "1.0.0.1 -> ignore", "nothing" },
        { "1.0.0.1 # c", "1.0.0.1 -> ignore", "comment" },
        { "1.0.0.1 :ignore", "1.0.0.1 -> ignore", "ignore" },
        { "1.0.0.1 :blackhole", "1.0.0.1 -> ignore", "its other name" },
        { "1.0.0.1 :refuse", "1.0.0.1 -> refuse", "refuse" },
        { "1.0.0.1 :empty", "1.0.0.1 -> empty", "empty" },
        { "1.0.0.1 =pass", "1.0.0.1 -> pass", "=" },
        { "1.0.0.1 :REFuse", "1.0.0.1 -> refuse", "case" },
        { "1.0.0.1:refuse", "1.0.0.1 -> refuse", "directly after it" },
        { "1.0.0.1 :refuse x", "1.0.0.1 -> refuse", "what follows is ignored" },
        { "1.0.0.1 :refuse:x", "1.0.0.1 -> refuse", "after a colon too" },
        { "1.0.0.1 :refuse#c", "1.0.0.1 -> refuse", "comment" },
        { "1.0.0.1 :refusex", "bad 1", "another word" },
        { "1.0.0.1 : refuse", "bad 1", "blank" },
        { "1.0.0.1=refuse", "bad 1", "= directly after it" },
        { "1.0.0.1 =x", "bad 1", "= and another word" },
        { "1.0.0.1 =5", "bad 1", "= and a number" },
        { "1.0.0.1 refuse", "1.0.0.1 :2:refuse", "a text" },
        { "1.0.0.1 :5", "1.0.0.1 :5:", "A" },
        { "1.0.0.1 :5:t", "1.0.0.1 :5:t", "A and text" },
        { "1.0.0.1 t", "1.0.0.1 :2:t", "text" },
        { "1.0.0.1 :0:", "bad 1", "bad value" },
        { "::1 :5:t", "::1/128 :5:t", "of IPv6" },
        { "::1", "::1/128 -> ignore", "not a default line" },
        { "1.0.0.1 :5\n1.0.0.2 :5\n1.0.0.3 :pass\n1.0.0.4 :pass",
          "1.0.0.1 :5:, 1.0.0.2 :5:, 1.0.0.3 -> pass, 1.0.0.4 -> pass", "values and actions mixed" },
    };
    list_text_check("acl", rows, ARRAY_SIZE(rows), NULL);
}

/* An action as default and an entry with a text crash rbldnsd; here the text goes with the A record of the
 * last default that had one. */
static void defaults(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { ":refuse\n1.0.0.1", "1.0.0.1 -> refuse", "an action" },
        { "=refuse # c\n1.0.0.1", "1.0.0.1 -> refuse", "= and a comment" },
        { ":refuse\n1.0.0.1 :7:", "1.0.0.1 :7:", "an entry with a value" },
        { ":refuse\n1.0.0.1 text", "1.0.0.1 :2:text", "with a text" },
        { ":5:d\n1.0.0.1\n1.0.0.2 :7\n1.0.0.3 t\n1.0.0.4 :empty",
          "1.0.0.1 :5:d, 1.0.0.2 :7:d, 1.0.0.3 :5:t, 1.0.0.4 -> empty", "a value" },
        { ":5:d\n:refuse\n1.0.0.1\n1.0.0.2 t", "1.0.0.1 -> refuse, 1.0.0.2 :5:t", "both" },
        { ":refuse\n:7\n1.0.0.1", "1.0.0.1 :7:", "the other way round" },
        { ":refuse\n:x\n1.0.0.1", "bad 2, 1.0.0.1 -> refuse", "a bad one changes nothing" },
        { ":refuse\n=x\n1.0.0.1", "bad 2, 1.0.0.1 -> refuse", "nor this" },
    };
    list_text_check("acl", rows, ARRAY_SIZE(rows), NULL);

    struct list_text got;
    char *files[] = { memory_file_new(":refuse\n1.0.0.1\n", 16), memory_file_new("1.0.0.2\n", 8) };
    set_free(list_text_load_files("acl", files, 2, NULL, &got));
    assert_string_equal(got.text, "1.0.0.1 -> refuse, 1.0.0.2 -> ignore");
    memory_file_free(files[0]);
    memory_file_free(files[1]);
}

static void directives(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "$SOA 1h ns.ex. admin.ex 7 2h 3m 1w 30s", "bad 1", "no $SOA" },
        { "$NS 1h ns.ex", "bad 1", "no $NS" },
        { "$DATASET ip4set @", "bad 1", "no $DATASET" },
        { "$TTL 5\n$1 x\n$= y\n$TIMESTAMP 2020-01-01", "", "the others" },
    };
    list_text_check("acl", rows, ARRAY_SIZE(rows), NULL);
}

static void facts(void **state)
{
    (void)state;
    struct list_text got;
    struct set_data *set = list_text_load("acl", "=pass\n:5\n1.0.0.1", NULL, &got);
    assert_true(set->acl);
    assert_int_equal(set->overlap, OVERLAP_FIRST);
    assert_int_equal(set->entries, 1);
    set_free(set);
    assert_true(set_type_is_acl("acl"));
    assert_false(set_type_is_acl("ip4trie"));
    assert_false(set_type_is_acl("acls"));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(clients), cmocka_unit_test(values),
                                        cmocka_unit_test(defaults), cmocka_unit_test(directives),
                                        cmocka_unit_test(facts) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
