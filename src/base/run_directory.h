/* Where the control sockets of running servers are, for dnsbld and dnsblctl. */
#ifndef BASE_RUN_DIRECTORY_H
#define BASE_RUN_DIRECTORY_H

#include <stdlib.h>

#define RUN_DIRECTORY_SUFFIX ".sock" /* of a control socket's name */

/* The directory, without a slash at its end; DNSBLD_RUN_DIRECTORY names another one than /run/dnsbld. Valid
 * as long as the environment does not change. Any thread. */
static inline const char *run_directory(void)
{
    const char *directory = getenv("DNSBLD_RUN_DIRECTORY");
    return directory != NULL && *directory != '\0' ? directory : "/run/dnsbld";
}

#endif
