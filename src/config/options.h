/* The command line: rbldnsd's own, and long options for what it has no word for. One table drives all. */
#ifndef CONFIG_OPTIONS_H
#define CONFIG_OPTIONS_H

#include "config/config.h"

#include <stdio.h>

enum options_action { OPTIONS_SERVE, OPTIONS_PRINT, OPTIONS_HELP, OPTIONS_VERSION };

/* Reads the file that --config names, and argv over it, into `config` (config_init was called), and gives
 * what is to be done. On failure `error` names the argument and `config` holds what came before it. Main
 * thread: getopt keeps its place in globals. */
enum err options_parse(int argc, char **argv, struct config *config, enum options_action *action,
                       struct error *error) must_use;

/* Writes what --help says. */
void options_help(FILE *to);

#endif
