/* The metrics in the text format of Prometheus (version 0.0.4). */
#ifndef REPORT_METRICS_H
#define REPORT_METRICS_H

#include "api/backend.h"
#include "http/server.h"
#include "report/report.h"
#include "report/totals.h"

#include <stdio.h>

/* Writes all metrics: of the workers, of the report made of `from`, of the HTTP server, of the store. Reads
 * the store; if that fails, the counts of items are 0. Any thread. */
void metrics_write(FILE *to, const struct totals *totals, const struct report *report,
                   const struct http_counters *http, const struct report_sources *from);

#endif
