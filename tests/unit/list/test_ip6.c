#include "support/list_text.h"
#include "support/must.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void ip6trie(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "2001:db8", "2001:db8::/32", "two groups are a /32" },
        { "2001:db8:1:2", "2001:db8:1:2::/64", "four are a /64" },
        { "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8/128", "eight are an address" },
        { "2001:db8::", "2001:db8::/128", ":: makes it an address" },
        { "::", "::/128", ":: alone" },
        { "::1", "::1/128", "a line that begins with :: is an entry" },
        { "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8/128", ":: for one group at the start" },
        { "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0/128", ":: for one group at the end" },
        { "2001:DB8::aBcD", "2001:db8::abcd/128", "upper case" },
        { "00001::000a", "1::a/128", "leading zeros" },
        { "2001/16", "2001::/16", "one group with a length" },
        { "2001:db8/33", "2001:db8::/33", "a length after groups" },
        { "fe80::/10", "fe80::/10", "a length after ::" },
        { "::/0", "::/0", "everything" },
        { "2001:db8::5/128", "2001:db8::5/128", "/128" },
        { "2001:db8::/032", "2001:db8::/32", "leading zero of a length" },
        { "!2001:db8::5", "!2001:db8::5/128", "exclusion" },
        { "! 2001:db8::5 x", "!2001:db8::5/128", "its value is ignored" },
        { "2001:db8::1 text", "2001:db8::1/128 :2:text", "text" },
        { "2001:db8 :9:t", "2001:db8::/32 :9:t", "value" },
        { "2001:db8::1#c", "2001:db8::1/128", "comment" },
        { ":5:x\n2001:db8", "2001:db8::/32 :5:x", "default line" },
        { "fe80:::1", "fe80::/128 :1:", "a third colon starts the value" },
        { "1:2:::5:x", "1:2::/128 :5:x", "and its text" },
        { "1:2:3:4:5:6:7:8:9:t", "1:2:3:4:5:6:7:8/128 :9:t", "so does the one after eight groups" },
        { "1::2::3", "1::2/128 :3:", "and a second ::" },
        { "a::256:", "a::256/128", "a colon at the end is passed after ::" },
        { "2001", "bad 1", "one group" },
        { "2001:/16", "bad 1", "colon and nothing" },
        { "2001:db8:", "bad 1", "colon at the end" },
        { "2001:db8: x", "bad 1", "colon and a blank" },
        { "2001:db8::1:5:x", "bad 1", "a value needs a blank where a group could stand" },
        { "12345::", "bad 1", "group above ffff" },
        { "g::", "bad 1", "no hex digit" },
        { "2001:db8::1x", "bad 1", "letter after it" },
        { "::ffff:1.2.3.4", "bad 1", "no dots" },
        { "1.2.3.4", "bad 1", "IPv4" },
        { "1:2:3:4:5:6:7::8", "bad 1", "no room for ::" },
        { "::1:2:3:4:5:6:7:8", "bad 1", "no room for :: at the start" },
        { "1:2:3:4:5:6:7:8:", "bad 1", "colon after eight groups is an empty value" },
        { "1:2:3:4:5:6:7:8/64", "bad 1", "host bits" },
        { "2001:db8/16", "bad 1", "host bits in groups" },
        { "2001:db8/129", "bad 1", "length above 128" },
        { "2001:db8/", "bad 1", "no length" },
        { "2001:db8::/32x", "bad 1", "letter after a length" },
        { "!:1", "bad 1", "one colon" },
        { "$MAXRANGE4 1\n2001::/16", "2001::/16", "$MAXRANGE4 is not about IPv6" },
    };
    list_text_check("ip6trie", rows, ARRAY_SIZE(rows), NULL);
    static const struct list_row masked[] = {
        { "2001:db8/16", "2001::/16", "-e clears host bits" },
        { "1:2:3:4:5:6:7:8/65", "1:2:3:4::/65", "-e in the lower half" },
        { "::1/0", "::/0", "-e down to nothing" },
    };
    struct load_options options = { .default_ttl = 2100, .now = LIST_TEXT_NOW, .host_bits = true };
    list_text_check("ip6trie", masked, ARRAY_SIZE(masked), &options);
}

