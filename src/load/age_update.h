/*
 * Keeps the ages of the lists (age/age.h) up to date, in STATE/ages. A list is written anew once it has been
 * loaded and its file is an hour old, if all its sets have data: one list at a time, so that loads wait for
 * one of them at most. Of a list that is not configured any more, the file is removed. The loader's thread.
 *
 * All files together take at most config->age_mib; the one that is being written, for a moment as much again.
 * A list whose file would exceed that has none, which the log says once; those that have one keep it.
 */
#ifndef LOAD_AGE_UPDATE_H
#define LOAD_AGE_UPDATE_H

#include "age/age.h"
#include "config/config.h"

struct age_update_list {
    const char *name;   /* NULL: the number is of no list that has files */
    int64_t written;    /* its file, Unix time; 0: it has none */
    uint64_t bytes;     /* of it */
    int64_t due;        /* Unix time; INT64_MAX: nothing was loaded since it was written */
    bool full, failing; /* as logged */
};

struct age_update {
    const struct config *config;
    const uint16_t *set_lists; /* by set: the number of its list, or VIEW_NO_LIST */
    char *directory;           /* NULL: there is none, and the functions below do nothing */
    struct age_update_list lists[LISTS_MAX];
};

/* Makes the directory, and removes what is of no list. What the arguments point at must outlive it.
 * age_update_free is due. */
void age_update_init(struct age_update *u, const struct config *config, const uint16_t *set_lists);
void age_update_free(struct age_update *u);

/* The set was loaded. */
void age_update_mark(struct age_update *u, size_t set, int64_t now);

/* When the next list is due, Unix time; INT64_MAX: never. */
int64_t age_update_due(const struct age_update *u);

/* Writes the file of one list that is due. `snapshot` has been served since `since`. */
void age_update_run(struct age_update *u, const struct snapshot *snapshot, int64_t since, int64_t now);

#endif
