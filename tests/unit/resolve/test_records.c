/* What answers from DNS say, whatever is in them. */
#include "resolve/records.h"
#include "support/text_range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* An answer with these records, a line each. */
static ldns_pkt *answer_of(const char *records)
{
    char *copy = strdup(records), *rest = copy, *line;
    ldns_pkt *packet = ldns_pkt_new();
    assert_true(packet != NULL && copy != NULL);
    while ((line = strsep(&rest, "\n")) != NULL) {
        ldns_rr *rr;
        if (*line == '\0')
            continue;
        if (ldns_rr_new_frm_str(&rr, line, 0, NULL, NULL) != LDNS_STATUS_OK)
            fail_msg("%s", line);
        ldns_pkt_push_rr(packet, LDNS_SECTION_ANSWER, rr);
    }
    free(copy);
    return packet;
}

static void texts(void **state)
{
    static const struct {
        const char *records;
        bool found;
    } rows[] = {
        { "", false },
        { "n.test. IN TXT \"v=1\"", true },
        { "N.TEST. IN TXT \"v=1\"", true },
        { "n.test. IN TXT \"v=2\"", false },
        { "n.test. IN TXT \"V=1\"", false },
        { "n.test. IN TXT \"v=1 \"", false },
        { "n.test. IN TXT \"v=\"", false },
        { "n.test. IN TXT \"\"", false },
        { "n.test. IN TXT \"v\" \"=1\"", true },
        { "n.test. IN TXT \"v\" \"\" \"=\" \"1\"", true },
        { "n.test. IN TXT \"v=1\" \"x\"", false },
        { "n.test. IN TXT \"x\"\nn.test. IN TXT \"v=1\"", true },
        { "m.test. IN TXT \"v=1\"", false },
        { "n.test. CH TXT \"v=1\"", false },
        { "n.test. IN SPF \"v=1\"", false },
        { "n.test. IN CNAME m.test.\nm.test. IN TXT \"v=1\"", true },
        { "m.test. IN TXT \"v=1\"\nn.test. IN CNAME M.test.", true },
        { "n.test. IN CNAME m.test.\nn.test. IN TXT \"v=1\"", false },
        { "n.test. IN CNAME n.test.\nn.test. IN TXT \"v=1\"", false },
        { "n.test. IN CNAME m.test.\nm.test. IN CNAME n.test.\nm.test. IN TXT \"v=1\"", false },
        { "n.test. IN CNAME a.test.\na.test. IN CNAME b.test.\nb.test. IN CNAME c.test.\nc.test. IN CNAME "
          "d.test.\n"
          "d.test. IN CNAME e.test.\ne.test. IN CNAME f.test.\nf.test. IN CNAME g.test.\ng.test. IN CNAME "
          "h.test.\n"
          "h.test. IN TXT \"v=1\"",
          true }, /* eight */
        { "n.test. IN CNAME a.test.\na.test. IN CNAME b.test.\nb.test. IN CNAME c.test.\nc.test. IN CNAME "
          "d.test.\n"
          "d.test. IN CNAME e.test.\ne.test. IN CNAME f.test.\nf.test. IN CNAME g.test.\ng.test. IN CNAME "
          "h.test.\n"
          "h.test. IN CNAME i.test.\ni.test. IN TXT \"v=1\"",
          false },
    };
    ldns_rdf *name = ldns_dname_new_frm_str("n.test");

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        ldns_pkt *answer = answer_of(rows[i].records);
        if (records_have_text(answer, name, "v=1") != rows[i].found)
            fail_msg("%s", rows[i].records);
        ldns_pkt_free(answer);
    }
    ldns_rdf_deep_free(name);
}

static void addresses(void **state)
{
    static const struct {
        const char *address, *records;
        bool found;
    } rows[] = {
        { "192.0.2.7", "n.test. IN A 192.0.2.7", true },
        { "192.0.2.7", "n.test. IN A 192.0.2.8", false },
        { "192.0.2.7", "n.test. IN A 192.0.2.8\nn.test. IN A 192.0.2.7", true },
        { "192.0.2.7", "n.test. IN AAAA ::ffff:192.0.2.7", false },
        { "192.0.2.7", "other.test. IN A 192.0.2.7", false },
        { "192.0.2.7", "n.test. IN CNAME other.test.\nother.test. IN A 192.0.2.7", true },
        { "2001:db8::7", "n.test. IN AAAA 2001:db8::7", true },
        { "2001:db8::7", "n.test. IN AAAA 2001:db8::8", false },
        { "2001:db8::7", "n.test. IN A 192.0.2.7", false },
    };
    ldns_rdf *name = ldns_dname_new_frm_str("n.test");

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        ldns_pkt *answer = answer_of(rows[i].records);
        struct range address = text_range(rows[i].address, false);
        if (records_have_address(answer, name, &address) != rows[i].found)
            fail_msg("%s: %s", rows[i].address, rows[i].records);
        ldns_pkt_free(answer);
    }
    ldns_rdf_deep_free(name);
}

static void names(void **state)
{
    static const struct {
        const char *records, *expected;
    } rows[] = {
        { "", "" },
        { "n.test. IN PTR mx.example.com.", "mx.example.com" },
        { "n.test. IN PTR MX.Example.COM.", "mx.example.com" },
        { "n.test. IN PTR mx.example.com.\nn.test. IN PTR MX.example.com.", "mx.example.com" },
        { "n.test. IN PTR a.example.com.\nn.test. IN PTR b.example.com.", "a.example.com b.example.com" },
        { "n.test. IN CNAME 7.sub.test.\n7.sub.test. IN PTR mx.example.com.",
          "mx.example.com" }, /* RFC 2317 */
        { "n.test. IN PTR .", "" },
        { "n.test. IN PTR localhost.", "" },
        { "n.test. IN PTR -o.example.com.", "" },
        { "n.test. IN PTR a\\@b.example.com.", "" },
        { "n.test. IN PTR a\\032b.example.com.", "" },
        { "n.test. IN PTR a\\000b.example.com.", "" },
        { "n.test. IN PTR a\\.b.example.com.", "" },
        { "n.test. IN PTR \\<b\\>.example.com.", "" },
        { "n.test. IN PTR 192.0.2.7.", "" },
        { "n.test. IN PTR 1.a.test.\nn.test. IN PTR 2.a.test.\nn.test. IN PTR 3.a.test.\nn.test. IN PTR "
          "4.a.test.\n"
          "n.test. IN PTR 5.a.test.",
          "1.a.test 2.a.test 3.a.test 4.a.test" },
    };
    ldns_rdf *name = ldns_dname_new_frm_str("n.test");

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        char out[RECORDS_NAMES][STORE_EMAIL], joined[RECORDS_NAMES * STORE_EMAIL] = "";
        ldns_pkt *answer = answer_of(rows[i].records);
        size_t count = records_names(answer, name, out);
        for (size_t j = 0; j < count; j++)
            sprintf(joined + strlen(joined), "%s%s", j > 0 ? " " : "", out[j]);
        if (strcmp(joined, rows[i].expected) != 0)
            fail_msg("%s: \"%s\"", rows[i].records, joined);
        ldns_pkt_free(answer);
    }
    ldns_rdf_deep_free(name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),
        cmocka_unit_test(addresses),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
