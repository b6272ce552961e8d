/* The command line: rbldnsd's options, and long options for what rbldnsd has no letter for. One table drives
 * parsing and --help. */
#ifndef CONFIG_OPTIONS_H
#define CONFIG_OPTIONS_H

#include "config/config.h"

#include <stdio.h>

/* What the process is to do. Where several options choose, the last one in this order is done. */
enum options_action {
    OPTIONS_SERVE,
    OPTIONS_DUMP,
    OPTIONS_CHECK,
    OPTIONS_PRINT,
    OPTIONS_HELP,
    OPTIONS_VERSION
};

/* Reads the file that --config names, then argv, which overrides it, into `config` (after config_init). On
 * failure `error` names the argument and `config` holds what came before it. After --help and --version
 * nothing more is read or checked. Main thread: getopt keeps its state in globals. */
enum err options_parse(int argc, char **argv, struct config *config, enum options_action *action,
                       struct error *error) must_use;

/* Writes the text of --help. */
void options_help(FILE *to);

#endif
