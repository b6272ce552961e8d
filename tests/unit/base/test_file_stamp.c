/* Stamps of files: what makes two differ, and files that cannot be read. */
#include "base/file_stamp.h"
#include "support/temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void write_file(const char *text)
{
    FILE *file = fopen(temp_file, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void fields(void **state)
{
    static const struct file_stamp base = { 1, 2, 3, { 4, 5 }, { 6, 7 } };
    static const struct file_stamp others[] = {
        { 9, 2, 3, { 4, 5 }, { 6, 7 } }, { 1, 9, 3, { 4, 5 }, { 6, 7 } }, { 1, 2, 9, { 4, 5 }, { 6, 7 } },
        { 1, 2, 3, { 9, 5 }, { 6, 7 } }, { 1, 2, 3, { 4, 9 }, { 6, 7 } }, { 1, 2, 3, { 4, 5 }, { 9, 7 } },
        { 1, 2, 3, { 4, 5 }, { 6, 9 } },
    };
    (void)state;
    assert_true(file_stamp_equal(&base, &base));
    for (size_t i = 0; i < ARRAY_SIZE(others); i++)
        assert_false(file_stamp_equal(&base, &others[i]));
}

/* A change of one byte that keeps size and modification time is seen, too. */
static void changes(void **state)
{
    struct file_stamp stamp = { .size = 0 };
    const struct timespec past[2] = { { 1000000000, 1 }, { 1000000000, 1 } };
    struct stat status;
    (void)state;
    write_file("one");
    assert_int_equal(utimensat(AT_FDCWD, temp_file, past, 0), 0);
    assert_true(file_stamp_changed(temp_file, &stamp));
    assert_false(file_stamp_changed(temp_file, &stamp));
    assert_int_equal(stat(temp_file, &status), 0);
    struct file_stamp same = file_stamp_of(&status);
    assert_true(file_stamp_equal(&stamp, &same));
    assert_int_equal(stamp.size, 3);
    usleep(20000); /* the kernel's clock for files ticks every 4 to 10 ms */
    write_file("two");
    assert_int_equal(utimensat(AT_FDCWD, temp_file, past, 0), 0);
    assert_true(file_stamp_changed(temp_file, &stamp));
    assert_false(file_stamp_changed("/nonexistent/file", &stamp));
    assert_false(file_stamp_get("/nonexistent/file", &stamp));
    assert_int_equal(stamp.mtime.tv_sec, 1000000000);
    assert_false(file_stamp_changed(temp_file, &stamp));
}

/* A change within the same tick of the file system's clock may leave the same stamp. */
static void recent(void **state)
{
    struct file_stamp stamp = { .size = 0 };
    struct timespec now;
    (void)state;
    write_file("one");
    assert_true(file_stamp_get(temp_file, &stamp));
    stamp.mtime.tv_sec = 1000000000;
    assert_true(file_stamp_is_recent(&stamp));
    usleep(30000);
    assert_false(file_stamp_is_recent(&stamp));
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    stamp.ctime = (struct timespec){ now.tv_sec + 1000, now.tv_nsec };
    assert_false(file_stamp_is_recent(&stamp));
    stamp.ctime = (struct timespec){ 0, 0 };
    assert_false(file_stamp_is_recent(&stamp));
    stamp.ctime.tv_sec = INT32_MIN; /* the least that file systems store */
    assert_false(file_stamp_is_recent(&stamp));
}

/* Due when it has changed and was the same at two checks; one that is gone, once. */
static void settled(void **state)
{
    struct polled_file file = { .path = temp_file }, none = { .again = true };
    (void)state;
    write_file("1");
    assert_false(file_stamp_due(&file)); /* new, but it may still be written to */
    assert_true(file_stamp_due(&file));
    assert_false(file_stamp_due(&file));
    write_file("22");
    assert_false(file_stamp_due(&file));
    write_file("333");
    assert_false(file_stamp_due(&file));
    assert_true(file_stamp_due(&file));
    file.again = true;
    assert_true(file_stamp_due(&file));
    assert_false(file_stamp_due(&file));
    file.path = "/nonexistent/file";
    assert_false(file_stamp_due(&file));
    assert_true(file_stamp_due(&file));
    assert_false(file_stamp_due(&file));
    assert_false(file_stamp_due(&none));
}

static void reading(void **state)
{
    struct error error;
    char *text = NULL;
    (void)state;
    write_file("secret\n");
    assert_int_equal(chmod(temp_file, 0600), 0);
    assert_int_equal(file_stamp_read(temp_file, true, &text, &error), OK);
    assert_string_equal(text, "secret\n");
    free(text);
    assert_int_equal(chmod(temp_file, 0644), 0);
    assert_int_equal(file_stamp_read(temp_file, true, &text, &error), ERR_REFUSED);
    assert_non_null(strstr(error.text, temp_file));
    assert_int_equal(file_stamp_read(temp_file, false, &text, &error), OK);
    free(text);
    assert_int_equal(truncate(temp_file, 1 << 20), 0);
    assert_int_equal(file_stamp_read(temp_file, false, &text, &error), OK);
    free(text);
    assert_int_equal(truncate(temp_file, (1 << 20) + 1), 0);
    assert_int_equal(file_stamp_read(temp_file, false, &text, &error), ERR_SYSTEM);
    assert_int_equal(file_stamp_read("/nonexistent/file", false, &text, &error), ERR_SYSTEM);
    assert_non_null(strstr(error.text, "/nonexistent/file: cannot be read"));
}

/* What is no regular file is refused at once: a FIFO without a writer would be waited for. */
static void irregular(void **state)
{
    char fifo[] = "/tmp/file-stamp-XXXXXX", path[64];
    const char *const table[] = { path, fifo, "/dev/null", "/dev/zero" };
    FILE *file = NULL;
    struct stat status;
    struct error error;
    (void)state;
    assert_non_null(mkdtemp(fifo));
    snprintf(path, sizeof(path), "%s/fifo", fifo);
    assert_int_equal(mkfifo(path, 0600), 0);
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        assert_int_equal(file_stamp_open(table[i], &file, &status, &error), ERR_SYSTEM);
        assert_null(file);
        assert_non_null(strstr(error.text, table[i]));
        assert_non_null(strstr(error.text, "not a regular file"));
    }
    unlink(path);
    rmdir(fifo);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(fields),  cmocka_unit_test(changes),
                                        cmocka_unit_test(recent),  cmocka_unit_test(settled),
                                        cmocka_unit_test(reading), cmocka_unit_test(irregular) };
    return cmocka_run_group_tests(tests, temp_file_setup, temp_file_teardown);
}
