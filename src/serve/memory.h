/* The process's memory; the one file that names jemalloc, without which (sanitizer builds) it does less. */
#ifndef SERVE_MEMORY_H
#define SERVE_MEMORY_H

#include <stdint.h>

/* Opens what memory_resident reads: after the last fork, before the root directory changes. Main thread. */
void memory_open(void);

/* Lets the lists, with what their loads need meanwhile, take at most so many percent of the machine's memory;
 * 0: no bound. Main thread. */
void memory_limit(unsigned percent);

/* Bytes of the process in main memory; 0 when unknown. Any thread; a system call. */
uint64_t memory_resident(void);

/* Bytes that malloc has handed out; 0 when unknown. Any thread; locks the allocator's statistics. */
uint64_t memory_allocated(void);

/* Gives free pages of all arenas back to the system. Any thread; milliseconds. */
void memory_purge(void);

#endif