static void ip6tset(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "2001:20fe:23:41ed", "2001:20fe:23:41ed::/64", "four groups" },
        { "2001:20FE:23:41ED#c", "2001:20fe:23:41ed::/64", "upper case, comment" },
        { "!1:2:3:4:5:6:7:8", "!1:2:3:4:5:6:7:8/128", "exclusion of an address" },
        { "!2001:20fe:23:41ed::5", "!2001:20fe:23:41ed::5/128", "exclusion with ::" },
        { "!::5", "!::5/128", "exclusion that begins with ::" },
        { "! 1:2:3:: x", "!1:2:3::/128", "its value is ignored" },
        { "1:2:3:4 text\n1:2:3:5 :0:", "1:2:3:4::/64, 1:2:3:5::/64", "nor an entry's" },
        { "1:2:3:4\n:5:x\n:6:y", "1:2:3:4::/64 :5:x", "the first default is for all entries" },
        { "2001:20fe:23", "bad 1", "three groups" },
        { "1:2:3:4:5", "bad 1", "five groups" },
        { "1:2:3:4:5:6:7:8", "bad 1", "an address" },
        { "1:2:3:4::", "bad 1", ":: in an entry" },
        { "1:2::4", "bad 1", ":: within" },
        { "1:2:3:4:", "bad 1", "colon at the end" },
        { "1:2:3:4:5:x", "bad 1", "a value needs a blank" },
        { "1:2:3:4/64", "bad 1", "no lengths" },
        { "!1:2:3:4::/64", "bad 1", "nor for exclusions" },
        { "!1:2:3:4", "bad 1", "exclusion of a /64" },
        { "1:2:3:12345", "bad 1", "group above ffff" },
        { "1:2:3:41edx", "bad 1", "letter after it" },
        { "::1", "bad 1", "begins with a colon: a default line" },
    };
    list_text_check("ip6tset", rows, ARRAY_SIZE(rows), NULL);
}

static void reasons(void **state)
{
    (void)state;
    static const struct {
        const char *type, *text, *expected;
    } table[] = {
        { "ip6trie", "2001:db8::1/32",
          "\"2001:db8::1/32\" is not a valid IPv6 prefix: bits are set after the prefix length; -e "
          "(host_bits) clears "
          "them" },
        { "ip6trie", "2001",
          "\"2001\" is not a valid IPv6 address: one group is not an address; write a /16 as 2001::/16" },
        { "ip6trie", "192.0.2.1",
          "\"192.0.2.1\" is not a valid IPv6 address: expected groups of hex digits separated by colons" },
        { "ip6trie", "::ffff:192.0.2.1",
          "\"::ffff:192.0.2.1\" is not a valid IPv6 address: a dotted IPv4 part is not allowed; write it as "
          "two groups of hex digits" },
        { "acl", "2001:db8::/129",
          "\"2001:db8::/129\" is not a valid IPv6 prefix: expected a prefix length up to 128 after the "
          "slash" },
        { "ip6tset", "1:2:3:4/64",
          "\"1:2:3:4/64\" is not a valid IPv6 prefix: a prefix length is not allowed in this type of set" },
        { "ip6tset",
          "1:2:3::", "\"1:2:3::\" is not a valid IPv6 address: an entry must be a /64, written as 4 groups" },
        { "ip6tset", "! 1:2:3:4",
          "\"1:2:3:4\" is not a valid IPv6 address: an exclusion must be a full address" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct list_text got;
        set_free(list_text_load(table[i].type, table[i].text, NULL, &got));
        assert_string_equal(got.reason, table[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(ip6trie), cmocka_unit_test(ip6tset),
                                        cmocka_unit_test(reasons) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
