/*
 * YAML files of a schema: the one file of the daemon that names libcyaml.
 *
 * A section is an array of slots, one a row of its schema. All values are texts here: what they mean, and
 * whether they are in range, is settled elsewhere (schema_value.h), and yaml_file_where then says where one
 * stands. Unknown keys, keys that are missing or there twice, and lists or sections in the wrong place are
 * found here.
 */
#ifndef CONFIG_YAML_FILE_H
#define CONFIG_YAML_FILE_H

#include "base/error.h"
#include "config/schema.h"

#include <stdio.h>

/* The value of a row. NULL: it is not given. */
struct yaml_file_slot {
    union {
        char *text;   /* of a simple value */
        char **texts; /* SCHEMA_TEXTS: `count` of them */
        struct yaml_file_slot
            *slots; /* SCHEMA_SECTION; SCHEMA_SECTIONS: `count` sections, one after the other */
    };
    uint32_t count;
};

/* A file that was read. */
struct yaml_file;

/* Reads the file `path`, which is referred to, by `schema`. On failure `error` names path, line and column.
 * The caller frees *out with yaml_file_free. */
enum err yaml_file_read(const char *path, const struct schema_row *schema, struct yaml_file **out,
                        struct error *error) must_use;
void yaml_file_free(struct yaml_file *document);

/* The slots of the whole file. */
const struct yaml_file_slot *yaml_file_root(const struct yaml_file *document);

/* Fills in `error` with "path:line:column: " of where `text`, one of the file's texts, stands, and the
 * message; returns `code`. Reads the file's text once more. */
enum err yaml_file_where(const struct yaml_file *document, const char *text, struct error *error,
                         enum err code, const char *format, ...) printf_like(5, 6);

/* Writes `root`, the slots of `schema`, as YAML to `to`. */
enum err yaml_file_write(const struct schema_row *schema, const struct yaml_file_slot *root, FILE *to,
                         struct error *error) must_use;

#endif
