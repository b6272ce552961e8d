#include "store/fault.h"

#ifdef DEBUG
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char wanted[32];
static atomic_long left;

static void read_environment(void)
{
    const char *value = getenv("DNSBLD_FAULT");
    if (value == NULL || strlen(value) >= sizeof(wanted))
        return;
    strcpy(wanted, value);
    char *colon = strchr(wanted, ':');
    left = colon != NULL ? strtol(colon + 1, NULL, 10) : 1;
    if (colon != NULL)
        *colon = '\0';
}

void fault_pass(const char *name)
{
    pthread_once(&once, read_environment);
    if (strcmp(name, wanted) == 0 && atomic_fetch_sub(&left, 1) == 1)
        kill(getpid(), SIGKILL);
}
#endif
