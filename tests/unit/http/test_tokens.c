/* The token file: its lines, what is refused and why, and finding a token. */
#include "http/tokens.h"
#include "support/temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

static int number(const void *context, const char *name)
{
    (void)context;
    return strcmp(name, "xbl") == 0 ? 3 : strcmp(name, "pbl") == 0 ? 200 : -1;
}

static void explain(const void *context, const char *name, char *out, size_t size)
{
    (void)context;
    snprintf(out, size, "%s", strcmp(name, "bl") == 0 ? "; it is bl.a, bl.b now" : "");
}

static const struct token_lists lists = { number, NULL, explain };

/* SHA-256 of "secret". */
#define HEX "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"

static void good_lines(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum role role;
        const char *name;
        size_t ranges;
        int64_t expires;
        bool plain, all;
    } table[] = {
        { "secret admin boss", ROLE_ADMIN, "boss", 0, INT64_MAX, true, true },
        { "sha256:" HEX " operator o\n", ROLE_OPERATOR, "o", 0, INT64_MAX, false, true },
        { "secret reader", ROLE_READER, "reader-2bb80d53", 0, INT64_MAX, true, true },
        { "\t secret \t reader\r\n", ROLE_READER, "reader-2bb80d53", 0, INT64_MAX, true, true },
        { "secret owner me ranges=192.0.2.0/24,2001:db8::/32,example.com", ROLE_OWNER, "me", 3, INT64_MAX,
          true, true },
        { "secret admin b#ss #ss", ROLE_ADMIN, "b#ss", 0, INT64_MAX, true, true },
        { "secret operator lists=xbl,pbl expires=2027-01-31T12:00:00Z # comment = x", ROLE_OPERATOR,
          "operator-2bb80d53", 0, 1801396800, true, false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        char line[256];
        struct token token;
        struct error error = { 0 };
        bool empty;
        uint8_t digest[SHA256_SIZE];
        snprintf(line, sizeof(line), "%s", table[i].line);
        if (token_parse(line, &lists, &empty, &token, &error) != OK)
            fail_msg("%s: %s", table[i].line, error.text);
        assert_false(empty);
        sha256("secret", 6, digest);
        assert_memory_equal(token.digest, digest, sizeof(digest));
        assert_int_equal(token.role, table[i].role);
        assert_string_equal(token.name, table[i].name);
        assert_int_equal(token.ranges_count, table[i].ranges);
        assert_true(token.expires == table[i].expires);
        assert_int_equal(token.plain, table[i].plain);
        for (unsigned list = 0; list < LISTS_MAX; list++)
            assert_int_equal(list_mask_has(&token.lists, list), table[i].all || list == 3 || list == 200);
        free(token.ranges);
    }
}

static void empty_lines(void **state)
{
    (void)state;
    static const char *const table[] = { "", "\n", "  \t\r\n", "# secret admin", "   # x" };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        char line[64];
        struct token token;
        struct error error;
        bool empty = false;
        snprintf(line, sizeof(line), "%s", table[i]);
        assert_int_equal(token_parse(line, &lists, &empty, &token, &error), OK);
        assert_true(empty);
    }
}

