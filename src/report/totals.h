/* What all workers have counted since they began, summed. */
#ifndef REPORT_TOTALS_H
#define REPORT_TOTALS_H

#include "serve/query_log.h"
#include "serve/worker.h"

struct totals {
    uint64_t unsent, unlogged;
    struct tcp_counters tcp;
    struct answer_counters all;
    struct answer_zone_counters zones[]; /* by zone id */
};

/* Bytes of totals of so many zones. */
size_t totals_size(size_t zones_count);

/* Sums into `totals`; `log` may be NULL. Any thread. */
void totals_collect(struct totals *totals, size_t zones_count, struct worker *const *workers,
                    size_t workers_count, const struct query_log *log);

#endif
