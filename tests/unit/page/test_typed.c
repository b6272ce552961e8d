/* What people type and paste, and what they mean by it. */
#include "page/typed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool is_zone(void *context, const char *name)
{
    (void)context;
    return strcasecmp(name, "zen.example") == 0 || strcasecmp(name, "dbl.example") == 0;
}

/* One word, with what is left around it. */
static const struct {
    const char *text, *key;
} words[] = {
    { "192.0.2.7", "192.0.2.7" },
    { "  192.0.2.7\r\n", "192.0.2.7" },
    { "\t192.0.2.7 ", "192.0.2.7" },
    { "\xe3\x80\x80"
      "192.0.2.7"
      "\xc2\xa0",
      "192.0.2.7" }, /* ideographic, no-break blanks */
    { "\xef\xbb\xbf"
      "192.0.2.7"
      "\xe2\x80\x8b",
      "192.0.2.7" }, /* a byte order mark, no width */
    { "\xef\xbc\x91\xef\xbc\x99\xef\xbc\x92.\xef\xbc\x90\xef\xbc\x8e\xef\xbc\x92\xe3\x80\x82\xef\xbc\x97",
      "192.0.2.7" }, /* full-width digits and dots */
    { "\xef\xbc\x92\xef\xbc\x90\xef\xbc\x90\xef\xbc\x91\xef\xbc\x9a"
      "db8::1",
      "2001:db8::1" },
    { "[192.0.2.7]", "192.0.2.7" },
    { "[IPv6:2001:db8::1]", "2001:db8::1" },
    { "IPv6:2001:db8::1", "2001:db8::1" },
    { "[2001:db8::1]:25", "2001:db8::1" },
    { "192.0.2.7:25", "192.0.2.7" },
    { "(192.0.2.7)", "192.0.2.7" },
    { "<192.0.2.7>.", "192.0.2.7" },
    { "192.0.2.7,", "192.0.2.7" },
    { "192.0.2.7:", "192.0.2.7" },
    { "2001:db8::", "2001:db8::" },
    { "\xe3\x80\x8c"
      "192.0.2.7"
      "\xe3\x80\x8d",
      "192.0.2.7" }, /* Japanese brackets */
    { "::ffff:192.0.2.7", "192.0.2.7" },
    { "192.0.2.0/24", "192.0.2.0/24" },
    { "example.com", "example.com" },
    { "Example.COM.", "example.com" },
    { "ann@example.com", "example.com" },
    { "<ann@example.com>", "example.com" },
    { "mailto:ann@example.com?subject=x", "example.com" },
    { "ann@[192.0.2.7]", "192.0.2.7" },
    { "https://www.example.com/shop?page=2", "www.example.com" },
    { "http://ann:secret@example.com:8080/", "example.com" },
    { "https://[2001:db8::1]:8443/x", "2001:db8::1" },
    { "example.com/index.html", "example.com" },
    { "https://bl.example/192.0.2.7", "192.0.2.7" },
    { "https://bl.example/?ip=192.0.2.7", "192.0.2.7" },
    { "https://bl.example/lookup?lang=ja&q=2001%3Adb8%3A%3A1", "2001:db8::1" },
    { "https://bl.example/lookup?q=spam.example#top", "spam.example" },
    { "http://bl.example/cgi-bin/lookup?ip_address=192.0.2.7", "192.0.2.7" },
    { "7.2.0.192.zen.example", "192.0.2.7" },
    { "7.2.0.192.ZEN.example.", "192.0.2.7" },
    { "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.zen.example", "2001:db8::1" },
    { "spam.example.dbl.example", "spam.example" },
    { "zen.example", "zen.example" },
    { "https://bl.example:x/%zz", "bl.example" }, /* an escape that is not valid */
    /* Domains as people write them (RFC 5890), with the widths and dots of Japanese */
    { "\xe4\xbe\x8b\xe3\x81\x88.jp", "xn--r8jz45g.jp" },
    { "\xe4\xbe\x8b\xe3\x81\x88\xe3\x80\x82\xef\xbd\x8a\xef\xbd\x90", "xn--r8jz45g.jp" },
    { "ann\xef\xbc\xa0\xe4\xbe\x8b\xe3\x81\x88.jp", "xn--r8jz45g.jp" },
    { "https://\xe4\xbe\x8b\xe3\x81\x88.jp/\xe9\x81\x93", "xn--r8jz45g.jp" },
    { "https://bl.example/?q=%E4%BE%8B%E3%81%88.jp", "xn--r8jz45g.jp" },
    { "B\xc3\x9c"
      "CHER.example",
      "xn--bcher-kva.example" },
};

static const struct typed_names names = { .is_zone = is_zone, .host = "page.example" };

static void check(const char *text, const char *key)
{
    struct typed typed;
    struct error error;
    char found[RANGE_TEXT] = "";
    print_message("%s\n", text);
    if (typed_find(text, &names, &typed, &error) == OK)
        range_format(&typed.key, found);
    assert_string_equal(found, key);
}

static void test_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        check(words[i].text, words[i].key);
}

