/* The configuration file: YAML by the schema -> struct config. See dnsbld.yaml(5). */
#ifndef CONFIG_CONFIG_FILE_H
#define CONFIG_CONFIG_FILE_H

#include "config/config.h"

/* Reads the file `path` into `config`, fresh from config_init; config->file then owns the texts. Whether
 * anything is missing is checked later (config_check). On failure `error` says what is wrong and where in the
 * file, and `config` holds part of it. Main thread. */
enum err config_file_read(const char *path, struct config *config, struct error *error) must_use;

#endif
