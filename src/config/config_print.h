/* --print-config: the configuration in force as a file with the same meaning. */
#ifndef CONFIG_CONFIG_PRINT_H
#define CONFIG_CONFIG_PRINT_H

#include "config/config.h"

#include <stdio.h>

/* Writes `config`, whose lists must have names, to `to` as YAML: all settings of the server, and those of
 * lists, rules and zones that differ from the defaults. Main thread. */
enum err config_print(const struct config *config, FILE *to, struct error *error) must_use;

#endif
