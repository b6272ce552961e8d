#include "config/options.h"
#include "xdp/data.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <syslog.h>

#define MAX_WORDS 64

static struct config config;
static struct error error;
static enum options_action action;

/* Parses a command line given as one text, words separated by one blank. The words stay valid until the next
 * call. */
static enum err parse(const char *line)
{
    static char text[1024];
    char *argv[MAX_WORDS] = { (char *)"dnsbld" };
    int argc = 1;
    snprintf(text, sizeof(text), "%s", line);
    for (char *word = strtok(text, " "); word != NULL && argc < MAX_WORDS - 1; word = strtok(NULL, " "))
        argv[argc++] = word;
    error = (struct error){ 0 };
    config_init(&config);
    enum err err = options_parse(argc, argv, &config, &action, &error);
    assert_int_equal(err, error.code);
    return err;
}

#define TAIL " -b ::1 z.example:ip4set:f"

static void errors(void **state)
{
    (void)state;
    static const struct {
        const char *line, *text; /* the error names this */
    } table[] = {
        { "-b ::1", "no zone" },
        { "-b", "-b: an argument is missing" },
        { "--workers", "--workers: an argument is missing" },
        { "-Z" TAIL, "-Z: unknown" },
        { "--zebra" TAIL, "--zebra: unknown" },
        { "--workers 0" TAIL, "--workers 0" },
        { "--workers 1x" TAIL, "--workers 1x" },
        { "--workers -1" TAIL, "--workers -1" },
        { "-c 1y" TAIL, "-c 1y" },
        { "-c 99999999999" TAIL, "-c 99999999999" },
        { "-c -1" TAIL, "-c -1" },
        { "-t 1m:2m" TAIL, "-t 1m:2m" },
        { "-t 1d::2h" TAIL, "-t 1d::2h" },
        { "-t :2h:1h" TAIL, "-t :2h:1h" },
        { "-t 1:2:3:4" TAIL, "-t 1:2:3:4" },
        { "-t x" TAIL, "-t x" },
        { "-F mars" TAIL, "-F mars" },
        { "-x so" TAIL, "-x: extensions are not supported" },
        { "-X arg" TAIL, "-X: extensions are not supported" },
        { "-b ::1 z.example", "z.example: ZONE:TYPE:FILE" },
        { "-b ::1 z.example:ip4set", "z.example:ip4set: ZONE:TYPE:FILE" },
        { "-b ::1 z.example:ip4set:", "no file" },
        { "-b ::1 z.example:ip4set:,:", "no file" },
        { "-b ::1 z.example:ip4sets:f", "'ip4sets' is unknown" },
        { "-b ::1 z.example:acl:f", "z.example: the zone has no list" },
        { "-b ::1 :acl:f", "no zone" },
        { "--tcp-idle 0" TAIL, "--tcp-idle 0" },
        { "--config /nonexistent.yaml" TAIL, "/nonexistent.yaml" },
        { "-b ::1 :ip4set:f", "empty name" },
        { "-b ::1 a..b:ip4set:f", "a..b:ip4set:f" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        enum err err = parse(table[i].line);
        print_message("%s -> %s\n", table[i].line, error.text);
        assert_int_not_equal(err, OK);
        assert_non_null(strstr(error.text, table[i].text));
        config_free(&config);
    }
}

static void too_many_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *option;
        unsigned max;
        const char *unit;
    } table[] = { { "-b", LISTEN_ADDRESS_MAX, "addresses" },
                  { "--api", HTTP_LISTENERS_MAX, "addresses" },
                  { "--page", HTTP_LISTENERS_MAX, "addresses" },
                  { "--xdp", XDP_INTERFACES_MAX, "interfaces" } };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        char line[512] = "z.example:ip4set:f", said[64];
        for (unsigned n = 0; n < table[i].max; n++)
            sprintf(line + strlen(line), " %s a", table[i].option);
        assert_int_equal(parse(line), OK);
        config_free(&config);
        sprintf(line + strlen(line), " %s b", table[i].option);
        sprintf(said, "%s b: at most %u %s", table[i].option, table[i].max, table[i].unit);
        assert_int_equal(parse(line), ERR_LIMIT);
        assert_string_equal(error.text, said);
        config_free(&config);
    }
}

