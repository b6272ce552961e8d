/* The report of lists and zones, and that every allocation that fails is an error. */
#include "report/report.h"
#include "support/memory_delist.h"
#include "support/text_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* A sanitizer has its own allocator. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CAN_FAIL false
#else
#define CAN_FAIL true
#endif

static __thread int countdown; /* of allocations of this thread until one fails; 0: none does */

#if CAN_FAIL
void *__libc_calloc(size_t count, size_t size);

void *calloc(size_t count, size_t size)
{
    if (countdown > 0 && --countdown == 0)
        return NULL;
    return __libc_calloc(count, size);
}
#endif

static struct config config;
static struct reclaimer *reclaimer;
static struct report_sources from;
static struct totals *totals;
static const uint16_t set_lists[] = { 0, 1, 0 };
static const size_t alive = 0;

static int begin(void **state)
{
    static const char *const specs[] = { "zen.test:ip4set:/v/xbl,/v/more", "zen.test:ip4set:/v/sbl",
                                         "zen.test:ip6trie:/v/xbl.v6" };
    static const struct list_policy policies[] = { { .name = "xbl" }, { .name = "sbl" } };
    struct error error;
    (void)state;
    config_init(&config);
    for (size_t i = 0; i < ARRAY_SIZE(specs); i++)
        assert_int_equal(config_add_zone_spec(&config, specs[i], &error), OK);
    config_name_lists(&config);
    from =
        (struct report_sources){ .config = &config, .alive = &alive, .started = 7, .set_lists = set_lists };
    from.delist = memory_delist_open(policies, ARRAY_SIZE(policies));
    assert_int_equal(reclaimer_start(&reclaimer, &error), OK);
    assert_int_equal(publisher_new(reclaimer, &from.publisher, &error), OK);
    assert_int_equal(load_status_new(&config, &from.loads, &error), OK);
    assert_int_equal(policy_store_new(&config, 1, reclaimer, &from.policy, &error), OK);
    totals = totals_new(config.zones_count);
    assert_non_null(totals);
    totals->all.queries = 9;
    totals->zones[0].queries = 5;
    return 0;
}

static int end(void **state)
{
    (void)state;
    free(totals);
    reclaimer_stop(reclaimer);
    policy_store_free(from.policy);
    load_status_free(from.loads);
    publisher_free(from.publisher);
    delist_close(from.delist);
    config_free(&config);
    return 0;
}

/* Makes a report with each of its allocations failing in turn, and then one without failures, whose result it
 * returns. */
static enum err make_with_failures(struct report *report, struct error *error)
{
    int failures = 0;
    for (enum err err = ERR_MEMORY; err == ERR_MEMORY && CAN_FAIL; failures += err == ERR_MEMORY) {
        countdown = failures + 1;
        err = report_make(&from, totals, report, error);
        countdown = 0;
        if (err == ERR_MEMORY) {
            assert_null(report->lists);
            assert_null(report->zones);
        } else if (err == OK) {
            backend_free_report(report);
        }
    }
    print_message("%d allocations failed\n", failures);
    assert_true(failures >= 10 ||
                !CAN_FAIL); /* of lists, zones, two lists' sets and loads, three sets' files */
    return report_make(&from, totals, report, error);
}

static void before_the_first_load(void **state)
{
    (void)state;
    struct report report;
    struct error error;
    assert_int_equal(make_with_failures(&report, &error), ERR_REFUSED);
    assert_string_equal(error.text, "nothing is loaded yet");
}

static void loaded(void **state)
{
    static const struct text_set sets[] = {
        { "zen.test", "ip4set", ":127.0.0.4:\n192.0.2.1\n192.0.2.2\n" },
        { "zen.test", "ip4set", ":127.0.0.2:\n192.0.2.1\n" },
        { "zen.test", "ip6trie", "2001:db8::/32\n" },
    };
    (void)state;
    struct report report;
    struct error error;
    publisher_snapshot(from.publisher, text_view_build(sets, NULL, ARRAY_SIZE(sets)));
    assert_int_equal(make_with_failures(&report, &error), OK);
    assert_int_equal(report.started, 7);
    assert_int_equal(report.queries, 9);
    assert_true(report.loaded);
    assert_int_equal(report.lists_count, 2);
    const struct report_list *xbl = &report.lists[0], *sbl = &report.lists[1];
    assert_string_equal(xbl->name, "xbl");
    assert_int_equal(xbl->number, 0);
    assert_int_equal(xbl->sets_count, 2);
    assert_string_equal(xbl->sets[0].files, "/v/xbl,/v/more");
    assert_int_equal(xbl->sets[0].entries, 2);
    assert_string_equal(xbl->sets[1].type, "ip6trie");
    assert_string_equal(sbl->name, "sbl");
    assert_int_equal(sbl->number, 1);
    assert_int_equal(sbl->sets_count, 1);
    assert_int_equal(sbl->sets[0].entries, 1);
    assert_int_equal(report.zones_count, 1);
    assert_string_equal(report.zones[0].name, "zen.test");
    assert_int_equal(report.zones[0].queries, 5);
    assert_true(report.zones[0].ready);
    backend_free_report(&report);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(before_the_first_load), cmocka_unit_test(loaded) };
    return cmocka_run_group_tests(tests, begin, end);
}
