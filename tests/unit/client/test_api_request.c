/* From the command line to a request: options, values, path, query and body. */
#include "client/api_request.h"

#include "client/safe_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void values(void **state)
{
    (void)state;
    static const struct {
        enum input_kind kind;
        const char *text, *json; /* NULL: an error that names the text */
    } cases[] = {
        { INPUT_DURATION, "90", "90" },
        { INPUT_DURATION, "90s", "90" },
        { INPUT_DURATION, "15m", "900" },
        { INPUT_DURATION, "12h", "43200" },
        { INPUT_DURATION, "7d", "604800" },
        { INPUT_DURATION, "2w", "1209600" },
        { INPUT_DURATION, "", NULL },
        { INPUT_DURATION, "0", NULL },
        { INPUT_DURATION, "-1", NULL },
        { INPUT_DURATION, "1h30m", NULL },
        { INPUT_DURATION, "99999999999d", NULL },
        { INPUT_TIME, "2030-12-31", "\"2030-12-31T00:00:00Z\"" },
        { INPUT_TIME, "2028-02-29T23:59:59Z", "\"2028-02-29T23:59:59Z\"" },
        { INPUT_TIME, "2030-12-31 7:05", "\"2030-12-31T07:05:00Z\"" },
        { INPUT_TIME, "2030-02-30", NULL },
        { INPUT_TIME, "2030-12-31T18:00", NULL }, /* of which zone? */
        { INPUT_TIME, "2030-12-31T18:00:00+01:00", NULL },
        { INPUT_TIME, "1960-01-01", NULL },
        { INPUT_TIME, "", NULL },
        { INPUT_COUNT, "0", "0" },
        { INPUT_COUNT, "9223372036854775807", "9223372036854775807" },
        { INPUT_COUNT, "9223372036854775808", NULL },
        { INPUT_COUNT, "-1", NULL },
        { INPUT_COUNT, "1x", NULL },
        { INPUT_LISTS, "a", "[\"a\"]" },
        { INPUT_LISTS, "a,b", "[\"a\",\"b\"]" },
        { INPUT_LISTS, "a,", NULL },
        { INPUT_LISTS, ",a", NULL },
        { INPUT_LISTS, "", NULL },
        { INPUT_RANGE, "192.0.2.0-192.0.2.255", "\"192.0.2.0/24\"" },
        { INPUT_RANGE, "2001:DB8::/128", "\"2001:db8::\"" },
        { INPUT_RANGE, "192.0.2", NULL },
        { INPUT_TEXT, "\xc3\xbc", "\"\xc3\xbc\"" },
        { INPUT_TRUE, NULL, "true" },
        { INPUT_FALSE, NULL, "false" },
        { INPUT_NULL, NULL, "null" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { .text = "" };
        json_t *value = NULL;
        enum err err = input_parse(cases[i].kind, cases[i].text, &value, &error);
        print_message("%s\n", cases[i].text);
        if (cases[i].json == NULL) {
            assert_int_equal(err, ERR_SYNTAX);
            assert_non_null(strstr(error.text, cases[i].text));
            continue;
        }
        assert_int_equal(err, OK);
        char *json = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        assert_string_equal(json, cases[i].json);
        free(json);
        json_decref(value);
    }
}

#define WORDS 12

/* Reads a command line without the program's name, and makes the request of its verb. */
static enum err build(char *const *line, struct api_request *out, struct error *error)
{
    char *argv[WORDS + 2] = { "dnsblctl" };
    struct arguments arguments;
    int argc = 1;
    for (; line[argc - 1] != NULL; argc++)
        argv[argc] = line[argc - 1];
    enum err err = arguments_parse(argc, argv, &arguments, error);
    if (err == OK)
        err = api_request_build(&arguments, arguments.verb->path, arguments.words, arguments.words_count, out,
                                error);
    arguments_free(&arguments);
    return err;
}

static void requests(void **state)
{
    (void)state;
    static const struct {
        char *line[WORDS];
        const char *target, *body; /* NULL: none */
    } cases[] = {
        { { "zones" }, "/v1/zones", NULL },
        { { "history", "2001:DB8::1" }, "/v1/history/2001%3Adb8%3A%3A1", NULL },
        { { "loads", "../a?b" }, "/v1/lists/..%2Fa%3Fb/loads", NULL },
        { { "privacy", "export", "a+b@example.org" }, "/v1/privacy?subject=a%2Bb%40example.org", NULL },
        { { "--state", "ended", "listings", "-l", "xbl", "--limit", "7" },
          "/v1/listings?state=ended&list=xbl&limit=7",
          NULL },
        { { "reload" }, "/v1/reload", "{}" },
        { { "reload", "b", "a", "--acc" }, "/v1/reload", "{\"accept\":true,\"lists\":[\"b\",\"a\"]}" },
        { { "verify", "id", "code" }, "/v1/requests/id/verify", "{\"code\":\"code\"}" },
        { { "request", "example.org", "--list", "a", "--lists", "b,c", "--fixed" },
          "/v1/requests",
          "{\"lists\":[\"a\",\"b\",\"c\"],\"fixed\":true,\"query\":\"example.org\"}" },
        { { "loads", "--", "-x" }, "/v1/lists/-x/loads", NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct api_request request;
        struct error error = { .text = "" };
        enum err err = build(cases[i].line, &request, &error);
        print_message("%s %s\n", cases[i].target, error.text);
        assert_int_equal(err, OK);
        char *target = api_request_target(&request);
        char *body = request.body != NULL ? json_dumps(request.body, JSON_COMPACT) : NULL;
        assert_string_equal(target, cases[i].target);
        assert_true((body == NULL) == (cases[i].body == NULL));
        if (body != NULL)
            assert_string_equal(body, cases[i].body);
        free(body);
        free(target);
        api_request_free(&request);
    }
}

static void mistakes(void **state)
{
    (void)state;
    static const struct {
        char *line[WORDS];
        const char *error;
    } cases[] = {
        { { "listings", "--list", "a", "--list", "b" }, "--list: 'listings' takes one list" },
        { { "listings", "--list", "a,b" }, "--list: 'listings' takes one list" },
        { { "history", "192.0.2.0/24" }, "not a range" },
        { { "loads", "" }, "empty" },
        { { "request", "example.org", "--list", "a,,b" }, "--list: 'a,,b'" },
        { { "loads" }, "too few arguments: loads LIST" },
        { { "zones", "x" }, "'x': too many arguments" },
        { { "requests", "--status", "" }, "--status: '' is not one of pending|verify" },
        { { "requests", "--status", "pend" }, "--status: 'pend' is not one of pending|verify" },
        { { "zones", "--json", "--table" }, "--json and --table exclude each other" },
        { { "zones", "-q" }, "--exit-code: 'zones' has no such option" },
        { { "zones", "-x" }, "-x: unknown option" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct api_request request;
        struct error error = { .text = "" };
        assert_int_equal(build(cases[i].line, &request, &error), ERR_SYNTAX);
        if (strstr(error.text, cases[i].error) == NULL)
            fail_msg("'%s' is not in '%s'", cases[i].error, error.text);
    }
}

static void a_parameter_is_set_anew(void **state)
{
    (void)state;
    struct api_request request = { .path = client_format("/x") };
    api_request_set_query(&request, "cursor", json_string("a b"));
    api_request_set_query(&request, "limit", json_integer(5));
    api_request_set_query(&request, "cursor", json_string("c&d=\xc3\xbc"));
    char *target = api_request_target(&request);
    assert_string_equal(target, "/x?cursor=c%26d%3D%C3%BC&limit=5");
    free(target);
    api_request_free(&request);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),
        cmocka_unit_test(requests),
        cmocka_unit_test(mistakes),
        cmocka_unit_test(a_parameter_is_set_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
