/* The servers of this machine, by their unix sockets in the directory of base/run_directory.h. */
#ifndef CLIENT_LOCAL_SERVERS_H
#define CLIENT_LOCAL_SERVERS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

#define LOCAL_SERVERS_API "api.sock" /* what the socket of --api is called by convention */

/* The control sockets to try, as unix:PATH, in order of their names. The texts and the array are the caller's
 * (local_servers_free). */
struct local_servers {
    char **urls;
    size_t count;
};

/* Finds them. Those that were left behind are not counted, nor are any if somebody answers at the API's
 * socket, which comes first. Of several at which somebody answers a person at the terminal chooses one;
 * without a terminal ERR_REFUSED, and `error` says what to type. If nobody answers, those that this user may
 * not connect to are there, so that an error names them. */
enum err local_servers_find(struct local_servers *out, struct error *error) must_use;
void local_servers_free(struct local_servers *servers);

#endif
