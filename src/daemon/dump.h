/*
 * `dnsbld -d`: the zones as master files, from which any name server answers as dnsbld does.
 *
 * The snapshot says which names have an answer; answer_batch() makes the answers, so they are the same.
 * Ranges become wildcards on octet or nibble boundaries, with names of their own for what differs within. No
 * wildcard matches names of the other address family, so a range that begins with single digits, such as
 * 2.0.0.0/8, takes more of them. What is excluded below a wildcard becomes a CNAME to `excluded`, which does
 * not exist, as in rbldnsd. `$` in the text of a range stands for its first address. The IPv6 names of IPv4
 * addresses (mapped, 6to4) are left out, and access rules are ignored. The API's items are not in it; with a
 * store, a comment says so.
 */
#ifndef DAEMON_DUMP_H
#define DAEMON_DUMP_H

#include "config/config.h"

#include <stdio.h>

/* Loads all sets and writes the zones to `to`. If a set cannot be loaded, fails with nothing written; bad
 * lines are logged. Main thread. */
enum err dump_run(const struct config *config, FILE *to, struct error *error) must_use;

#endif
