/* The memory of the process. Its .c file is the only one that names jemalloc; without that (sanitizer builds)
 * memory_purge does nothing. */
#ifndef SERVE_MEMORY_H
#define SERVE_MEMORY_H

#include <stdint.h>

/* Opens what memory_resident reads. Call after the last fork() and before chroot(). Main thread. */
void memory_open(void);

/* Bounds the memory of lists and of loads in progress to so many percent of the machine's; 0: no bound. Main
 * thread. */
void memory_limit(unsigned percent);

/* Bytes of the process in main memory; 0 when unknown. Any thread; a system call. */
uint64_t memory_resident(void);

/* Returns the free pages of all arenas to the system. Any thread; milliseconds. */
void memory_purge(void);

#endif
