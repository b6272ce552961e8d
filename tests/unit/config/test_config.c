/* The configuration file as a whole; its errors are tested in test_yaml_file.c and tests/e2e/test_config.py.
 */
#include "config/config_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

static struct config config;
static struct error error;

static enum err read_text(const char *text)
{
    static char path[64];
    strcpy(path, "/tmp/dnsbld-test-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    error = (struct error){ .text = "" };
    config_init(&config);
    enum err err = config_file_read(path, &config, &error);
    unlink(path);
    print_message("%s\n", error.text);
    return err;
}

/* A single interface needs no list; that is printed as a list. */
static void interfaces(void **state)
{
    static const struct {
        const char *text, *last;
        size_t count;
    } table[] = {
        { "xdp: eth0\n", "eth0", 1 },
        { "xdp: [eth0]\n", "eth0", 1 },
        { "xdp: [eth0, lo]\n", "lo", 2 },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        assert_int_equal(read_text(table[i].text), OK);
        assert_int_equal(config.xdp.count, table[i].count);
        assert_string_equal(config.xdp.address[table[i].count - 1], table[i].last);
        config_free(&config);
    }
    assert_int_equal(read_text("listen: 127.0.0.1\n"), ERR_SYNTAX);
}

static void settings(void **state)
{
    (void)state;
    assert_int_equal(
        read_text("listen: [127.0.0.1/5353, '::1']\n"
                  "family: ipv4\nworkers: 7\nedns_size: 4096\nauthority: true\nversion: refused\n"
                  "tcp: {idle: 3s, queries: 9}\n"
                  "ttl: 1h\nmin_ttl: 1m\nmax_ttl: 1d\ncheck_interval: 0\n"
                  "host_bits: yes\nno_gunzip: yes\nquickstart: yes\nforeground: yes\n"
                  "user: me\nchroot: /r\ndirectory: /d\npid_file: /p\nsyslog_facility: local7\n"
                  "query_log: +q\nstats_file: s\n"),
        OK);
    assert_int_equal(config.listen.count, 2);
    assert_string_equal(config.listen.address[1], "::1");
    assert_int_equal(config.family, AF_INET);
    assert_int_equal(config.workers, 7);
    assert_int_equal(config.edns_size, 4096);
    assert_int_equal(config.version, VERSION_REFUSED);
    assert_int_equal(config.tcp.idle_seconds, 3);
    assert_int_equal(config.tcp.queries, 9);
    assert_int_equal(config.tcp.per_client, 20);
    assert_int_equal(config.default_ttl, 3600);
    assert_int_equal(config.min_ttl, 60);
    assert_int_equal(config.max_ttl, 86400);
    assert_int_equal(config.check_seconds, 0);
    assert_true(config.authority && config.host_bits && config.no_gunzip && config.quickstart &&
                config.foreground);
    assert_string_equal(config.user, "me");
    assert_string_equal(config.root, "/r");
    assert_string_equal(config.directory, "/d");
    assert_string_equal(config.pid_file, "/p");
    assert_string_equal(config.query_log, "+q");
    assert_string_equal(config.stats_file, "s");
    config_free(&config);
}

static void lists(void **state)
{
    (void)state;
    assert_int_equal(
        read_text(
            "guards: {growth: 400, patience: 2h, canary: [own.test]}\n"
            "lists:\n"
            "- {name: a, type: ip4set, files: [f, g]}\n"
            "- name: b\n  type: dnset\n  files: [h]\n  on_stale: drop\n  max_age: 2d\n"
            "  guards: {mode: warn, shrink: off, coverage: 16, canaries: false, canary: [x.test, 1.2.3.4]}\n"
            "- {name: a, type: ip6trie, files: [f]}\n"
            "zones:\n"
            "- {name: One.test, lists: [b, a]}\n"
            "- {name: two.test, lists: ['ip6trie:f', a, 'ip4set:f,g', 'dnset:new'], ns: [n.test]}\n"),
        OK);
    assert_int_equal(config.sets_count, 4);
    const struct config_set *a = &config.sets[0], *b = &config.sets[1];
    assert_string_equal(a->list, "a");
    assert_int_equal(a->spec.files_count, 2);
    assert_int_equal(a->on_stale, STALE_SERVFAIL);
    assert_int_equal(a->guards.shrink, 50);
    assert_int_equal(a->guards.growth, 400);
    assert_int_equal(a->guards.patience, 7200);
    assert_int_equal(a->guards.from, 1000);
    assert_int_equal(a->guards.mode, GUARD_ON);
    assert_true(a->guards.canaries);
    assert_int_equal(a->guards.canary_count, 1);
    assert_string_equal(a->guards.canary[0].text, "own.test");
    assert_int_equal(b->on_stale, STALE_DROP);
    assert_int_equal(b->max_age, 172800);
    assert_int_equal(b->guards.mode, GUARD_WARN);
    assert_int_equal(b->guards.shrink, 0);
    assert_int_equal(b->guards.growth, 400);
    assert_int_equal(b->guards.bad_lines, 50);
    assert_int_equal(b->guards.coverage, 16);
    assert_false(b->guards.canaries);
    assert_int_equal(b->guards.canary_count, 3);
    assert_string_equal(b->guards.canary[2].text, "1.2.3.4");
    assert_int_equal(config.sets[3].guards.growth, 400); /* of a list that a zone names */
    assert_null(config.sets[3].list);
    config_name_lists(&config);
    assert_string_equal(config.sets[3].list, "new");

    static const uint16_t one[] = { 1, 0, 2 }, two[] = { 2, 0, 3 };
    assert_int_equal(config.zones_count, 2);
    assert_int_equal(config.zones[0].sets_count, 3);
    assert_memory_equal(config.zones[0].sets, one, sizeof(one));
    assert_int_equal(config.zones[1].sets_count, 3);
    assert_memory_equal(config.zones[1].sets, two, sizeof(two));
    assert_null(config.zones[0].ns);
    assert_int_equal(config.zones[1].ns->count, 1);
    assert_int_equal(config.zones[1].ns->ttl, 3600);
    config_free(&config);
}

static void soa(void **state)
{
    (void)state;
    assert_int_equal(read_text("zones:\n- name: a.test\n  lists: ['ip4set:f']\n"
                               "  soa: {mname: m.test, rname: r.test, minimum: 9}\n"),
                     OK);
    const struct set_soa *s = config.zones[0].soa;
    assert_non_null(s);
    assert_true(s->present);
    assert_int_equal(s->mname_len, 8);
    assert_memory_equal(s->rname, "\1r\4test", 8);
    assert_int_equal(s->ttl, 3600);
    assert_int_equal(s->serial, 0);
    assert_int_equal(s->retry, 600);
    assert_int_equal(s->minimum, 9);
    config_free(&config);
}

/* Wherever the file goes wrong, what was read is freed (under a sanitizer, this is what the test is for). */
static void failures(void **state)
{
    (void)state;
    static const char whole[] =
        "listen: [a, b]\ntcp:\n  idle: 3s\nlists:\n- name: a\n  type: ip4set\n  files: [f]\n"
        "  guards:\n    canary: [x.test]\nzones:\n- name: a.test\n  lists: [a]\n"
        "  soa:\n    mname: m.test\n    rname: r.test\n  ns: [n.test]\nacls: ['acl:q']\n";
    for (size_t length = 0; length < sizeof(whole); length++) {
        char text[sizeof(whole)];
        snprintf(text, sizeof(text), "%.*s", (int)length, whole);
        enum err err = read_text(text);
        assert_true(err == OK || strstr(error.text, "/tmp/dnsbld-test-") == error.text);
        config_free(&config);
    }
    char big[sizeof(whole) + 16];
    for (size_t at = 0; at < sizeof(whole) - 1; at++) {
        snprintf(big, sizeof(big), "%.*s]{:%s", (int)at, whole, whole + at);
        (void)!read_text(big);
        config_free(&config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(interfaces), cmocka_unit_test(settings),
                                        cmocka_unit_test(lists), cmocka_unit_test(soa),
                                        cmocka_unit_test(failures) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
