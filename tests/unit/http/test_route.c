/* Paths: splitting, decoding, and finding the route. */
#include "http/path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void split(void **state)
{
    (void)state;
    static const struct {
        const char *target;
        enum err err;
        const char *segments; /* with | between them */
    } table[] = {
        { "/", OK, "" },
        { "/a", OK, "a" },
        { "/a/", OK, "a|" },
        { "//a", OK, "|a" },
        { "/a/b?c=/d", OK, "a|b" },
        { "/a#b", OK, "a" },
        { "/a%2Fb/c", OK, "a/b|c" },
        { "/%41%e4", OK, "A\xe4" },
        { "/a%3Fb", OK, "a?b" },
        { "/%25%32%66", OK, "%2f" },
        { "http://host/a/b", OK, "a|b" },
        { "HTTPS://host:1/a", OK, "a" },
        { "http://host", ERR_SYNTAX, NULL },
        { "http://host?a/b", ERR_SYNTAX, NULL },
        { "", ERR_SYNTAX, NULL },
        { "*", ERR_REFUSED, NULL },
        { "a/b", ERR_REFUSED, NULL },
        { "/1/2/3/4/5/6/7/8", OK, "1|2|3|4|5|6|7|8" },
        { "/1/2/3/4/5/6/7/8/9", ERR_REFUSED, NULL },
        { "/%", ERR_SYNTAX, NULL },
        { "/%4", ERR_SYNTAX, NULL },
        { "/%4/1", ERR_SYNTAX, NULL },
        { "/%g0", ERR_SYNTAX, NULL },
        { "/%0g", ERR_SYNTAX, NULL },
        { "/%00", ERR_SYNTAX, NULL },
        { "/%0a", ERR_SYNTAX, NULL },
        { "/%7F", ERR_SYNTAX, NULL },
        { "/\t", ERR_SYNTAX, NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        char target[64], joined[64] = "";
        struct path path;
        snprintf(target, sizeof(target), "%s", table[i].target);
        enum err err = path_split(target, &path);
        if (err != table[i].err)
            fail_msg("%s: %d", table[i].target, err);
        if (err != OK)
            continue;
        for (size_t k = 0, used = 0; k < path.count; k++)
            used += (size_t)snprintf(joined + used, sizeof(joined) - used, "%s%s", k > 0 ? "|" : "",
                                     path.segment[k]);
        assert_string_equal(joined, table[i].segments);
    }
}

enum { GET = METHOD_GET, POST = METHOD_POST, DELETE = METHOD_DELETE };

static const struct route table[] = {
    { METHOD_GET, "/", .page = false },
    { METHOD_GET, "/a/{x}", .page = true },
    { METHOD_POST, "/a/{x}", .page = false },
    { METHOD_GET, "/a/b", .page = false },
    { METHOD_GET, "/{x}/c", .page = false },
    { METHOD_DELETE, "/{x}/c/end", .page = false },
    { .path = NULL },
};

static const struct route *const tables[] = { table, NULL };

static void find(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        unsigned method;
        bool page;
        const char *template; /* NULL: none */
        unsigned methods;
        const char *part;
    } cases[] = {
        { "/", GET, false, "/", GET, NULL },
        { "/", POST, false, NULL, GET, NULL },
        { "/", 0, false, NULL, GET, NULL },
        { "/", GET, true, NULL, 0, NULL },
        { "/a/1", GET, false, "/a/{x}", GET | POST, "1" },
        { "/a/1", GET, true, "/a/{x}", GET, "1" },
        { "/a/1", POST, true, NULL, GET, NULL },
        { "/a/b", GET, false, "/a/b", GET | POST, NULL },
        { "/a/b", GET, true, "/a/{x}", GET, "b" },
        { "/a/b", POST, false, "/a/{x}", GET | POST, "b" },
        { "/a/b", DELETE, false, NULL, GET | POST, NULL },
        { "/a/", GET, false, NULL, 0, NULL },
        { "/a", GET, false, NULL, 0, NULL },
        { "/1/c", GET, false, "/{x}/c", GET, "1" },
        { "//c", GET, false, NULL, 0, NULL },
        { "/1/c/end", DELETE, false, "/{x}/c/end", DELETE, "1" },
        { "/1/c/ending", DELETE, false, NULL, 0, NULL },
        { "/1/c/en", DELETE, false, NULL, 0, NULL },
        { "/1/c/end/x", DELETE, false, NULL, 0, NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *part = "before";
        char target[64];
        struct path path;
        unsigned methods;
        snprintf(target, sizeof(target), "%s", cases[i].path);
        assert_int_equal(path_split(target, &path), OK);
        const struct route *r =
            path_find_route(tables, cases[i].page, (enum method)cases[i].method, &path, &part, &methods);
        print_message("%s\n", cases[i].path);
        assert_string_equal(r != NULL ? r->path : "-", cases[i].template != NULL ? cases[i].template : "-");
        assert_int_equal(methods, cases[i].methods);
        assert_string_equal(part != NULL ? part : "-", cases[i].part != NULL ? cases[i].part : "-");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(split), cmocka_unit_test(find) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
