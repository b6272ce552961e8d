/*
 * `dnsbld -d`: the zones as master files, from which any name server answers as dnsbld does.
 *
 * The snapshot says which names have an answer; answer_batch() makes the answers, so they are the same.
 * Ranges become wildcards on octet or nibble boundaries. A wildcard never covers what is not listed: where
 * something below it differs, the whole level is written out. An IPv4 range whose octets are all single
 * digits is written out address by address, as `*.2` would match IPv6 names too. A name that is excluded
 * below a listed one becomes a CNAME to `excluded`, which does not exist, as in rbldnsd. `$` in the text of a
 * range stands for its first address. The IPv6 names of IPv4 addresses (mapped, 6to4) are left out, and
 * access rules are ignored.
 */
#ifndef DAEMON_DUMP_H
#define DAEMON_DUMP_H

#include "config/config.h"

#include <stdio.h>

/* Loads all sets and writes the zones to `to`. If a set cannot be loaded, fails with nothing written; bad
 * lines are logged. Main thread. */
enum err dump_run(const struct config *config, FILE *to, struct error *error) must_use;

#endif
