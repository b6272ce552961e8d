#include "support/temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

char temp_file[] = "/tmp/dnsbld-test-XXXXXX";
static const char pattern[] = "/tmp/dnsbld-test-XXXXXX";

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)kind, (void)at;
    return remove(path);
}

int temp_dir_setup(void **state)
{
    const char *top = getenv("TMPDIR");
    char *path = malloc(200);
    snprintf(path, 200, "%.150s/dnsbld-test-XXXXXX", top != NULL ? top : "/tmp");
    *state = path;
    return mkdtemp(path) == NULL;
}

int temp_dir_teardown(void **state)
{
    nftw(*state, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(*state);
    return 0;
}

const char *temp_dir_path(void **state, const char *name)
{
    static char path[4][300];
    static unsigned next;
    char *out = path[next++ % 4];
    snprintf(out, 300, "%s/%s", (const char *)*state, name);
    return out;
}

int temp_file_setup(void **state)
{
    (void)state;
    snprintf(temp_file, sizeof(temp_file), "%s", pattern);
    int fd = mkstemp(temp_file);
    return fd < 0 || close(fd) != 0;
}

int temp_file_teardown(void **state)
{
    (void)state;
    return unlink(temp_file);
}

void temp_replace_file(const char *path, const char *text)
{
    char new[96];
    snprintf(new, sizeof(new), "%s.new", path);
    FILE *file = fopen(new, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(chmod(new, 0600), 0);
    assert_int_equal(rename(new, path), 0);
}
