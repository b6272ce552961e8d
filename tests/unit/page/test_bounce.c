/* What bounces say: which list, its code, the reply; as mail servers write them, with other names. */
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

static const struct typed_list lists[] = {
    { "xbl", "xbl" }, { "pbl", "pbl" },         { "Dial-up List", "pbl" },
    { "qil", "qil" }, { "Example QIL", "qil" }, { "ブロックリスト", "blk" },
};
static const struct typed_names names = {
    .is_zone = is_zone, .host = "page.example", .lists = lists, .lists_count = ARRAY_SIZE(lists)
};

static const struct {
    const char *text, *key, *list, *code, *reply;
} bounces[] = {
    /* ---- A zone of ours ---- */
    /* Postfix */
    { "<bob@example.net>: host mx.example.net[198.51.100.5] said: 554 5.7.1 Service unavailable; Client host "
      "[203.0.113.9] blocked using zen.example; https://bl.example/203.0.113.9 (in reply to RCPT TO command)",
      "203.0.113.9", "zen.example", "", "554" },
    { "host mx.example.net[198.51.100.5] said:\n 450 4.7.1 Service temporarily unavailable; Client host "
      "[2001:db8::9] deferred\n    using ZEN.example; 127.0.0.15",
      "2001:db8::9", "zen.example", "127.0.0.15", "450" },
    /* Exim */
    { "SMTP error from remote mail server after RCPT TO:<bob@example.net>:\n"
      "    host mx.example.net [198.51.100.5]: 550-203.0.113.9 is in a black list at zen.example\n    550 "
      "Exploited host",
      "203.0.113.9", "zen.example", "", "550" },
    /* A delivery status notification (RFC 3464) */
    { "Reporting-MTA: dns; out.example.com [192.0.2.10]\nFinal-Recipient: rfc822; bob@example.net\nAction: "
      "failed\nStatus: 5.7.1\nRemote-MTA: dns; mx.example.net [198.51.100.5]\n"
      "Diagnostic-Code: smtp; 554 5.7.1 blocked: 9.113.0.203.zen.example is listed (127.0.0.2)",
      "203.0.113.9", "zen.example", "127.0.0.2", "554" },
    /* Domains */
    { "554 5.7.1 link in the text: spam.example.dbl.example 127.0.1.2.", "spam.example", "dbl.example",
      "127.0.1.2", "554" },
    /* A reply that only an enhanced code tells (RFC 3463) */
    { "Action: failed Status: 5.7.1 203.0.113.9 is listed in zen.example", "203.0.113.9", "zen.example", "",
      "5.7.1" },
    { "203.0.113.9 listed at zen.example, lookup error 127.255.255.254", "203.0.113.9", "zen.example",
      "127.255.255.254", "" },

    /* ---- A list of ours, by its name or title ---- */
    { "550 5.7.1 Email rejected because 203.0.113.9 is listed by the PBL.", "203.0.113.9", "pbl", "", "550" },
    { "550 Client host [203.0.113.9] blocked using dial-up  list; ask your provider", "203.0.113.9", "pbl",
      "", "550" },
    { "450 Mail from 203.0.113.9 was refused due to the sender IP found in Example QIL.", "203.0.113.9",
      "qil", "", "450" },
    { "550 203.0.113.9 xblx is no list, and pbl-x and pbl.example are none", "203.0.113.9", "", "", "550" },
    { "550 5.7.1 送信元IPアドレス203.0.113.9は ブロックリスト に登録されています", "203.0.113.9", "blk", "",
      "550" },

    /* ---- Somebody else's ---- */
    { "host mx.example.net[198.51.100.5] said: 554 5.7.1 Service unavailable; Client host [203.0.113.9] "
      "blocked "
      "using bl.other.example; https://lookup.other.example/203.0.113.9",
      "203.0.113.9", "bl.other.example", "", "554" },
    { "550-203.0.113.9 is in a black list at bl.other.example\n550 https://www.other.example/query",
      "203.0.113.9", "bl.other.example", "", "550" },
    { "550 5.7.1 Email rejected because 203.0.113.9 is listed by other.example", "203.0.113.9",
      "other.example", "", "550" },
    { "554 5.7.0 Blocked - see https://check.other.example/?ip=203.0.113.9", "203.0.113.9",
      "check.other.example", "", "554" },
    { "450 4.7.1 Service temporarily unavailable; Client host [203.0.113.9] blocked using Example Network "
      "Anti-Spam Service. Please see http://www.other.example/cgi-bin/lookup?ip_address=203.0.113.9; Mail "
      "from "
      "203.0.113.9 deferred using Example Email Reputation database",
      "203.0.113.9", "www.other.example", "", "450" },
    /* Exchange Online */
    { "Remote Server returned '550 5.7.606 Access denied, banned sending IP [203.0.113.9]. To request "
      "removal "
      "from this list please visit https://sender.other.example/ and follow the directions. For more "
      "information "
      "please go to http://go.example.com/fwlink/?LinkID=526655 AS(8561)'",
      "203.0.113.9", "sender.other.example", "", "550" },
    { "550 5.7.1 Service unavailable, Client host [203.0.113.9] blocked using Spam List. To request removal "
      "from "
      "this list see https://www.other.example/query/lookup?ip=203.0.113.9 (AS16012609) [mx7.example.org]",
      "203.0.113.9", "www.other.example", "", "550" },
    /* A notification with the reply split over lines */
    { "The response from the remote server was:\n550-5.7.1 [203.0.113.9 12] Our system has detected that "
      "this "
      "message is\n550-5.7.1 likely unsolicited mail. Please visit\n550-5.7.1 "
      "https://support.other.example/mail/?p=UnsolicitedMessageError for more\n550 5.7.1 information. "
      "d2e1a72fcca58-71e 4 - gsmtp",
      "203.0.113.9", "support.other.example", "", "550" },
    /* In Japanese */
    { "送信元IPアドレス203.0.113.9からのメールは、bl.other.exampleに登録されているため拒否されました。"
      "（mx.example.net [198.51.100.5]）応答：550 5.7.1",
      "203.0.113.9", "bl.other.example", "", "550" },
    { "エラー内容：554 5.7.1 接続元 [203.0.113.9] は拒否されました。詳しくは "
      "https://lookup.other.example/203.0.113.9 をご覧ください。",
      "203.0.113.9", "lookup.other.example", "", "554" },

    /* ---- No list ---- */
    { "NOQUEUE: reject: RCPT from unknown[203.0.113.9]: 554 5.7.1 <bob@example.net>: Recipient address "
      "rejected: blocked; from=<ann@example.com> to=<bob@example.net> proto=ESMTP helo=<mail.example.com>",
      "203.0.113.9", "", "", "554" },
    { "550 5.7.1 connection from 203.0.113.9 rejected by mx.example.net; see "
      "https://page.example/203.0.113.9",
      "203.0.113.9", "", "", "550" },
    { "554 5.7.1 <ann@spam.example>: Sender address rejected: spam.example is listed", "spam.example", "", "",
      "554" },
    { "203.0.113.9 and 127.0.0.1 and 4711 and 5.7 and 550x and 5501", "203.0.113.9", "", "", "" },
    { "blocked: see e.g. 203.0.113.9", "203.0.113.9", "", "", "" },
    { "203.0.113.9", "203.0.113.9", "", "", "" },
    { "9.113.0.203.zen.example", "203.0.113.9", "", "", "" },
};

