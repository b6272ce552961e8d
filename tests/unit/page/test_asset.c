/* Files of the operator that the page serves: what they are, by their first bytes, and what is refused. */
#include "page/asset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[] = "/tmp/dnsbld-test-XXXXXX";
static struct asset asset;
static struct error error;

static enum err read_bytes(enum asset_kind kind, const char *bytes, size_t size)
{
    FILE *to = fopen(path, "w");
    assert_non_null(to);
    assert_int_equal(fwrite(bytes, 1, size, to), size);
    fclose(to);
    return asset_read(path, kind, &asset, &error);
}

#define BYTES(text) text, sizeof(text) - 1

static void kinds(void **state)
{
    static const struct {
        enum asset_kind kind;
        const char *bytes;
        size_t size;
        const char *type; /* NULL: refused, with... */
        const char *error;
    } table[] = {
        { ASSET_LOGO, BYTES("\x89PNG\r\n\x1a\n and more"), "image/png", NULL },
        { ASSET_LOGO, BYTES("\xff\xd8\xff\xe0"), "image/jpeg", NULL },
        { ASSET_LOGO, BYTES("RIFF\4\0\0\0WEBPVP8 "), "image/webp", NULL },
        { ASSET_LOGO, BYTES("<svg/>"), "image/svg+xml", NULL },
        { ASSET_LOGO, BYTES("\xef\xbb\xbf \n<?xml version='1.0'?><!-- a --><svg>"), "image/svg+xml", NULL },
        { ASSET_LOGO, BYTES("<html><body>"), NULL, "not a PNG, JPEG, WebP or SVG image" },
        { ASSET_LOGO, BYTES("look: <svg/>"), NULL, "not a PNG, JPEG, WebP or SVG image" },
        { ASSET_LOGO, BYTES("\0<svg/>"), NULL, "not a PNG, JPEG, WebP or SVG image" },
        { ASSET_LOGO, BYTES("GIF89a"), NULL, "not a PNG, JPEG, WebP or SVG image" },
        { ASSET_LOGO, BYTES("RIFF\4\0\0\0WAVE"), NULL, "not a PNG, JPEG, WebP or SVG image" },
        { ASSET_LOGO, BYTES("\x89PN"), NULL, "not a PNG, JPEG, WebP or SVG image" },
        { ASSET_LOGO, BYTES(" "), NULL, "not a PNG, JPEG, WebP or SVG image" },
        { ASSET_LOGO, BYTES(""), NULL, "the file is empty" },
        { ASSET_STYLE, BYTES("p{content:\"\xc3\xa9\"}"), "text/css; charset=utf-8", NULL },
        { ASSET_STYLE, BYTES("p{content:\"\xe9\"}"), NULL, "not a text in UTF-8" },
        { ASSET_STYLE, BYTES("p\0"), NULL, "not a text in UTF-8" },
        { ASSET_STYLE, BYTES(""), NULL, "the file is empty" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        print_message("row %zu\n", i);
        enum err err = read_bytes(table[i].kind, table[i].bytes, table[i].size);
        assert_int_equal(err == OK, table[i].type != NULL);
        if (err == OK) {
            assert_string_equal(asset.type, table[i].type);
            assert_int_equal(asset.size, table[i].size);
            assert_memory_equal(asset.bytes, table[i].bytes, table[i].size);
            asset_free(&asset);
            assert_null(asset.bytes);
        } else {
            assert_true(strncmp(error.text, path, strlen(path)) == 0);
            assert_string_equal(error.text + strlen(path) + 2, table[i].error);
        }
    }
}

static void sizes(void **state)
{
    static const struct {
        enum asset_kind kind;
        const char *begin;
        size_t most;
    } table[] = { { ASSET_LOGO, "<svg", ASSET_LOGO_BYTES }, { ASSET_STYLE, "p{}", ASSET_STYLE_BYTES } };
    static char bytes[ASSET_LOGO_BYTES + 1];
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        memset(bytes, ' ', sizeof(bytes));
        memcpy(bytes, table[i].begin, strlen(table[i].begin));
        assert_int_equal(read_bytes(table[i].kind, bytes, table[i].most), OK);
        asset_free(&asset);
        assert_int_equal(read_bytes(table[i].kind, bytes, table[i].most + 1), ERR_LIMIT);
        assert_non_null(strstr(error.text, "longer than "));
    }
    assert_int_equal(asset_read("/", ASSET_LOGO, &asset, &error), ERR_SYSTEM);
    assert_int_equal(asset_read("/nonexistent", ASSET_LOGO, &asset, &error), ERR_SYSTEM);
    assert_non_null(strstr(error.text, "/nonexistent: No such file"));
}

/* The start does not wait for somebody to write into it. */
static void fifo(void **state)
{
    (void)state;
    remove(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    alarm(10);
    assert_int_equal(asset_read(path, ASSET_LOGO, &asset, &error), ERR_SYNTAX);
    alarm(0);
    assert_non_null(strstr(error.text, "the file is empty"));
    remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(kinds), cmocka_unit_test(sizes),
                                        cmocka_unit_test(fifo) };
    int fd = mkstemp(path);
    if (fd < 0)
        return EXIT_FAILURE;
    close(fd);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    remove(path);
    return failed;
}
