/*
 * YAML files of a schema: the one file of the daemon that names libcyaml.
 *
 * A section is an array of slots, one a row of its schema. All values are texts here: what they mean, and
 * whether they are in range, is settled elsewhere (setting.h), and document_where then says where one stands.
 * Unknown keys, keys that are missing or there twice, and lists or sections in the wrong place are found
 * here.
 */
#ifndef CONFIG_YAML_H
#define CONFIG_YAML_H

#include "base/error.h"
#include "config/schema.h"

#include <stdio.h>

/* The value of a row. NULL: it is not given. */
struct document_slot {
    union {
        char *text;   /* of a simple value */
        char **texts; /* SCHEMA_TEXTS: `count` of them */
        struct document_slot
            *slots; /* SCHEMA_SECTION; SCHEMA_SECTIONS: `count` sections, one after the other */
    };
    uint32_t count;
};

/* A file that was read. */
struct document;

/* Reads the file `path`, which is referred to, by `schema`. On failure `error` names path, line and column.
 * The caller frees *out with document_free. */
enum err document_read(const char *path, const struct schema_row *schema, struct document **out,
                       struct error *error) must_use;
void document_free(struct document *document);

/* The slots of the whole file. */
const struct document_slot *document_root(const struct document *document);

/* Fills in `error` with "path:line:column: " of where `text`, one of the file's texts, stands, and the
 * message; returns `code`. Reads the file's text once more. */
enum err document_where(const struct document *document, const char *text, struct error *error, enum err code,
                        const char *format, ...) printf_like(5, 6);

/* Writes `root`, the slots of `schema`, as YAML to `to`. */
enum err document_write(const struct schema_row *schema, const struct document_slot *root, FILE *to,
                        struct error *error) must_use;

#endif
