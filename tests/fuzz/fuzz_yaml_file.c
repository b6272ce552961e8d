/* Parses bytes by the schema of the configuration; what is accepted is written and must parse as the same. */
#include "config/yaml_file.h"
#include "support/must.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *write_text(const struct yaml_file *file, size_t *length)
{
    char *text = NULL;
    struct error error;
    FILE *to = open_memstream(&text, length);
    must(to != NULL && yaml_file_write(schema_root, yaml_file_root(file), to, &error) == OK,
         "what was parsed can be written");
    fclose(to);
    return text;
}

/* Every text has a place in a file of `size` bytes. */
static void check_text(const struct yaml_file *file, const char *text, size_t size)
{
    struct error error;
    size_t line = 0, column = 0;
    must(*text != '\0', "a text is not empty");
    (void)yaml_file_error(file, text, &error, ERR_SYNTAX, "here");
    must(sscanf(error.text, "f:%zu:%zu: here", &line, &column) == 2, "a text has a place");
    must(line >= 1 && line <= size + 1 && column >= 1 && column <= size + 1, "a place lies in the file");
}

static void check_section(const struct yaml_file *file, const struct schema_row *section,
                          const struct yaml_file_slot *slots, size_t size)
{
    for (size_t i = 0; section[i].key != NULL; i++) {
        const struct yaml_file_slot *slot = &slots[i];
        must(slot->text != NULL || !section[i].required, "a required key is given");
        if (slot->text == NULL)
            continue;
        if (section[i].type < SCHEMA_TEXTS)
            check_text(file, slot->text, size);
        else if (section[i].type == SCHEMA_SECTION)
            check_section(file, section[i].section, slot->slots, size);
        for (size_t j = 0; section[i].type == SCHEMA_TEXTS && j < slot->count; j++)
            check_text(file, slot->texts[j], size);
        for (size_t j = 0; section[i].type == SCHEMA_SECTIONS && j < slot->count; j++)
            check_section(file, section[i].section, slot->slots + j * schema_count(section[i].section), size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct yaml_file *file = NULL, *again = NULL;
    struct error error = { 0 };
    size_t first_length, second_length;
    enum err err = yaml_file_parse("f", (const char *)data, size, schema_root, &file, &error);
    if (err != OK) {
        must(file == NULL && error.code == err && strncmp(error.text, "f:", 2) == 0,
             "a failure says where and gives nothing");
        must(strchr(error.text, '\n') == NULL, "an error is one line");
        return 0;
    }
    check_section(file, schema_root, yaml_file_root(file), size);
    char *first = write_text(file, &first_length);
    yaml_file_free(file);
    must(yaml_file_parse("g", first, first_length, schema_root, &again, &error) == OK,
         "what was written can be parsed");
    char *second = write_text(again, &second_length);
    yaml_file_free(again);
    must(first_length == second_length && memcmp(first, second, first_length) == 0,
         "what was written says the same");
    free(first);
    free(second);
    return 0;
}