/* Bounces as mail servers write them, with other names. */
static const struct {
    const char *text, *key;
} bounces[] = {
    /* Postfix */
    { "<bob@example.net>: host mx.example.net[198.51.100.5] said: 554 5.7.1 Service unavailable; Client host "
      "[203.0.113.9] blocked using zen.example; https://bl.example/203.0.113.9 (in reply to RCPT TO command)",
      "203.0.113.9" },
    { "host mx.example.net[198.51.100.5] said:\n 554 5.7.1 Service unavailable; Client host [2001:db8::9] "
      "blocked\n"
      "    using zen.example; 127.0.0.4",
      "2001:db8::9" },
    { "NOQUEUE: reject: RCPT from unknown[203.0.113.9]: 554 5.7.1 <bob@example.net>: Recipient address "
      "rejected: "
      "blocked; from=<ann@example.com> to=<bob@example.net> proto=ESMTP helo=<mail.example.com>",
      "203.0.113.9" },
    /* Exim */
    { "SMTP error from remote mail server after RCPT TO:<bob@example.net>:\n"
      "    host mx.example.net [198.51.100.5]: 550-203.0.113.9 is in a black list at zen.example\n    550 "
      "Exploited host",
      "203.0.113.9" },
    /* Exchange */
    { "550 5.7.1 Service unavailable, Client host [203.0.113.9] blocked using Spam List. To request removal "
      "from this "
      "list see https://www.example.org/query/lookup?ip=203.0.113.9 (AS16012609) [mx7.example.org]",
      "203.0.113.9" },
    /* as Proofpoint, Trend Micro */
    { "550 5.7.1 Email rejected because 203.0.113.9 is listed by example.com", "203.0.113.9" },
    { "554 5.7.0 Blocked - see https://check.example.org/?ip=203.0.113.9", "203.0.113.9" },
    { "450 4.7.1 Service temporarily unavailable; Client host [203.0.113.9] blocked using Example Network "
      "Anti-Spam "
      "Service. Please see http://www.example.org/cgi-bin/lookup?ip_address=203.0.113.9; Mail from "
      "203.0.113.9 "
      "deferred using Example Email Reputation database",
      "203.0.113.9" },
    /* A delivery status notification (RFC 3464) */
    { "Reporting-MTA: dns; out.example.com [192.0.2.10]\nFinal-Recipient: rfc822; bob@example.net\nAction: "
      "failed\n"
      "Status: 5.7.1\nRemote-MTA: dns; mx.example.net [198.51.100.5]\n"
      "Diagnostic-Code: smtp; 554 5.7.1 blocked: 9.113.0.203.zen.example is listed (127.0.0.2)",
      "203.0.113.9" },
    /* Private addresses on the way */
    { "Received: from pc (10.0.0.5) by mail.example.com; 550 connection from 203.0.113.9 refused",
      "203.0.113.9" },
    /* Domains */
    { "554 5.7.1 <ann@spam.example>: Sender address rejected: spam.example is listed, see dbl.example",
      "spam.example" },
    { "host mx.example.net[198.51.100.5] said: 554 Blocked; the domain spam.example listed by dbl.example",
      "spam.example" },
    { "554 5.7.1 link in the text: spam.example.dbl.example 127.0.1.2", "spam.example" },
    /* In Japanese: "mail from the sender's IP address ... was refused, as it is on a block list" */
    { "\xe9\x80\x81\xe4\xbf\xa1\xe5\x85\x83IP\xe3\x82\xa2\xe3\x83\x89\xe3\x83\xac\xe3\x82\xb9"
      "203.0.113.9\xe3\x81\x8b\xe3\x82\x89\xe3\x81\xae\xe3\x83\xa1\xe3\x83\xbc\xe3\x83\xab\xe3\x81\xaf "
      "\xe6\x8b\x92\xe5\x90\xa6\xe3\x81\x95\xe3\x82\x8c\xe3\x81\xbe\xe3\x81\x97\xe3\x81\x9f (mx.example.net "
      "[198.51.100.5])",
      "203.0.113.9" },
    /* The page's own host is no domain that was blocked */
    { "550 blocked, see https://page.example/", "" },
    /* Nothing to look up */
    { "550 5.7.1 Message refused", "" },
    { "this is no address", "" },
};

static void test_bounces(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(bounces); i++)
        check(bounces[i].text, bounces[i].key);
}

static void test_refused(void **state)
{
    static const char *const texts[] = { "",  " ", "1.2.3", "x", "localhost", "<script>", "http://",
                                         "@", "[", "]",     "%", "\xff\xfe",  "1.2.3.4.5" };
    struct typed typed;
    struct error error;
    char *large = malloc(100000 + 1);
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        error.text[0] = '\0';
        print_message("%s\n", texts[i]);
        assert_int_equal(typed_find(texts[i], &names, &typed, &error), ERR_SYNTAX);
        assert_string_not_equal(error.text, "");
    }
    for (unsigned c = 1; c < 128; c++) { /* long texts of one character, and with blanks between */
        memset(large, (int)c, 100000);
        large[100000] = '\0';
        assert_int_not_equal(typed_find(large, &names, &typed, &error), OK);
        for (size_t i = 1; i < 100000; i += 2)
            large[i] = ' ';
        assert_int_not_equal(typed_find(large, &names, &typed, &error), OK);
    }
    free(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_words), cmocka_unit_test(test_bounces),
                                        cmocka_unit_test(test_refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
