#include "base/field_line.h"

#include "base/file_stamp.h"
#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Room for half a million keys. A line of a larger file, which is one of another kind, could take all memory.
 */
#define FILE_MIB_MAX 64

/* Enough to see a pattern; a file of another kind would fill the log. */
#define INVALID_LINES_LOGGED 20

static const char blanks[] = " \t\r\n";

char *field_line_word(char **line)
{
    char *word = *line + strspn(*line, blanks);
    if (*word == '\0' || *word == '#') {
        *line = word + strlen(word);
        return NULL;
    }
    char *end = word + strcspn(word, blanks);
    *line = *end != '\0' ? end + 1 : end;
    *end = '\0';
    return word;
}

char *field_line_value(char *word, const char *name)
{
    size_t length = strlen(name);
    return strncmp(word, name, length) == 0 && word[length] == '=' ? word + length + 1 : NULL;
}

int field_line_hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;
    return at != NULL ? (int)(at - digits) % 16 : -1;
}

bool field_line_hex(const char *hex, uint8_t *out, size_t size)
{
    if (strlen(hex) != 2 * size)
        return false;
    for (const char *c = hex; *c != '\0'; c++)
        if (field_line_hex_digit(*c) < 0)
            return false;
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)(field_line_hex_digit(hex[2 * i]) << 4 | field_line_hex_digit(hex[2 * i + 1]));
    return true;
}

static enum err parse_line(char *line, size_t length, field_line_parser *parse, void *context,
                           struct error *error)
{
    if (strlen(line) != length)
        return error_set(error, ERR_SYNTAX, "a zero byte");
    if (length > 0 && line[length - 1] == '\n')
        line[length - 1] = '\0';
    return parse(context, line, error);
}

enum err field_line_parse_all(FILE *file, const char *path, field_line_parser *parse, void *context,
                              struct error *error)
{
    char *line = NULL;
    size_t size = 0;
    unsigned long number = 1;
    unsigned invalid = 0;
    enum err err = OK;
    struct stat status;
    if (fstat(fileno(file), &status) == 0 && status.st_size > FILE_MIB_MAX << 20)
        return error_set(error, ERR_LIMIT, "%s: larger than %d MiB", path, FILE_MIB_MAX);
    errno = 0;
    for (ssize_t length; err != ERR_MEMORY && (length = getline(&line, &size, file)) >= 0; number++) {
        struct error why;
        err = parse_line(line, (size_t)length, parse, context, &why);
        if (err == ERR_MEMORY)
            error_set(error, err, "%s: out of memory", path);
        else if (err != OK && invalid++ == 0)
            error_set(error, ERR_SYNTAX, "%s:%lu: %s", path, number, why.text);
        else if (err != OK && invalid <= INVALID_LINES_LOGGED)
            log_error("%s:%lu: %s", path, number, why.text);
    }
    free(line);
    if (err == ERR_MEMORY)
        return err;
    if (invalid > 0)
        return ERR_SYNTAX;
    return feof(file) ? OK : error_set(error, ERR_SYSTEM, "%s: cannot be read: %s", path, strerror(errno));
}

enum err field_line_read_file(const char *path, field_line_parser *parse, void *context, struct stat *status,
                              struct error *error)
{
    FILE *file;
    struct stat opened;
    enum err err = file_stamp_open(path, &file, &opened, error);
    if (err != OK)
        return err;
    err = field_line_parse_all(file, path, parse, context, error);
    fclose(file);
    if (err == OK)
        *status = opened;
    return err;
}