static void interface_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum err err;
    } table[] = {
        { "a23456789012345", OK },
        { "eth0.7", OK },
        { "...", OK },
        { "%s", OK },
        { "5", OK },
        { "a234567890123456", ERR_SYNTAX },
        { "a/b", ERR_SYNTAX },
        { ".", ERR_SYNTAX },
        { "..", ERR_SYNTAX },
        { "eth0:1", ERR_SYNTAX },
        { "\t", ERR_SYNTAX },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        char line[64], said[64];
        sprintf(line, "--xdp %s" TAIL, table[i].name);
        assert_int_equal(parse(line), table[i].err);
        sprintf(said, "xdp: '%s': no interface can have this name", table[i].name);
        if (table[i].err != OK)
            assert_string_equal(error.text, said);
        config_free(&config);
    }
}

static void ttls(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        uint32_t ttl, min, max;
    } table[] = {
        { "-a" TAIL, 2100, 0, 0 },          { "-t 1h" TAIL, 3600, 0, 0 },
        { "-t 90" TAIL, 90, 0, 0 },         { "-t 1h:30m:2H" TAIL, 3600, 1800, 7200 },
        { "-t ::2m" TAIL, 120, 0, 120 }, /* the default moves into the bounds */
        { "-t :1d" TAIL, 86400, 86400, 0 }, { "-t :1m:1w" TAIL, 2100, 60, 604800 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        assert_int_equal(parse(table[i].line), OK);
        assert_int_equal(config.default_ttl, table[i].ttl);
        assert_int_equal(config.min_ttl, table[i].min);
        assert_int_equal(config.max_ttl, table[i].max);
        config_free(&config);
    }
}

static void settings(void **state)
{
    (void)state;
    assert_int_equal(
        parse("-b 127.0.0.1/53 -b ::1 -6 -r / -w /tmp -u me:us -c 2h -e -q -p pid -n -f -A -vv -C"
              " -F local3 --workers 3 --tcp-idle 3s -l +log -s stats z.example:ip4set:f"),
        OK);
    assert_int_equal(action, OPTIONS_SERVE);
    assert_int_equal(config.listen.count, 2);
    assert_string_equal(config.listen.address[0], "127.0.0.1/53");
    assert_int_equal(config.family, AF_INET6);
    assert_string_equal(config.root, "/");
    assert_string_equal(config.directory, "/tmp");
    assert_string_equal(config.user, "me:us");
    assert_string_equal(config.pid_file, "pid");
    assert_int_equal(config.check_seconds, 7200);
    assert_int_equal(config.version, 2);
    assert_int_equal(config.facility, LOG_LOCAL3);
    assert_int_equal(config.workers, 3);
    assert_int_equal(config.edns_size, 1232);
    assert_int_equal(config.tcp.idle_seconds, 3);
    assert_string_equal(config.query_log, "+log");
    assert_string_equal(config.stats_file, "stats");
    assert_true(config.host_bits && config.quickstart && config.foreground && config.fork_ignored &&
                config.authority && config.no_gunzip);
    config_free(&config);

    assert_int_equal(parse("-n --workers auto -A -a" TAIL), OK);
    assert_int_equal(config.workers, 0);
    assert_int_equal(config.check_seconds, 60);
    assert_false(config.authority);
    config_free(&config);

    assert_int_equal(parse("--check z.example:ip4set:f"), OK); /* needs no address */
    assert_int_equal(action, OPTIONS_CHECK);
    config_free(&config);
    assert_int_equal(parse("-d z.example:ip4set:f"), OK);
    assert_int_equal(action, OPTIONS_DUMP);
    config_free(&config);
    assert_int_equal(parse("--check -d z.example:ip4set:f"), OK);
    assert_int_equal(action, OPTIONS_CHECK);
    config_free(&config);
    assert_int_equal(parse("--print-config --check" TAIL), OK);
    assert_int_equal(action, OPTIONS_PRINT);
    config_free(&config);
    assert_int_equal(parse("-vvv --print-config" TAIL), OK);
    assert_int_equal(action, OPTIONS_PRINT);
    assert_int_equal(config.version, VERSION_REFUSED);
    config_free(&config);
    assert_int_equal(parse("--help"), OK);
    assert_int_equal(action, OPTIONS_HELP);
    config_free(&config);
    assert_int_equal(parse("-h"), OK);
    assert_int_equal(action, OPTIONS_HELP);
    config_free(&config);
    assert_int_equal(parse("--version"), OK);
    assert_int_equal(action, OPTIONS_VERSION);
    config_free(&config);
}

