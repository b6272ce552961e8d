/* Files: how they are cut into lines, gzip, several to a set, and what ends a load. */
#include "base/clock.h"
#include "base/file_stamp.h"
#include "support/list_text.h"
#include "support/memory_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define LONGEST 32768

/* Appends `text` as one gzip member and returns its length. */
static size_t gzip(uint8_t *out, size_t room, const char *text)
{
    z_stream z = { 0 };
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (uint8_t *)(uintptr_t)text;
    z.avail_in = (unsigned)strlen(text);
    z.next_out = out;
    z.avail_out = (unsigned)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return z.total_out;
}

static struct set_data *load_bytes(const void *bytes, size_t length, const struct load_options *options,
                                   struct list_text *got)
{
    char *path = memory_file_new(bytes, length);
    struct set_data *set = list_text_load_files("ip4set", &path, 1, options, got);
    memory_file_free(path);
    return set;
}

static void ends(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
        uint64_t lines, entries, bad;
        const char *why;
    } table[] = {
        { "", "", 0, 0, 0, "empty file" },
        { "\n", "", 1, 0, 0, "empty line" },
        { "1.2.3.4\n1.2.3.5\n", "1.2.3.4, 1.2.3.5", 2, 2, 0, "two lines" },
        { "1.2.3.4\r\n1.2.3.5 x\r\n\r\n:5\r\n", "1.2.3.4, 1.2.3.5 :2:x", 4, 2, 0, "CRLF" },
        { "1.2.3.4\n1.2.3.5", "warn 2, 1.2.3.4, 1.2.3.5", 2, 2, 0,
          "the last line without a newline is read" },
        { "1.2.3.4\nx", "warn 2, bad 2, 1.2.3.4", 2, 1, 1, "and may be bad" },
        { "#c\n$TTL 5\n:5\n1.2/15\nx\n", "bad 5, 1.2.0.0-1.3.255.255 :5:", 5, 1, 1,
          "what counts as an entry" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct list_text got;
        print_message("%s\n", table[i].why);
        struct set_data *set = load_bytes(table[i].text, strlen(table[i].text), NULL, &got);
        assert_string_equal(got.text, table[i].expected);
        assert_int_equal(set->lines, table[i].lines);
        assert_int_equal(set->entries, table[i].entries);
        assert_int_equal(set->bad, table[i].bad);
        assert_int_equal(set->bytes, strlen(table[i].text));
        set_free(set);
    }
}

/* A line of `length` bytes, then another; the first is an entry with a long text. */
static void check_long(size_t length, bool newline, const char *expected_start)
{
    static char text[1 << 20];
    struct list_text got;
    memset(text, 'x', length);
    memcpy(text, "1.2.3.4 # ", 10);
    size_t size = length;
    if (newline)
        size += (size_t)sprintf(text + length, "\n1.2.3.5\n");
    print_message("%zu bytes\n", length);
    struct set_data *set = load_bytes(text, size, NULL, &got);
    assert_string_equal(got.text, expected_start);
    assert_int_equal(set->lines, newline ? 2 : 1);
    set_free(set);
}

static void long_lines(void **state)
{
    (void)state;
    static const size_t buffer = 256 << 10;
    check_long(LONGEST - 1, true, "1.2.3.4, 1.2.3.5");
    check_long(LONGEST, true, "1.2.3.4, 1.2.3.5");
    check_long(LONGEST + 1, true, "warn 1, 1.2.3.4, 1.2.3.5");
    check_long(buffer - 1, true, "warn 1, 1.2.3.4, 1.2.3.5");
    check_long(buffer, true, "warn 1, 1.2.3.4, 1.2.3.5");
    check_long(buffer + 1, true, "warn 1, 1.2.3.4, 1.2.3.5");
    check_long(3 * buffer + 7, true, "warn 1, 1.2.3.4, 1.2.3.5");
    check_long(LONGEST, false, "warn 1, 1.2.3.4");
    check_long(3 * buffer, false, "warn 1, 1.2.3.4");
}

/* Lines of every length across the ends of the buffer. */
static void many_lines(void **state)
{
    (void)state;
    enum { LINES = 60000 };
    char *text = malloc(LINES * 40), *p = text;
    for (unsigned i = 0; i < LINES; i++)
        p += sprintf(p, "1.%u.%u.%u%*s\n", i >> 16, i >> 8 & 255, i & 255, (int)(i % 20), "");
    struct list_text got;
    struct set_data *set = load_bytes(text, (size_t)(p - text), NULL, &got);
    size_t count;
    struct entry4 *e = list_text_entries4(set, &count);
    assert_int_equal(count, LINES);
    for (unsigned i = 0; i < LINES; i++)
        assert_int_equal(e[i].first, 1u << 24 | i);
    free(e);
    assert_int_equal(set->bytes, p - text);
    set_free(set);
    free(text);
}

