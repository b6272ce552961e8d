/* The codes that were mailed to prove control, one row for each target. */
#include "store/proof_mails.h"
#include "support/assert.h"
#include "support/store_fixture.h"
#include "support/text_range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define NOW STORE_FIXTURE_NOW

static struct error error;

static void set(struct store *s, const char *target, int64_t sent_at, const char *mailbox)
{
    struct range range = text_range(target, false);
    struct proof_mail mail = { .sent_at = sent_at };
    memset(mail.code, 7, sizeof(mail.code));
    strcpy(mail.mailbox, mailbox);
    store_fixture_begin(s);
    assert_ok(proof_mails_set(s, &range, &mail, &error), &error);
    store_fixture_commit(s);
}

/* When the mail was sent; 0: there is none. */
static int64_t find(struct store *s, const char *target, struct proof_mail *out)
{
    struct range range = text_range(target, false);
    bool found;
    assert_ok(proof_mails_find(store_txn_reader(s), &range, &found, out, &error), &error);
    return found ? out->sent_at : 0;
}

static void one_for_each_target(void **state)
{
    struct store *s = *state;
    struct proof_mail mail;
    assert_int_equal(find(s, "192.0.2.1", &mail), 0);
    set(s, "192.0.2.1", NOW, "postmaster@example.com");
    set(s, "2001:db8::/64", NOW + 1, "postmaster@example.net");
    set(s, "example.org", NOW + 2, "abuse@example.org");
    assert_int_equal(find(s, "192.0.2.1", &mail), NOW);
    assert_string_equal(mail.mailbox, "postmaster@example.com");
    assert_int_equal(mail.code[31], 7);
    assert_int_equal(find(s, "2001:db8::/64", &mail), NOW + 1);
    assert_int_equal(find(s, "example.org", &mail), NOW + 2);
    assert_int_equal(find(s, "192.0.2.0/24", &mail), 0);
    set(s, "192.0.2.1", NOW + 9, "abuse@example.com");
    assert_int_equal(find(s, "192.0.2.1", &mail), NOW + 9);
    assert_string_equal(mail.mailbox, "abuse@example.com");
    unsigned rows = 0;
    store_fixture_begin(s);
    assert_ok(proof_mails_purge(s, NOW + 2, &rows, &error), &error);
    store_fixture_commit(s);
    assert_int_equal(rows, 2);
    assert_int_equal(find(s, "192.0.2.1", &mail), NOW + 9);
    assert_int_equal(find(s, "example.org", &mail), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_for_each_target, store_fixture_setup, store_fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
