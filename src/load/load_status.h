/* The last loads of each set, for reports. The loader records them; any thread gets copies. */
#ifndef LOAD_LOAD_STATUS_H
#define LOAD_LOAD_STATUS_H

#include "api/backend.h"
#include "config/config.h"
#include "load/set_state.h"

struct load_status;

/* `config` must outlive it. */
enum err load_status_new(const struct config *config, struct load_status **out, struct error *error) must_use;
void load_status_free(struct load_status *loads);

/* Records a load of set number `set`: its state, whose data may have been freed, and the facts of what is
 * served. `error` says why the load was not published; NULL: it was. */
void load_status_record(struct load_status *loads, size_t set, const struct set_state *state,
                        const struct snapshot_set *facts, const struct error *error);

/* Sets what /healthz says about the data of a list, at its first set; empty: nothing. */
void load_status_set_alarm(struct load_status *loads, const char *list, const char *text);

/* Fills in out->last, zeroed when there was no load, and out->alarm. */
void load_status_last(struct load_status *loads, size_t set, struct report_set *out);

/* Copies the loads of all sets of a list, newest first, into out[REPORT_LOADS]; returns how many. */
size_t load_status_of_list(struct load_status *loads, const char *list, struct report_load *out);

#endif