static void compressed(void **state)
{
    (void)state;
    uint8_t bytes[400];
    struct list_text got;
    size_t one = gzip(bytes, sizeof(bytes), "1.2.3.4\n1.2.");
    struct set_data *set;

    size_t two = one + gzip(bytes + one, sizeof(bytes) - one, "3.5\n");
    set = load_bytes(bytes, two, NULL, &got);
    assert_string_equal(got.text, "1.2.3.4, 1.2.3.5");
    assert_int_equal(set->bytes, 16);
    set_free(set);

    struct load_options no_gunzip = { .default_ttl = 1, .no_gunzip = true };
    assert_null(load_bytes(bytes, two, &no_gunzip, &got));
    assert_non_null(strstr(got.text, "is compressed"));

    assert_null(load_bytes(bytes, two - 1, NULL, &got));
    assert_non_null(strstr(got.text, "damaged gzip file: unexpected end of file"));
    assert_null(load_bytes(bytes, one / 2, NULL, &got));
    assert_non_null(strstr(got.text, "damaged gzip file"));
    bytes[one - 8] ^= 1;
    assert_null(load_bytes(bytes, two, NULL, &got));
    assert_non_null(strstr(got.text, "damaged gzip file"));

    size_t none = gzip(bytes, sizeof(bytes), "");
    set = load_bytes(bytes, none, NULL, &got);
    assert_int_equal(set->lines, 0);
    set_free(set);
}

static void several_files(void **state)
{
    (void)state;
    static const struct {
        const char *type, *first, *second, *expected, *why;
    } table[] = {
        { "ip4set", ":5:x\n1.2.3.4\n:6:y\n", "1.2.3.5\n", "1.2.3.4 :5:x, 1.2.3.5",
          "defaults end with the file" },
        { "dnset", ":5:x\na\n", "b\n", "=a :5:x, =b", "of names too" },
        { "ip4tset", "1.2.3.4\n", ":5:q\n1.2.3.5\n", "1.2.3.4 :5:q, 1.2.3.5 :5:q",
          "but not of a set of one value" },
        { "ip4set", "$MAXRANGE4 1\n", "1.2.3.0/30\n", "bad 1", "$MAXRANGE4 goes on" },
        { "ip4set", "1.2.3.4", "1.2.3.5\n", "warn 1, 1.2.3.4, 1.2.3.5",
          "no line goes over the end of a file" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct list_text got;
        char *paths[] = { memory_file_new(table[i].first, strlen(table[i].first)),
                          memory_file_new(table[i].second, strlen(table[i].second)) };
        print_message("%s\n", table[i].why);
        struct set_data *set = list_text_load_files(table[i].type, paths, 2, NULL, &got);
        assert_string_equal(got.text, table[i].expected);
        set_free(set);
        memory_file_free(paths[0]);
        memory_file_free(paths[1]);
    }
}

static void identity(void **state)
{
    (void)state;
    char older[] = "/tmp/dnsbld-set-XXXXXX", newer[] = "/tmp/dnsbld-set-XXXXXX";
    char *paths[] = { newer, older };
    struct timespec times[2][2] = { { { 1000, 1 }, { 1000, 123 } }, { { 2000, 1 }, { 2000, 456 } } };
    struct stat st[2];
    for (unsigned i = 0; i < 2; i++) {
        int fd = mkstemp(paths[i]);
        assert_int_equal(write(fd, "1.2.3.4\n", 8), 8);
        assert_int_equal(futimens(fd, times[1 - i]), 0);
        assert_int_equal(fstat(fd, &st[i]), 0);
        close(fd);
    }
    struct list_text got;
    struct set_data *set = list_text_load_files("ip4set", paths, 2, NULL, &got);
    assert_int_equal(set->mtime, 2000);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(set->stamps[i].device, st[i].st_dev);
        assert_int_equal(set->stamps[i].inode, st[i].st_ino);
        assert_int_equal(set->stamps[i].size, 8);
        assert_int_equal(set->stamps[i].mtime.tv_nsec, times[1 - i][1].tv_nsec);
        unlink(paths[i]);
    }
    set_free(set);
}

