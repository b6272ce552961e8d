/*
 * `dnsbld -d`: the zones as master files that any name server loads and then answers as dnsbld does.
 *
 * What has an answer is found in the snapshot; the answers themselves come from the code that answers
 * queries, so that they are the same. Ranges are wildcards on octet or nibble boundaries. A wildcard never
 * covers what is not listed: where something below it differs the whole level is written out, and an IPv4
 * range of single digits (`*.2` would match every IPv6 address, too) is written out to its end. A name that
 * is excluded below a listed one becomes a CNAME to `excluded`, which does not exist, as rbldnsd has it. `$`
 * in the text of a range stands for its first address. The IPv6 names by which IPv4 data answers (mapped,
 * 6to4) are left out, and access rules do not count.
 */
#ifndef DAEMON_DUMP_H
#define DAEMON_DUMP_H

#include "config/config.h"

#include <stdio.h>

/* Loads all sets and writes the zones to `to`. Fails, with nothing written, if a set cannot be loaded; bad
 * lines are logged. Main thread; no privileges are needed but to read the files. */
enum err dump_run(const struct config *config, FILE *to, struct error *error) must_use;

#endif
