/* The facts that the API gives about lists, zones and the server, put together when they are asked for. Any
 * thread. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "api/backend.h"
#include "config/config.h"
#include "load/load_status.h"
#include "serve/policy_store.h"
#include "serve/publisher.h"
#include "serve/worker.h"

/* Where the facts are. All of it outlives who asks. */
struct report_sources {
    const struct config *config;
    struct load_status *loads;
    struct publisher *publisher;
    struct policy_store *policy;
    struct delist *delist;
    struct worker *const *workers;
    size_t workers_count;
    const size_t *alive; /* workers that reacted lately; atomic */
    int64_t started;
    const uint16_t *set_lists; /* as in the view */
};

/* Fills in *out, which is freed by backend_free_report. */
enum err report_make(const struct report_sources *from, struct report *out, struct error *error) must_use;

#endif