static void test_bounces(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(bounces); i++) {
        struct typed typed;
        struct error error;
        char key[RANGE_TEXT];
        print_message("%s\n", bounces[i].text);
        assert_int_equal(typed_find(bounces[i].text, &names, &typed, &error), OK);
        range_format(&typed.key, key);
        assert_string_equal(key, bounces[i].key);
        assert_string_equal(typed.list, bounces[i].list);
        assert_string_equal(typed.code, bounces[i].code);
        assert_string_equal(typed.reply, bounces[i].reply);
    }
}

/* What may stand in a URL. */
static void test_codes(void **state)
{
    static const char *const codes[] = { "127.0.0.2", "127.0.1.255", "127.255.255.254" };
    static const char *const no_codes[] = { "",          "127.0.0.1",  "127.0.0",      "127.0.0.256",
                                            "128.0.0.2", "127.0.0.2 ", "127.0.0.2/31", "127.a.example" };
    static const char *const replies[] = { "450", "550", "421", "571", "4.7.1", "5.7.606", "5.123.456" };
    static const char *const no_replies[] = { "",       "4",        "45",  "4500", "250",   "650",
                                              "540",    "55x",      "5.7", "5.7.", "5..1",  "5.7.1.1",
                                              "5.7.1x", "5.7.1234", "5.",  "550 ", "-5.7.1" };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
        assert_true(typed_is_code(codes[i]));
    for (size_t i = 0; i < ARRAY_SIZE(no_codes); i++)
        assert_false(typed_is_code(no_codes[i]));
    for (size_t i = 0; i < ARRAY_SIZE(replies); i++)
        assert_true(typed_is_reply(replies[i]));
    for (size_t i = 0; i < ARRAY_SIZE(no_replies); i++) {
        print_message("%s\n", no_replies[i]);
        assert_false(typed_is_reply(no_replies[i]));
    }
}

/* Long and hostile texts: whatever is found is valid, and fits. */
static void test_hostile(void **state)
{
    static const char *const pieces[] = { "listed by ", "https://", "203.0.113.9 ", "x.example ",
                                          "[",          "using ",   "127.0.0.2-",   "550-",
                                          "\xff ",      "登録",     "zen.example",  "=",
                                          "@",          "." };
    static const size_t size = 20000;
    char *text = malloc(size + 64);
    (void)state;
    for (unsigned seed = 0; seed < 200; seed++) {
        struct typed typed;
        struct error error;
        unsigned random = seed;
        size_t length = 0;
        while (length < size) {
            const char *piece = pieces[(random = random * 1103515245 + 12345) / 65536 % ARRAY_SIZE(pieces)];
            length = (size_t)(stpcpy(text + length, piece) - text);
        }
        if (typed_find(text, &names, &typed, &error) != OK)
            continue;
        assert_true(typed.code[0] == '\0' || typed_is_code(typed.code));
        assert_true(typed.reply[0] == '\0' || typed_is_reply(typed.reply));
        assert_true(strlen(typed.list) < 256);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_bounces), cmocka_unit_test(test_codes),
                                        cmocka_unit_test(test_hostile) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
