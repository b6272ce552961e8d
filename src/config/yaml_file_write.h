/* Writing the slots of a schema as YAML. */
#ifndef CONFIG_YAML_FILE_WRITE_H
#define CONFIG_YAML_FILE_WRITE_H

#include "config/yaml_file.h"

#include <stdio.h>

/* Writes `root`, the slots of `schema`, to `to`, keys in the order of the schema. Any thread. */
enum err yaml_file_write(const struct schema_row *schema, const struct yaml_file_slot *root, FILE *to,
                         struct error *error) must_use;

#endif
