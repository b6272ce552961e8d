/* YAML by a small schema: what is parsed, where every kind of error is found, and what is written. */
#include "config/yaml_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct schema_row inner[] = {
    { .key = "name", .type = SCHEMA_TEXT, .required = true },
    { .key = "words", .type = SCHEMA_TEXTS, .required = true },
    { .key = NULL },
};

static const struct schema_row tongues[] = {
    { .key = "en", .type = SCHEMA_TEXT },
    { .key = "ja", .type = SCHEMA_TEXT },
    { .key = NULL },
};

static const struct schema_row told[] = {
    { .key = "text", .type = SCHEMA_SECTION, .section = tongues, .alone = true, .required = true },
    { .key = NULL },
};

static const struct schema_row outer[] = {
    { .key = "number", .type = SCHEMA_NUMBER },
    { .key = "title", .type = SCHEMA_TEXT },
    { .key = "words", .type = SCHEMA_TEXTS },
    { .key = "one", .type = SCHEMA_SECTION, .section = inner },
    { .key = "many", .type = SCHEMA_SECTIONS, .section = inner },
    { .key = "told", .type = SCHEMA_SECTION, .section = told },
    { .key = NULL },
};

static struct error error;
static struct yaml_file *file;

static enum err parse_bytes(const char *bytes, size_t size)
{
    error = (struct error){ .text = "" };
    file = NULL;
    return yaml_file_parse("f", bytes, size, outer, &file, &error);
}

static enum err parse(const char *text)
{
    return parse_bytes(text, strlen(text));
}

static void values(void **state)
{
    (void)state;
    assert_int_equal(parse("title: x\n---\n[another, document]\n"), OK);
    yaml_file_free(file);
    assert_int_equal(
        parse("---\nnumber: 4 # not 5\ntitle: 'a: b'\nwords: []\none: {name: ~, words: [x]}\n"
              "many:\n- {name: a, words: [1, 2, 3, 4, 5]}\n- words: []\n  name: |\n    b\n...\n"),
        OK);
    struct yaml_file_slot *root = yaml_file_root(file);
    const struct yaml_file_slot *words = yaml_file_get(outer, root, "words");
    assert_string_equal(yaml_file_get(outer, root, "number")->text, "4");
    assert_string_equal(yaml_file_get(outer, root, "title")->text, "a: b");
    assert_non_null(words->texts);
    assert_int_equal(words->count, 0);
    const struct yaml_file_slot *one = yaml_file_get(outer, root, "one")->slots;
    assert_string_equal(yaml_file_get(inner, one, "name")->text, "~");
    assert_string_equal(yaml_file_get(inner, one, "words")->texts[0], "x");
    const struct yaml_file_slot *many = yaml_file_get(outer, root, "many");
    assert_int_equal(many->count, 2);
    words = yaml_file_get(inner, many->slots, "words");
    assert_int_equal(words->count, 5);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(words->texts[i][0], '1' + i);
    assert_string_equal(yaml_file_get(inner, many->slots + 2, "name")->text, "b\n");
    yaml_file_free(file);

    assert_int_equal(parse("{}"), OK);
    assert_true(yaml_file_is_empty(outer, yaml_file_root(file)));
    yaml_file_free(file);
}

/* A text may stand for the section of which it is the first value, and is written so. */
static char *write_text(const struct yaml_file *from);

