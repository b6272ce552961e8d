/* The configuration file as a whole; its errors are tested in test_yaml_file.c and tests/e2e/test_config.py.
 */
#include "config/config_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DOLLARS26 "$$$$$$$$$$$$$$$$$$$$$$$$$$" /* 25 addresses are 975 bytes, 26 are 1014 */
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

#define ONE_LIST "lists: [{name: a, type: ip4set, files: [f]}]\nzones: [{name: a.test, lists: [a]}]\n"

/* What people are told, by the file and as it is printed. */
static void notices(void **state)
{
    static const char text[] =
        "banner: {text: We move., link: 'https://n.test/', since: 2030-01-31T12:00:00Z}\n"
        "http: {name: {ja: 名前}, imprint: 'https://i.test/', privacy: 'http://p.test/'}\n" ONE_LIST
        "rules:\n- lists: [a]\n  title: {en: T, ja: 題}\n  about: A\n  reason: withheld\n"
        "  banner: {text: B, until: 2030-02-28}\n"
        "  retired: {since: 2031-01-01T00:00:00Z, text: {ja: 終, en: Gone}}\n";
    char *printed;
    size_t length;
    (void)state;
    assert_int_equal(read_text(text), OK);
    FILE *to = open_memstream(&printed, &length);
    assert_non_null(to);
    assert_int_equal(config_complete(&config, &error), OK);
    for (unsigned round = 0; round < 2; round++) { /* then what was printed */
        const struct list_description *d = &config.rules[0].policy.description;
        assert_string_equal(config.banner.text.text[LANGUAGE_EN], "We move.");
        assert_string_equal(config.banner.link, "https://n.test/");
        assert_int_equal(config.banner.since, 1896091200); /* date -d 2030-01-31T12:00:00Z +%s */
        assert_int_equal(config.banner.until, 0);
        assert_null(config.http.service.name.text[LANGUAGE_EN]);
        assert_string_equal(language_text(&config.http.service.name, LANGUAGE_EN), "名前");
        assert_string_equal(config.http.service.privacy, "http://p.test/");
        assert_string_equal(d->title.text[LANGUAGE_EN], "T");
        assert_string_equal(d->title.text[LANGUAGE_JA], "題");
        assert_string_equal(language_text(&d->about, LANGUAGE_JA), "A");
        assert_null(language_default_text(&d->operator));
        assert_int_equal(d->banner.until, 1898467200);
        assert_int_equal(d->retired.since, 1924992000);
        assert_string_equal(language_default_text(&d->retired.text), "Gone");
        assert_ptr_equal(config.sets[0].retired, &d->retired);
        assert_false(config_set_is_retired(&config.sets[0], 1924991999));
        assert_true(config_set_is_retired(&config.sets[0], 1924992000));
        assert_string_equal(config.withheld[0], LIST_POLICY_WITHHELD);
        if (round == 0) {
            assert_int_equal(config_print(&config, to, &error), OK);
            fclose(to);
            config_free(&config);
            assert_int_equal(read_text(printed), OK);
            assert_int_equal(config_complete(&config, &error), OK);
        }
    }
    config_free(&config);
    free(printed);
}

/* The error names the place in the file. */
static void bad_notices(void **state)
{
    static const struct {
        const char *text, *error;
    } table[] = {
        { "banner: {text: a, link: 'ftp://x'}",
          ":3:25: link: 'ftp://x' does not begin with http:// or https://" },
        { "banner: {text: a, since: 2030-01-02T00:00:00Z, until: 2030-01-01T00:00:00Z}",
          ":3:16: banner: until is not after since: it would never be shown" },
        { "banner: {text: a, since: 2030-1-2}",
          ":3:26: since: '2030-1-2': a date such as 2027-01-31 or 2027-01-31T12:00:00Z expected" },
        { "banner: {text: a, since: 2030-02-30T00:00:00Z}",
          ":3:26: since: '2030-02-30T00:00:00Z': a date such as 2027-01-31 or 2027-01-31T12:00:00Z "
          "expected" },
        { "banner: {text: {de: a}}", ":3:17: de: unknown key" },
        { "banner: {link: 'https://x'}", ":3:9: text: this key is missing" },
        { "http: {imprint: 'javascript:x'}",
          ":3:17: imprint: 'javascript:x' does not begin with http:// or https://" },
        { "http: {logo: /nonexistent.png}", ":3:14: logo: /nonexistent.png: No such file or directory" },
        { "http: {style: /dev/null}", ":3:15: style: /dev/null: the file is empty" },
        { "rules: [{lists: [a], withheld_text: a}]", ":3:37: withheld_text: requires reason: withheld" },
        { "rules: [{lists: [a], reason: withheld, withheld_text: " DOLLARS26 "}]",
          ":3:55: withheld_text: longer than 1000 bytes, 39 for each $" },
        { "rules: [{lists: [a], retired: {text: a}}]", ":3:31: since: this key is missing" },
        { "rules: [{lists: [a], website: x}]",
          ":3:31: website: 'x' does not begin with http:// or https://" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        char text[512];
        snprintf(text, sizeof(text), ONE_LIST "%s\n", table[i].text);
        enum err err = read_text(text);
        if (err == OK)
            err = config_complete(&config, &error);
        assert_int_not_equal(err, OK);
        print_message("%s\n", error.text);
        assert_string_equal(error.text + strlen("/tmp/dnsbld-test-XXXXXX"), table[i].error);
        config_free(&config);
    }
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
                                        cmocka_unit_test(lists),      cmocka_unit_test(soa),
                                        cmocka_unit_test(notices),    cmocka_unit_test(bad_notices),
                                        cmocka_unit_test(failures) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
