/* What the API reports about lists, zones and the server, gathered for each request. Any thread. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "api/backend.h"
#include "config/config.h"
#include "load/load_status.h"
#include "report/totals.h"
#include "serve/policy_store.h"
#include "serve/publisher.h"
#include "serve/worker.h"

/* The parts of the server that are asked. All outlive the API. */
struct report_sources {
    const struct config *config;
    struct load_status *loads;
    struct publisher *publisher;
    struct fast_path *fast_path; /* NULL: none */
    struct policy_store *policy;
    struct delist *delist; /* NULL: there is no API that changes lists */
    struct worker *const *workers;
    size_t workers_count;
    const size_t *alive;           /* responsive workers; atomic */
    struct command_link *commands; /* NULL: none */
    struct resolver *resolver;     /* likewise */
    int64_t started;               /* Unix time */
    const uint16_t *set_lists;     /* by set: the number of its list in the overlay, or VIEW_NO_LIST */
};

/* Fills in *out, which the caller frees with backend_free_report; `totals` are those of all workers.
 * ERR_REFUSED before the first load, ERR_MEMORY. */
enum err report_make(const struct report_sources *from, const struct totals *totals, struct report *out,
                     struct error *error) must_use;

#endif
