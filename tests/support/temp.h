/* Temporary files and directories of tests. */
#ifndef SUPPORT_TEMP_H
#define SUPPORT_TEMP_H

/* For cmocka: *state is the path of an empty directory, in TMPDIR or /tmp. */
int temp_dir_setup(void **state);
int temp_dir_teardown(void **state);

/* A path in that directory; the last four are valid. */
const char *temp_dir_path(void **state, const char *name);

/* For cmocka: makes and removes the empty file temp_file. */
extern char temp_file[];
int temp_file_setup(void **state);
int temp_file_teardown(void **state);

/* Replaces a file by one with this text, which only its owner can read: a new inode, as editors write. */
void temp_replace_file(const char *path, const char *text);

#endif
