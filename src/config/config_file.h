/* The configuration file: YAML by the schema -> struct config. See dnsbld.yaml(5). */
#ifndef CONFIG_CONFIG_FILE_H
#define CONFIG_CONFIG_FILE_H

#include "config/config.h"

/* Reads the file `path` into `config`, fresh from config_init; its settings and lists stay referred to in
 * config->file. Whether all that is needed is there is not asked here (config_check). On failure `error` says
 * where in the file what is wrong, and `config` holds part of it. Main thread. */
enum err config_file_read(const char *path, struct config *config, struct error *error) must_use;

#endif
