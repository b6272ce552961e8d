/* docs/openapi.json and the routes of the API agree: every call, method, role, parameter and body, both ways.
 */
#include "api/calls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static json_t *document;

static int load(void **state)
{
    size_t length;
    json_error_t error;
    const char *text = openapi_text(&length);
    (void)state;
    document = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    if (document == NULL)
        fprintf(stderr, "line %d: %s\n", error.line, error.text);
    return document != NULL ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    json_decref(document);
    return 0;
}

static const char *method_word(enum method method)
{
    return method == METHOD_GET     ? "get"
           : method == METHOD_POST  ? "post"
           : method == METHOD_PATCH ? "patch"
                                    : "delete";
}

/* Follows "#/a/b"; NULL when there is nothing. */
static const json_t *resolve(const char *ref)
{
    char word[64];
    const json_t *at = document;
    assert_true(strncmp(ref, "#/", 2) == 0);
    for (ref += 2; at != NULL && *ref != '\0'; ref += ref[0] == '/') {
        size_t length = strcspn(ref, "/");
        assert_true(length < sizeof(word));
        memcpy(word, ref, length);
        word[length] = '\0';
        at = json_object_get(at, word);
        ref += length;
    }
    return at;
}

static const json_t *operation(const struct route *route)
{
    const json_t *path = json_object_get(json_object_get(document, "paths"), route->path);
    return json_object_get(path, method_word(route->method));
}

/* Whether a parameter of this kind and name is among `array`. */
static bool has_parameter(const json_t *array, const char *in, const char *name)
{
    size_t i;
    json_t *p;
    json_array_foreach((json_t *)array, i, p)
    {
        const char *ref = json_string_value(json_object_get(p, "$ref"));
        const json_t *parameter = ref != NULL ? resolve(ref) : p;
        if (strcmp(json_string_value(json_object_get(parameter, "in")), in) == 0 &&
            strcmp(json_string_value(json_object_get(parameter, "name")), name) == 0)
            return true;
    }
    return false;
}

static size_t count_parameters(const json_t *array, const char *in)
{
    size_t i, n = 0;
    json_t *p;
    json_array_foreach((json_t *)array, i, p)
    {
        const char *ref = json_string_value(json_object_get(p, "$ref"));
        const json_t *parameter = ref != NULL ? resolve(ref) : p;
        n += strcmp(json_string_value(json_object_get(parameter, "in")), in) == 0;
    }
    return n;
}

static void calls_are_documented(void **state)
{
    static const char *const roles[] = { [ROLE_NONE] = "none",
                                         [ROLE_READER] = "reader",
                                         [ROLE_OWNER] = "owner",
                                         [ROLE_OPERATOR] = "operator",
                                         [ROLE_ADMIN] = "admin" };
    (void)state;
    for (const struct route *r = api_routes; r->path != NULL; r++) {
        const json_t *op = operation(r);
        assert_non_null(op);
        assert_string_equal(json_string_value(json_object_get(op, "x-role")), roles[r->role]);
        assert_int_equal(json_is_true(json_object_get(op, "x-public")), r->page);
        assert_int_equal(json_is_true(json_object_get(op, "x-loopback")), r->loopback);
        assert_int_equal(json_is_true(json_object_get(op, "x-limited")), r->limited);
        assert_int_equal(json_is_object(json_object_get(op, "requestBody")), r->body);
        assert_int_equal(json_is_array(json_object_get(op, "security")), r->role == ROLE_NONE || r->loopback);
    }
}

static void parameters_agree(void **state)
{
    (void)state;
    for (const struct route *r = api_routes; r->path != NULL; r++) {
        const json_t *parameters = json_object_get(operation(r), "parameters");
        size_t count = 0;
        char *known = strdup(r->parameters != NULL ? r->parameters : ""), *rest = known;
        for (char *name; (name = strtok_r(rest, ", ", &rest)) != NULL; count++)
            assert_true(has_parameter(parameters, "query", name));
        free(known);
        assert_int_equal(count_parameters(parameters, "query"), count);
    }
}

/* The names in {} are declared at the path. */
static void templates_agree(void **state)
{
    (void)state;
    for (const struct route *r = api_routes; r->path != NULL; r++) {
        const json_t *path = json_object_get(json_object_get(document, "paths"), r->path);
        const json_t *parameters = json_object_get(path, "parameters");
        size_t count = 0;
        for (const char *at = strchr(r->path, '{'); at != NULL; at = strchr(at + 1, '{')) {
            char name[32] = "";
            assert_int_equal(sscanf(at, "{%31[a-z]}", name), 1);
            assert_true(has_parameter(parameters, "path", name));
            count++;
        }
        assert_int_equal(count_parameters(parameters, "path"), count);
    }
}

static void nothing_else_is_documented(void **state)
{
    const char *path, *key;
    json_t *methods, *op;
    size_t documented = 0, routes = 0;
    (void)state;
    json_object_foreach(json_object_get(document, "paths"), path, methods)
        json_object_foreach(methods, key, op) documented += strcmp(key, "parameters") != 0;
    for (const struct route *r = api_routes; r->path != NULL; r++)
        routes++;
    assert_int_equal(documented, routes);
}

static void check_refs(const json_t *value)
{
    const char *key;
    size_t i;
    json_t *child;
    json_object_foreach((json_t *)value, key, child)
    {
        if (strcmp(key, "$ref") == 0 && json_is_string(child))
            assert_non_null(resolve(json_string_value(child)));
        check_refs(child);
    }
    json_array_foreach((json_t *)value, i, child) check_refs(child);
}

static void references_lead_somewhere(void **state)
{
    (void)state;
    check_refs(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_are_documented),      cmocka_unit_test(parameters_agree),
        cmocka_unit_test(templates_agree),           cmocka_unit_test(nothing_else_is_documented),
        cmocka_unit_test(references_lead_somewhere),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
