/*
 * YAML files of a schema: events of libyaml -> slots.
 *
 * A section is an array of slots, one for each row of its schema. All values are texts here; schema.h
 * says what they mean and whether they are in range, and yaml_file_error then says where one stands. Unknown,
 * missing and duplicate keys, and values of the wrong kind are found here. --print-config builds a file slot
 * by slot instead, and yaml_file_write writes it.
 *
 * Aborts without memory (alloc.h). One thread at a time.
 */
#ifndef CONFIG_YAML_FILE_H
#define CONFIG_YAML_FILE_H

#include "base/error.h"
#include "config/schema.h"

#include <stdio.h>

/* The value of a row. NULL: the key is not given; an empty list is not NULL. */
struct yaml_file_slot {
    union {
        char *text;                   /* of a simple value */
        char **texts;                 /* SCHEMA_TEXTS: `count` of them */
        struct yaml_file_slot *slots; /* SCHEMA_SECTION; SCHEMA_SECTIONS: `count` sections in a row */
    };
    uint32_t count;
};

/* A file, with all its slots and texts. */
struct yaml_file;

/* Reads the file `path`, which is referred to, by `schema`. On failure `error` names path, line and column.
 * The caller frees *out with yaml_file_free. */
enum err yaml_file_read(const char *path, const struct schema_row *schema, struct yaml_file **out,
                        struct error *error) must_use;

/* Likewise from `size` bytes in memory, which are not referred to afterwards. Linear in `size`: aliases are
 * refused, as aliases of aliases would make a small file fill the memory. */
enum err yaml_file_parse(const char *path, const char *bytes, size_t size, const struct schema_row *schema,
                         struct yaml_file **out, struct error *error) must_use;

/* A file with no key given. */
struct yaml_file *yaml_file_new(const struct schema_row *schema);

/* Frees the file with its slots and texts. NULL: nothing. */
void yaml_file_free(struct yaml_file *file);

/* The slots of the whole file. */
struct yaml_file_slot *yaml_file_root(const struct yaml_file *file);

/* The slot of the row `key`, which must be there, among `slots` of `section`; const if those are. */
struct yaml_file_slot *yaml_file_get(const struct schema_row *section, const struct yaml_file_slot *slots,
                                     const char *key);

/* True when no key of `section` is given in `slots`, but for sections that are empty likewise. */
bool yaml_file_is_empty(const struct schema_row *section, const struct yaml_file_slot *slots);

/* Fill in a slot: a text; an empty list; one more text; one more section with all its slots empty, which are
 * returned and valid until the next is added to this slot. Texts are copied. */
void yaml_file_set_text(struct yaml_file *file, struct yaml_file_slot *slot, const char *text);
void yaml_file_set_empty(struct yaml_file *file, struct yaml_file_slot *slot);
void yaml_file_add_text(struct yaml_file *file, struct yaml_file_slot *slot, const char *text);
struct yaml_file_slot *yaml_file_add_section(struct yaml_file *file, struct yaml_file_slot *slot,
                                             const struct schema_row *section);

/* Writes `root`, the slots of `schema`, to `to`: keys in the order of the schema, without empty sections. Any
 * thread. */
enum err yaml_file_write(const struct schema_row *schema, const struct yaml_file_slot *root, FILE *to,
                         struct error *error) must_use;

/* Fills in `error` with "path:line:column: " of where `text`, one of the file's texts, stands, and the
 * message; returns `code`. */
enum err yaml_file_error(const struct yaml_file *file, const char *text, struct error *error, enum err code,
                         const char *format, ...) printf_like(5, 6);

#endif
