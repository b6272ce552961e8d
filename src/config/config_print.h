/* The configuration in force as a file that says the same: --print-config. */
#ifndef CONFIG_CONFIG_PRINT_H
#define CONFIG_CONFIG_PRINT_H

#include "config/config.h"

#include <stdio.h>

/* Writes `config`, whose lists have names, to `to` as YAML: all settings of the server, and of lists and
 * zones those that are not the defaults. Main thread. */
enum err config_print(const struct config *config, FILE *to, struct error *error) must_use;

#endif