static void invalid_lines(void **state)
{
    (void)state;
    static const struct {
        const char *line, *why;
    } table[] = {
        { "secret", "a role expected" },
        { "secret # admin", "a role expected" },
        { "secret admin# me", "a role expected" },
        { "secret root", "a role expected" },
        { "admin secret", "a role comes after its token" },
        { "reader operator", "a role comes after its token" },
        { "adm secret", "a role expected" },
        { "secret Admin", "a role expected" },
        { "sha256:1234 admin", "64 hexadecimal digits" },
        { "sha256:" HEX "0 admin", "64 hexadecimal digits" },
        { "sha256:zz" HEX " admin", "64 hexadecimal digits" },
        { "secret owner me", "an owner needs ranges=" },
        { "secret owner ranges=", "ranges=''" },
        { "secret owner ranges=192.0.2.1/24", "192.0.2.0/24" }, /* the CIDR that was meant */
        { "secret owner ranges=192.0.2.0/24,", "ranges=''" },
        { "secret admin a b", "'b'" },
        { "secret admin lists=xbl b", "'b'" },
        { "secret admin list=xbl", "'list=xbl'" },
        { "secret admin lists=nowhere", "'nowhere'" },
        { "secret admin lists=xbl,bl", "there is no list 'bl'; it is bl.a, bl.b now" },
        { "secret admin lists=", "there is no list ''" },
        { "secret admin lists=xbl,,pbl", "there is no list ''" },
        { "secret admin expires=tomorrow", "'tomorrow'" },
        { "secret admin expires=2027-01-31", "2027-01-31T12:00:00Z expected" },
        { "secret admin public", "'public' is reserved" },
        { "secret admin n\xc3\xa4me", "printable ASCII" },
        { "secret admin 0123456789012345678901234567890123456789012345678901234567890123x",
          "at most 64 bytes" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        char line[256];
        struct token token;
        struct error error = { 0 };
        bool empty;
        snprintf(line, sizeof(line), "%s", table[i].line);
        assert_int_not_equal(token_parse(line, &lists, &empty, &token, &error), OK);
        if (strstr(error.text, table[i].why) == NULL || strstr(error.text, "secret") != NULL)
            fail_msg("%s: %s", table[i].line, error.text);
    }
}

static void write_file(const char *text, size_t size)
{
    FILE *file = fopen(temp_file, "w");
    assert_non_null(file);
    fwrite(text, 1, size, file);
    fclose(file);
}

static void file(void **state)
{
    (void)state;
    static const char text[] = "# tokens\n\none admin\nsha256:" HEX " reader r\ntwo operator\n";
    struct tokens *tokens, *other;
    struct error error = { 0 };

    write_file(text, strlen(text));
    assert_int_equal(tokens_read(temp_file, &lists, &tokens, &error), OK);
    assert_int_equal(tokens->count, 3);
    assert_int_equal(tokens_find(tokens, "one")->role, ROLE_ADMIN);
    assert_int_equal(tokens_find(tokens, "two")->role, ROLE_OPERATOR);
    assert_string_equal(tokens_find(tokens, "secret")->name, "r");
    assert_null(tokens_find(tokens, "three"));
    assert_null(tokens_find(tokens, ""));
    assert_null(tokens_find(tokens, "sha256:" HEX)); /* the digest is no token */
    other = tokens_acquire(tokens);
    tokens_release(tokens);
    assert_non_null(tokens_find(other, "one"));
    tokens_release(other);
    write_file("", 0);
    assert_int_equal(tokens_read(temp_file, &lists, &tokens, &error), OK);
    assert_int_equal(tokens->count, 0);
    assert_null(tokens_find(tokens, "one"));
    tokens_release(tokens);
}

static void invalid_files(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size;
        const char *why;
    } table[] = {
        { "one admin\ntwo nobody\n", 21, ":2: a role expected" },
        { "one admin\none reader\n", 21, ":2: this token occurs twice, before as 'admin-" },
        { "secret admin\nsha256:" HEX " reader", 20 + 64 + 7, ":2: this token occurs twice" },
        { "one admin\n\nt\0o admin\n", 21, ":3: a zero byte" },
    };
    struct tokens *tokens = NULL;
    struct error error = { 0 };

    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        write_file(table[i].text, table[i].size);
        assert_int_equal(tokens_read(temp_file, &lists, &tokens, &error), ERR_SYNTAX);
        assert_non_null(strstr(error.text, temp_file));
        if (strstr(error.text, table[i].why) == NULL)
            fail_msg("%s", error.text);
        assert_null(tokens);
    }
    assert_int_equal(tokens_read("/nonexistent/tokens", &lists, &tokens, &error), ERR_SYSTEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_lines), cmocka_unit_test(empty_lines),   cmocka_unit_test(invalid_lines),
        cmocka_unit_test(file),       cmocka_unit_test(invalid_files),
    };
    return cmocka_run_group_tests(tests, temp_file_setup, temp_file_teardown);
}