static void zones(void **state)
{
    (void)state;
    assert_int_equal(
        parse("-b ::1 zen.example:ip4set:xbl,more:yet xbl.example:ip4set:xbl,more,yet"
              " ZEN.example.:ip6trie:xbl6 zen.example:ip4trie:xbl zen.example:ip4set:xbl:more:yet"),
        OK);
    assert_int_equal(config.zones_count, 2);
    assert_int_equal(config.sets_count, 3);
    assert_string_equal(config.zones[0].name, "zen.example");
    assert_int_equal(config.zones[0].wire_len, 13);
    assert_int_equal(config.zones[0].sets_count, 3);
    for (uint16_t i = 0; i < 3; i++)
        assert_int_equal(config.zones[0].sets[i], i);
    assert_int_equal(config.zones[1].sets_count, 1);
    assert_int_equal(config.zones[1].sets[0], 0);
    assert_int_equal(config.sets[0].spec.files_count, 3);
    assert_string_equal(config.sets[0].spec.files[1], "more");
    assert_string_equal(config.sets[2].spec.type, "ip4trie");
    config_free(&config);
}

static void acls(void **state)
{
    (void)state;
    assert_int_equal(parse("-b ::1 :acl:a,b a.example:ip4set:f a.example:acl:c b.example:ip4set:f "
                           "b.example:acl:a:b :acl:a,b"),
                     OK);
    assert_int_equal(config.zones_count, 2);
    assert_int_equal(config.sets_count, 3);
    assert_int_equal(config.acls_count, 1);
    assert_int_equal(config.acls[0], 0);
    assert_int_equal(config.zones[0].sets_count, 1);
    assert_int_equal(config.zones[0].acls_count, 1);
    assert_int_equal(config.zones[0].acls[0], 2);
    assert_int_equal(config.zones[1].acls[0], 0);
    config_free(&config);
}

static void list_names(void **state)
{
    (void)state;
    static const char *const files[] = {
        "/v/a/xbl.ip4set", "/v/a/xbl.ip6trie", "/v/b/xbl.gz", "/w/b/xbl.ip4set", "sbl", "v/.hidden",
        "v/sbl",           "x/sbl.a",          "xbl"
    };
    static const char *const names[] = { "xbl",     "xbl",   "b-xbl", "b-xbl-2", "sbl",
                                         ".hidden", "v-sbl", "x-sbl", "xbl-2" };
    char line[512] = "-b ::1";
    for (size_t i = 0; i < ARRAY_SIZE(files); i++)
        sprintf(line + strlen(line), " z.example:ip4set:%s", files[i]);
    assert_int_equal(parse(line), OK);
    for (size_t i = 0; i < ARRAY_SIZE(files); i++)
        assert_string_equal(config.sets[i].list, names[i]);
    config_free(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors), cmocka_unit_test(too_many_addresses), cmocka_unit_test(interface_names),
        cmocka_unit_test(ttls),   cmocka_unit_test(settings),           cmocka_unit_test(zones),
        cmocka_unit_test(acls),   cmocka_unit_test(list_names)
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
