#include "command/mail_limit.h"

#include "base/mailbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MINUTE = 60000, HOUR = 60 * MINUTE };

struct row {
    int64_t now_ms;
    const char *mailbox, *subject;
    bool admitted;
};

static void check(const struct mail_limit_rules *rules, const struct row *row, size_t count)
{
    struct mail_limit *limit = mail_limit_new(rules, 4711);
    for (size_t i = 0; i < count; i++) {
        char mailbox[32];
        print_message("row %zu\n", i);
        mailbox_fold(mailbox, row[i].mailbox);
        assert_int_equal(mail_limit_admit(limit, mailbox, row[i].subject, row[i].now_ms), row[i].admitted);
    }
    free(limit);
}

static void once_in_a_while(void **state)
{
    static const struct row rows[] = {
        { 0, "ann@example.net", "192.0.2.1", true },
        { 1, "ann@example.net", "192.0.2.1", false },
        { 1, "ANN@Example.NET", "192.0.2.1", false },
        { 1, "ann+1@example.net", "192.0.2.1", false },
        { 1, "ann+x+y@example.net", "192.0.2.1", false },
        { 1, "ann@example.net", "192.0.2.2", true }, /* about another address */
        { 1, "bob@example.net", "192.0.2.1", true },
        { 1, "ann@example.org", "192.0.2.1", true },
        { 1, "an@nexample.net", "192.0.2.1", true },
        { 10 * MINUTE - 1, "ann@example.net", "192.0.2.1", false },
        { 10 * MINUTE, "ann@example.net", "192.0.2.1", true }, /* what was not sent did not count */
        { 10 * MINUTE, "ann@example.net", "192.0.2.1", false },
        { 20 * MINUTE, "ann+2@example.net", "192.0.2.1", true },
    };
    (void)state;
    check(&(struct mail_limit_rules){ .interval = 600 }, rows, sizeof(rows) / sizeof(rows[0]));
}

static void per_mailbox(void **state)
{
    static const struct row rows[] = {
        { 0, "ann@example.net", "192.0.2.1", true },
        { 1, "ann@example.net", "192.0.2.2", true },
        { 2, "ann+a@example.net", "192.0.2.3", true },
        { 3, "ann@example.net", "192.0.2.4", false },
        { 3, "bob@example.net", "192.0.2.4", true },
        { HOUR - 1, "ann@example.net", "192.0.2.4", false },
        { HOUR, "ann@example.net", "192.0.2.4", true },
        { HOUR, "ann@example.net", "192.0.2.5", false },
        { HOUR + 1, "ann@example.net", "192.0.2.5", true },
    };
    (void)state;
    check(&(struct mail_limit_rules){ .interval = 600, .per_mailbox = 3 }, rows,
          sizeof(rows) / sizeof(rows[0]));
}

static void unlimited(void **state)
{
    static const struct row rows[] = { { 0, "ann@example.net", "192.0.2.1", true },
                                       { 0, "ann@example.net", "192.0.2.1", true },
                                       { 0, "ann@example.net", "192.0.2.1", true } };
    (void)state;
    check(&(struct mail_limit_rules){ 0 }, rows, sizeof(rows) / sizeof(rows[0]));
}

/* A mailbox is forgotten after so many mails to others, not before. */
static void memory(void **state)
{
    (void)state;
    struct mail_limit *limit = mail_limit_new(&(struct mail_limit_rules){ .interval = 600 }, 4711);
    char other[32];
    assert_true(mail_limit_admit(limit, "ann@example.net", "x", 0));
    for (int i = 0; i < MAIL_LIMIT_KEPT - 1; i++) {
        snprintf(other, sizeof(other), "bob%d@example.net", i);
        assert_true(mail_limit_admit(limit, other, "x", 1));
    }
    assert_false(mail_limit_admit(limit, "ann@example.net", "x", 1));
    assert_true(mail_limit_admit(limit, "carl@example.net", "x", 1));
    assert_true(mail_limit_admit(limit, "ann@example.net", "x", 1));
    free(limit);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(once_in_a_while), cmocka_unit_test(per_mailbox),
                                        cmocka_unit_test(unlimited), cmocka_unit_test(memory) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
