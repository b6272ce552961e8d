/* The configuration file: YAML by the schema <-> struct config. See dnsbld.yaml(5). Main thread. */
#ifndef CONFIG_CONFIG_FILE_H
#define CONFIG_CONFIG_FILE_H

#include "config/config.h"

#include <stdio.h>

/* Reads the file `path` into `config`, fresh from config_init; config->file then owns the texts. Whether
 * anything is missing is checked later (config_complete). On failure `error` says what is wrong and where in
 * the file, and `config` holds part of it. */
enum err config_file_read(const char *path, struct config *config, struct error *error) must_use;

/* --print-config: writes `config`, whose lists must have names, to `to` as a file of the same meaning: all
 * settings of the server, and those of lists, rules and zones that differ from the defaults. */
enum err config_print(const struct config *config, FILE *to, struct error *error) must_use;

#endif
