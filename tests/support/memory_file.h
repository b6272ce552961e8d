/* Texts as files that need no disk, for code that reads paths. */
#ifndef SUPPORT_MEMORY_FILE_H
#define SUPPORT_MEMORY_FILE_H

#include <stddef.h>

/* The path of a new file with this content; for memory_file_free. Aborts when it cannot be made. */
char *memory_file_new(const char *text, size_t length);

void memory_file_free(char *path);

#endif
