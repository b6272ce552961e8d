#include "serve/memory.h"

#include "base/vec.h"

#include <stddef.h>
#include <stdio.h>

#include <fcntl.h>
#include <unistd.h>

/* How jemalloc begins: few arenas, as a query allocates nothing, and no freed memory of more than a page kept
 * for each thread. */
extern const char *malloc_conf;
const char *malloc_conf = "narenas:2,tcache_max:4096";

int mallctl(const char *name, void *old, size_t *old_size, void *fresh, size_t size) __attribute__((weak));

static int statm = -1;

void memory_open(void)
{
    statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
}

uint64_t memory_resident(void)
{
    char text[128];
    unsigned long long total, resident;
    ssize_t n = pread(statm, text, sizeof(text) - 1, 0);
    if (n <= 0)
        return 0;
    text[n] = '\0';
    if (sscanf(text, "%llu %llu", &total, &resident) != 2)
        return 0;
    return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

void memory_purge(void)
{
    if (mallctl != NULL)
        mallctl("arena.4096.purge", NULL, NULL, NULL, 0); /* MALLCTL_ARENAS_ALL is 4096 */
}

void memory_limit(unsigned percent)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);

    if (percent != 0 && pages > 0 && page > 0)
        vec_limit((size_t)pages / 100 * percent * (size_t)page);
}
