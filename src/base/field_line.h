/*
 * Lines of words, as in the key file and the token file.
 *
 *   WORD WORD NAME=VALUE   # comment
 *
 * Spaces and tabs separate words. `#` at the start of a word begins a comment; within a word it is a
 * character like others. Everything works in place. Any thread.
 */
#ifndef BASE_FIELD_LINE_H
#define BASE_FIELD_LINE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <sys/stat.h>

/* Cuts the next word off *line and returns it; NULL at the end of the line or at a comment. */
char *field_line_word(char **line);

/* The VALUE of a word NAME=VALUE; NULL if it has another name. */
char *field_line_value(char *word, const char *name);

/* The value of a hexadecimal digit of either case, or -1. */
int field_line_hex_digit(char c);

/* Parses exactly 2 * `size` hexadecimal digits of either case. False: `out` is untouched. */
bool field_line_hex(const char *hex, uint8_t *out, size_t size) must_use;

/* Parses one line, without its newline, in place. It is called for lines without words too. On failure
 * `error` says what is wrong, without file and line. */
typedef enum err field_line_parser(void *context, char *line, struct error *error);

/* Parses all lines of an open file of at most 64 MiB, which the caller closes. ERR_LIMIT: it is larger, and
 * nothing was parsed. ERR_SYNTAX: some line is not valid; `error` names `path`, the first such line and the
 * reason; the next 19 are logged. ERR_MEMORY from the parser ends the reading at once. ERR_SYSTEM: the file
 * cannot be read to its end. */
enum err field_line_parse_all(FILE *file, const char *path, field_line_parser *parse, void *context,
                              struct error *error) must_use;

/* Opens the file as file_stamp_open does, parses all its lines and closes it. *status is that of what was
 * opened, set on success. Errors are those of both. */
enum err field_line_read_file(const char *path, field_line_parser *parse, void *context, struct stat *status,
                              struct error *error) must_use;

#endif
