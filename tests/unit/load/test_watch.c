#include "load/watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Two sets of a file each, "a" and "b" in the working directory, a fresh one for every test. */
static char *files_a[] = { (char *)"a" }, *files_b[] = { (char *)"link/b" };
static struct config_set sets[] = { { .spec = { "ip4set", files_a, 1 } },
                                    { .spec = { "ip4set", files_b, 1 } } };
static const struct config config = { .sets = sets, .sets_count = 2, .check_seconds = 3600 };
static struct watch *watch;
static struct set_state state_of[2];

static void write_file(const char *path, const char *text, bool old)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    struct timespec then[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
    if (old)
        assert_int_equal(utimensat(AT_FDCWD, path, then, 0), 0);
}

static int setup(void **state)
{
    (void)state;
    char folder[] = "/tmp/test_watch.XXXXXX";
    if (mkdtemp(folder) == NULL || chdir(folder) != 0 || mkdir("one", 0755) != 0 || mkdir("two", 0755) != 0)
        return -1;
    write_file("a", "1", true);
    write_file("one/b", "1", true);
    write_file("two/b", "22", true);
    struct error error;
    return symlink("one", "link") == 0 && watch_new(&config, &watch, &error) == OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    char folder[4096], command[5000];
    watch_free(watch);
    if (getcwd(folder, sizeof(folder)) == NULL || strncmp(folder, "/tmp/test_watch.", 16) != 0)
        return -1;
    snprintf(command, sizeof(command), "rm -r '%s'", folder);
    return system(command);
}

static void expect(bool a, bool b)
{
    assert_true(watch_wait(watch, state_of, INT64_MAX));
    assert_int_equal(state_of[0].changed, a);
    assert_int_equal(state_of[1].changed, b);
}

static void replaced(void **state)
{
    (void)state;
    write_file("new", "2", false);
    assert_int_equal(rename("new", "a"), 0);
    expect(true, false);
    write_file("one/b", "3", false); /* in place: complete when it is closed */
    expect(false, true);
    write_file("a", "4", false);
    write_file("one/b", "4", false);
    expect(true, true); /* together */
}

static void hard_link(void **state)
{
    (void)state;
    write_file("new", "2", true);
    assert_int_equal(unlink("a"), 0);
    assert_int_equal(link("new", "a"), 0);
    expect(true, false);
}

/* How a mounted volume is exchanged as a whole: the directory's link, not the file, is what changes. */
static void directory_link(void **state)
{
    (void)state;
    assert_int_equal(symlink("two", "link.new"), 0);
    assert_int_equal(rename("link.new", "link"), 0);
    watch_check(watch);
    expect(false, true);
    write_file("two/b", "333", false); /* the new directory is watched from now on */
    expect(false, true);
}

/* While one file is still being written another one of its directory arrives: only that one counts. */
static void half_written(void **state)
{
    (void)state;
    FILE *f = fopen("a", "w");
    assert_non_null(f);
    fputs("half", f);
    fflush(f);
    write_file("other", "x", false);
    write_file("one/b", "2", false);
    expect(false, true);
    fclose(f);
    expect(true, false);
}

static void asked(void **state)
{
    (void)state;
    watch_set_read(watch, 0, NULL); /* it could not be read */
    watch_check(watch);
    expect(true, false);
    close(open("a", O_WRONLY)); /* as after writing, but nothing was written */
    watch_stop(watch);
    assert_false(watch_wait(watch, state_of, INT64_MAX));
}

/* Other content of the same size, with the modification time put back. */
static void same_size_and_time(void **state)
{
    (void)state;
    write_file("a", "2", true);
    expect(true, false);
}

static void woken(void **state)
{
    (void)state;
    assert_true(watch_wait(watch, state_of, 1000000000));
    assert_false(state_of[0].changed || state_of[1].changed);
    write_file("a", "22", false);
    expect(true, false);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(replaced),     TEST(hard_link), TEST(directory_link),
                                        TEST(half_written), TEST(asked),     TEST(same_size_and_time),
                                        TEST(woken) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