/* A time that no calendar has, as far as the file system stores it. */
static void far_future(void **state)
{
    char name[] = "/tmp/dnsbld-set-XXXXXX", *paths[] = { name };
    const struct timespec times[2] = { { 1000000000000, 1 }, { 1000000000000, 1 } };
    struct stat st;
    struct list_text got;
    int fd = mkstemp(name);
    (void)state;
    assert_int_equal(futimens(fd, times), 0);
    assert_int_equal(fstat(fd, &st), 0);
    close(fd);
    struct set_data *set = list_text_load_files("ip4set", paths, 1, NULL, &got);
    assert_int_equal(set->mtime, st.st_mtim.tv_sec < CLOCK_LATEST ? st.st_mtim.tv_sec : CLOCK_LATEST);
    unlink(name);
    set_free(set);
}

static char changing[] = "/tmp/dnsbld-set-XXXXXX";

static void append(void *context, const char *file, unsigned long line, bool bad, const char *reason)
{
    (void)context, (void)line, (void)bad, (void)reason;
    int fd = open(file, O_WRONLY | O_APPEND);
    assert_int_equal(write(fd, "#\n", 2), 2);
    close(fd);
}

static void touch(void *context, const char *file, unsigned long line, bool bad, const char *reason)
{
    (void)context, (void)line, (void)bad, (void)reason;
    struct timespec times[2] = { { 5, 5 }, { 5, 5 } };
    assert_int_equal(utimensat(AT_FDCWD, file, times, 0), 0);
}

static void replace(void *context, const char *file, unsigned long line, bool bad, const char *reason)
{
    char other[] = "/tmp/dnsbld-set-XXXXXX";
    (void)context, (void)line, (void)bad, (void)reason;
    close(mkstemp(other));
    assert_int_equal(rename(other, file), 0);
}

static void removed(void *context, const char *file, unsigned long line, bool bad, const char *reason)
{
    (void)context, (void)line, (void)bad, (void)reason;
    unlink(file);
}

/* The report of an invalid line is called during reading: it changes the file. */
static void changed(void **state)
{
    (void)state;
    void (*const changes[])(void *, const char *, unsigned long, bool, const char *) = { append, touch,
                                                                                         replace, removed };
    for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
        char path[sizeof(changing)], *paths[] = { path };
        memcpy(path, changing, sizeof(path));
        int fd = mkstemp(path);
        assert_int_equal(write(fd, "bad\n1.2.3.4\n", 12), 12);
        close(fd);
        struct set_data *set = NULL;
        struct set_spec spec = { "ip4set", paths, 1 };
        struct load_options options = { .default_ttl = 1, .now = LIST_TEXT_NOW, .report = changes[i] };
        struct error error;
        assert_int_equal(set_load(&spec, &options, &set, &error), ERR_CHANGED);
        assert_null(set);
        assert_non_null(strstr(error.text, "changed while it was read"));
        assert_non_null(strstr(error.text, path));
        unlink(path);
    }
}

static void refused(void **state)
{
    (void)state;
    struct list_text got;
    char *missing = (char[]){ "/nonexistent/file" }, *folder = (char[]){ "/tmp" },
         *device = (char[]){ "/dev/zero" };
    assert_null(list_text_load_files("ip4set", &missing, 1, NULL, &got));
    assert_string_equal(got.text, "/nonexistent/file: cannot open: No such file or directory");
    assert_null(list_text_load_files("ip4set", &folder, 1, NULL, &got));
    assert_string_equal(got.text, "/tmp: not a regular file");
    assert_null(list_text_load_files("ip4set", &device, 1, NULL, &got));
    assert_string_equal(got.text, "/dev/zero: not a regular file");
    assert_null(list_text_load_files("ip4", &device, 1, NULL, &got));
    assert_string_equal(got.text, "unknown set type \"ip4\"");
}

/* A line with a zero byte is invalid, and so is one that is not text; the others are entries. */
static void arbitrary_bytes(void **state)
{
    (void)state;
    struct list_text got;
    static const char text[] = "1.2.3.4\0 x\n\0\n1.2.3.5 \0\n1.2.3.6 :5:a\0b\n\xff\xfe\n1.2.3.7\n";
    struct set_data *set = load_bytes(text, sizeof(text) - 1, NULL, &got);
    assert_int_equal(set->lines, 6);
    assert_int_equal(set->entries, 1);
    assert_int_equal(set->bad, 5);
    set_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends),          cmocka_unit_test(long_lines),
        cmocka_unit_test(many_lines),    cmocka_unit_test(compressed),
        cmocka_unit_test(several_files), cmocka_unit_test(identity),
        cmocka_unit_test(far_future),    cmocka_unit_test(changed),
        cmocka_unit_test(refused),       cmocka_unit_test(arbitrary_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