static void alone(void **state)
{
    static const struct {
        const char *text, *first, *second, *written;
    } table[] = {
        { "told: {text: a}\n", "a", NULL, "told:\n  text: a\n" },
        { "told: {text: {en: a}}\n", "a", NULL, "told:\n  text: a\n" },
        { "told: {text: {ja: b, en: a}}\n", "a", "b", "told:\n  text:\n    en: a\n    ja: b\n" },
        { "told: {text: {ja: b}}\n", NULL, "b", "told:\n  text:\n    ja: b\n" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        assert_int_equal(parse(table[i].text), OK);
        const struct yaml_file_slot *in = yaml_file_get(outer, yaml_file_root(file), "told")->slots;
        const struct yaml_file_slot *text = yaml_file_get(told, in, "text")->slots;
        const char *values[] = { yaml_file_get(tongues, text, "en")->text,
                                 yaml_file_get(tongues, text, "ja")->text };
        const char *expected[] = { table[i].first, table[i].second };
        for (unsigned j = 0; j < 2; j++) {
            assert_int_equal(values[j] != NULL, expected[j] != NULL);
            if (expected[j] != NULL)
                assert_string_equal(values[j], expected[j]);
        }
        char *written = write_text(file);
        assert_string_equal(written, table[i].written);
        free(written);
        yaml_file_free(file);
    }
}

static void errors(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error;
    } table[] = {
        { "", "f: the file is empty" },
        { "# a comment\n", "f: the file is empty" },
        { "---\n", "f: the file is empty" },
        { "- a\n", "f:1:1: a section of keys, each with its value, expected" },
        { "number: 1\nnumbr: 2\n", "f:2:1: numbr: unknown key; did you mean 'number'?" },
        { "nothing_like_it: 2\n", "f:1:1: nothing_like_it: unknown key" },
        { "<<: {number: 2}\n", "f:1:1: <<: unknown key" },
        { "\"a\\nb\\u0007\": 2\n", "f:1:1: a?b?: unknown key" },
        { "number: 1\ntitle: x\nnumber: 1\n", "f:3:1: number: this key is given twice" },
        { "words: []\nwords: []\n", "f:2:1: words: this key is given twice" },
        { "number:\n", "f:1:8: number: the value is missing" },
        { "number: ''\n", "f:1:9: number: the value is missing" },
        { "number: [1]\n", "f:1:9: number: one value expected" },
        { "number: {a: 1}\n", "f:1:9: number: one value expected" },
        { "words: a\n", "f:1:8: words: a list, such as [a, b], expected" },
        { "words: [a, [b]]\n", "f:1:12: words: one value expected" },
        { "words: [a, '']\n", "f:1:12: words: the value is missing" },
        { "one: a\n", "f:1:6: one: a section of keys, each with its value, expected" },
        { "one: [a]\n", "f:1:6: one: a section of keys, each with its value, expected" },
        { "one:\n  name: a\n", "f:2:3: words: this key is missing" },
        { "many: {name: a, words: []}\n", "f:1:7: many: a list, such as [a, b], expected" },
        { "many: [a]\n", "f:1:8: many: a section of keys, each with its value, expected" },
        { "many:\n- {name: a, words: []}\n- words: []\n", "f:3:3: name: this key is missing" },
        { "many:\n- {name: a, xyz: 1}\n", "f:2:13: xyz: unknown key" },
        { "? [number]\n: 1\n", "f:1:3: a key expected" },
        { "'': 1\n", "f:1:1: the key is missing" },
        { "told: {text: {fr: a}}\n", "f:1:15: fr: unknown key" },
        { "told: {text: {en: a, en: b}}\n", "f:1:22: en: this key is given twice" },
        { "told: {text: {}}\n", "f:1:14: text: the value is missing" },
        { "told: {text: ''}\n", "f:1:14: text: the value is missing" },
        { "told: {text: [a]}\n", "f:1:14: text: a section of keys, each with its value, expected" },
        { "told: {}\n", "f:1:7: text: this key is missing" },
        { "title: &a x\nnumber: *a\n", "f:2:9: number: an alias (*a) is not allowed; write the value out" },
        { "words: [&a x, *a]\n", "f:1:15: words: an alias (*a) is not allowed; write the value out" },
        { "one: &a {name: a, words: []}\nmany: [*a]\n",
          "f:2:8: many: an alias (*a) is not allowed; write the "
          "value out" },
        { "&a title: x\n*a : y\n", "f:2:1: an alias (*a) is not allowed; write the value out" },
        { "words: [a\ntitle: x\n", "f:2:6: not valid YAML: did not find expected ',' or ']', while parsing a "
                                   "flow sequence that begins in line 1" },
        { "title: x\n...\nnumber: 4\n", "f:3:1: not valid YAML: did not find expected <document start>" },
        { "title: x: y\n", "f:1:9: not valid YAML: mapping values are not allowed in this context" },
        { "title: \xc3\xa9\nnumber: \xc3\xa9\x01\n", "f:2:10: not valid YAML: control characters are not "
                                                     "allowed" },
        { "title: \"x\\0y\"\n", "f:1:8: title: a zero byte is not allowed" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        enum err err = parse(table[i].text);
        print_message("%s", table[i].text);
        assert_int_equal(err, ERR_SYNTAX);
        assert_int_equal(err, error.code);
        assert_string_equal(error.text, table[i].error);
        assert_null(file);
    }
    assert_int_equal(parse_bytes("title: x\0y\n", 11), ERR_SYNTAX);
    assert_string_equal(error.text, "f:1:9: not valid YAML: control characters are not allowed");
}

/* Whoever finds a value wrong later can still name its place, in a list too. */
static void places(void **state)
{
    (void)state;
    assert_int_equal(parse("title: x\nwords:\n- a\n-   b\nmany: [{name: \xc3\xa9, words: [c, \"d\"]}]\n"),
                     OK);
    const struct yaml_file_slot *root = yaml_file_root(file), *words = yaml_file_get(outer, root, "words");
    const struct yaml_file_slot *many = yaml_file_get(outer, root, "many")->slots;
    const struct {
        const char *text, *error;
    } table[] = {
        { yaml_file_get(outer, root, "title")->text, "f:1:8: no 7" },
        { words->texts[0], "f:3:3: no 7" },
        { words->texts[1], "f:4:5: no 7" },
        { yaml_file_get(inner, many, "name")->text, "f:5:15: no 7" },
        { yaml_file_get(inner, many, "words")->texts[1], "f:5:29: no 7" },
        { "elsewhere", "f: no 7" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        assert_int_equal(yaml_file_error(file, table[i].text, &error, ERR_LIMIT, "no %d", 7), ERR_LIMIT);
        assert_string_equal(error.text, table[i].error);
    }
    (void)yaml_file_error(file, words->texts[0], &error, ERR_SYNTAX, "'%s' is no\tnumber", "x\ny");
    assert_string_equal(error.text, "f:3:3: 'x?y' is no?number");
    yaml_file_free(file);
}

static char *write_text(const struct yaml_file *from)
{
    char *text;
    size_t length;
    FILE *to = open_memstream(&text, &length);
    assert_non_null(to);
    assert_int_equal(yaml_file_write(outer, yaml_file_root(from), to, &error), OK);
    fclose(to);
    return text;
}

static void writing(void **state)
{
    (void)state;
    static const char expected[] =
        "title: '# x'\nwords: []\nmany:\n- name: a b\n  words:\n  - yes\n  - 'c: d'\n";
    struct yaml_file *f = yaml_file_new(outer);
    struct yaml_file_slot *root = yaml_file_root(f), *many = yaml_file_get(outer, root, "many");
    yaml_file_set_empty(f, yaml_file_get(outer, root, "words"));
    yaml_file_set_text(f, yaml_file_get(outer, root, "title"), "# x");
    struct yaml_file_slot *section = yaml_file_add_section(f, many, inner);
    assert_true(yaml_file_is_empty(inner, section));
    yaml_file_set_text(f, yaml_file_get(inner, section, "name"), "a b");
    yaml_file_add_text(f, yaml_file_get(inner, section, "words"), "yes");
    yaml_file_add_text(f, yaml_file_get(inner, section, "words"), "c: d");
    assert_false(yaml_file_is_empty(inner, section));
    char *text = write_text(f);
    assert_string_equal(text, expected);
    yaml_file_free(f);

    assert_int_equal(parse(text), OK);
    char *again = write_text(file);
    assert_string_equal(again, expected);
    yaml_file_free(file);
    free(again);
    free(text);

    FILE *full = fopen("/dev/full", "w");
    f = yaml_file_new(outer);
    if (full != NULL) {
        assert_int_equal(yaml_file_write(outer, yaml_file_root(f), full, &error), ERR_SYSTEM);
        fclose(full);
    }
    yaml_file_free(f);
}

/* No file is longer than 1 MiB; a missing one is named. */
static void files(void **state)
{
    (void)state;
    static const char line[] = "# 16 bytes long\n";
    char path[] = "/tmp/dnsbld-test-XXXXXX";
    assert_int_equal(yaml_file_read("/nonexistent.yaml", outer, &file, &error), ERR_SYSTEM);
    assert_non_null(strstr(error.text, "/nonexistent.yaml: No such file"));
    assert_int_equal(yaml_file_read("/", outer, &file, &error), ERR_SYSTEM);

    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *to = fdopen(fd, "w");
    assert_non_null(to);
    for (unsigned i = 0; i < (1 << 20) / 16 - 1; i++)
        fputs(line, to);
    fputs("number: 1234567\n", to);
    fflush(to);
    assert_int_equal(yaml_file_read(path, outer, &file, &error), OK);
    assert_string_equal(yaml_file_get(outer, yaml_file_root(file), "number")->text, "1234567");
    yaml_file_free(file);
    fputs("\n", to);
    fclose(to);
    assert_int_equal(yaml_file_read(path, outer, &file, &error), ERR_LIMIT);
    remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(values),  cmocka_unit_test(alone),
                                        cmocka_unit_test(errors),  cmocka_unit_test(places),
                                        cmocka_unit_test(writing), cmocka_unit_test(files) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
