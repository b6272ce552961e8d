/* The sums of the counters of all workers, since they started. */
#ifndef REPORT_TOTALS_H
#define REPORT_TOTALS_H

#include "serve/fast_path.h"
#include "serve/query_log.h"
#include "serve/worker.h"

struct totals {
    uint64_t unsent, unlogged; /* replies; queries */
    struct tcp_counters tcp;
    struct fast_path_counts fast_path;
    struct answer_counters all;          /* the fast path's answers too; zones likewise */
    struct answer_zone_counters zones[]; /* by zone id */
};

/* Bytes of the totals of `zones_count` zones. */
size_t totals_size(size_t zones_count);

/* Zeroed totals, for free(); NULL without memory. */
struct totals *totals_new(size_t zones_count);

/* Overwrites `totals` with the sums, by relaxed loads; `log` and `fast_path` may be NULL. Any thread.
 */
void totals_collect(struct totals *totals, size_t zones_count, struct worker *const *workers,
                    size_t workers_count, const struct query_log *log, struct fast_path *fast_path);

#endif
