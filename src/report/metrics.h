/* The metrics in Prometheus' text format (version 0.0.4). */
#ifndef REPORT_METRICS_H
#define REPORT_METRICS_H

#include "api/backend.h"
#include "http/server.h"
#include "report/totals.h"

#include <stdio.h>

/* Writes all: what the workers counted, what the report says, what the HTTP server counted. */
void metrics_write(FILE *to, const struct totals *totals, const struct report *report,
                   const struct http_counters *http, const struct delist *delist);

#endif
