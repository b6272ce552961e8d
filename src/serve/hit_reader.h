/*
 * The reader of the fast path's hits: a thread that moves them from the kernel's ring into a sample like the
 * workers' (answer/hit_sample.h).
 */
#ifndef SERVE_HIT_READER_H
#define SERVE_HIT_READER_H

#include "answer/hit_sample.h"
#include "base/error.h"
#include "xdp/kept.h"

struct hit_reader;

/* Starts the thread; `sample` is written by it alone. Both outlive it. Hits are read within 100 ms.
 * ERR_MEMORY, ERR_SYSTEM. */
enum err hit_reader_start(struct xdp_kept *kept, struct hit_sample *sample, struct hit_reader **out,
                          struct error *error) must_use;

/* Ends the thread. NULL: nothing. */
void hit_reader_stop(struct hit_reader *reader);

#endif
