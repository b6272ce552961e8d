/*
 * What became of the last loads of each list: for reports. The loader notes them; any thread reads copies.
 */
#ifndef LOAD_LOAD_STATUS_H
#define LOAD_LOAD_STATUS_H

#include "config/config.h"
#include "load/set_loader.h"
#include "http/backend.h"

struct loads;

/* `config` must outlive it. */
enum err loads_new(const struct config *config, struct loads **out, struct error *error) must_use;
void loads_free(struct loads *loads);

/* Notes a load of a set: its result, of which the data may be gone already, and what the base has of it.
 * `error` says why it was not published; NULL: it was. */
void loads_note(struct loads *loads, size_t set, const struct load_result *result,
                const struct base_set *facts, const struct error *error);

/* Notes what needs a look about the data of a set, empty: nothing. */
void loads_alarm(struct loads *loads, size_t set, const char *text);

/* Fills in out->last, zeroed when there was no load, and out->alarm. */
void loads_last(struct loads *loads, size_t set, struct report_set *out);

/* Copies the loads of all sets of a list, newest first, into out[REPORT_LOADS]; returns how many. */
size_t loads_of_list(struct loads *loads, const char *list, struct report_load *out);

#endif
