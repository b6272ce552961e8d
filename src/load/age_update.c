#include "load/age_update.h"

#include "base/log.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>
#include <unistd.h>

#define HOUR 3600

static struct age_place place_of(const struct age_update *u, unsigned number)
{
    return (struct age_place){ u->directory, number, u->lists[number].name };
}

/* ---- At the start ---- */

/* The number that the name of an age file is; LISTS_MAX: it is none. */
static unsigned number_of(const char *name)
{
    unsigned number = 0;
    char text[16];
    while (number < LISTS_MAX && (snprintf(text, sizeof(text), "%u", number), strcmp(name, text) != 0))
        number++;
    return number;
}

/* Removes the files of other lists, and what an interrupted attempt has left. */
static void remove_others(const struct age_update *u)
{
    DIR *directory = opendir(u->directory);
    const struct dirent *entry;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        char name[sizeof(entry->d_name)], *end;
        snprintf(name, sizeof(name), "%s", entry->d_name);
        end = strstr(name, ".new");
        bool unfinished = end != NULL && end[strlen(".new")] == '\0';
        if (unfinished)
            *end = '\0';
        unsigned number = number_of(name);
        if (number == LISTS_MAX && name[0] != '.')
            log_warning("%s/%s: not an age file; it is ignored", u->directory, entry->d_name);
        if (number < LISTS_MAX && (unfinished || u->lists[number].name == NULL))
            unlinkat(dirfd(directory), entry->d_name, 0);
    }
    if (directory != NULL)
        closedir(directory);
}

/* What is damaged has no time, so that it is due at once, which says so. */
static void inspect_all(struct age_update *u)
{
    for (unsigned i = 0; i < LISTS_MAX; i++) {
        struct age_update_list *list = &u->lists[i];
        struct age_place place = place_of(u, i);
        if (list->name != NULL && age_inspect(&place, &list->written, &list->bytes, NULL) != OK)
            list->written = 0;
    }
}

void age_update_init(struct age_update *u, const struct config *config, const uint16_t *set_lists)
{
    *u = (struct age_update){ .config = config, .set_lists = set_lists };
    for (unsigned i = 0; i < LISTS_MAX; i++)
        u->lists[i].due = INT64_MAX;
    if (config->state == NULL)
        return;
    if (asprintf(&u->directory, "%s/" AGE_DIRECTORY, config->state) < 0)
        abort();
    for (size_t i = 0; i < config->sets_count && config->age_mib > 0; i++)
        if (set_lists[i] < LISTS_MAX && !config->sets[i].dynamic)
            u->lists[set_lists[i]].name = config->sets[i].list;
    if (config->age_mib > 0 && mkdir(u->directory, 0700) != 0 && errno != EEXIST)
        log_warning("%s: %s; it is not known since when addresses are listed", u->directory, strerror(errno));
    remove_others(u);
    inspect_all(u);
}

void age_update_free(struct age_update *u)
{
    free(u->directory);
}

/* ---- Afterwards ---- */

void age_update_mark(struct age_update *u, size_t set, int64_t now)
{
    struct age_update_list *list = u->set_lists[set] < LISTS_MAX ? &u->lists[u->set_lists[set]] : NULL;
    if (list == NULL || list->name == NULL)
        return;
    /* The file may be of a time to come: then the clock is wrong, or was. */
    int64_t due = list->written == 0 ? now : (list->written < now ? list->written : now) + HOUR;
    if (list->due == INT64_MAX || list->due > now + HOUR) /* else it waits already, perhaps after a failure */
        list->due = due;
}

int64_t age_update_due(const struct age_update *u)
{
    int64_t due = INT64_MAX;
    for (unsigned i = 0; i < LISTS_MAX; i++)
        due = u->lists[i].due < due ? u->lists[i].due : due;
    return due;
}

static bool has_data(const struct age_update *u, unsigned number, const struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->sets_count; i++)
        if (u->set_lists[i] == number && !u->config->sets[i].dynamic && !snapshot->sets[i].loaded)
            return false;
    return true;
}

/* The bytes that the files of other lists leave to this one. */
static uint64_t room_for(const struct age_update *u, unsigned number)
{
    uint64_t room = (uint64_t)u->config->age_mib << 20;
    for (unsigned i = 0; i < LISTS_MAX; i++)
        if (i != number)
            room -= u->lists[i].bytes < room ? u->lists[i].bytes : room;
    return room;
}

static void remove_file(struct age_update *u, unsigned number)
{
    const struct age_place place = place_of(u, number);
    char path[AGE_PATH];
    age_path(&place, path);
    unlink(path);
    u->lists[number].written = 0;
    u->lists[number].bytes = 0;
}

static enum err write_list(struct age_update *u, unsigned number, const struct age_source *from,
                           struct error *error)
{
    const struct age_place place = place_of(u, number);
    uint64_t room = room_for(u, number), *bytes = &u->lists[number].bytes;
    enum err err = age_write(&place, from, room, bytes, error);
    if (err != ERR_SYNTAX)
        return err;
    log_warning("%s; since when addresses are listed begins anew", error->text);
    remove_file(u, number);
    return age_write(&place, from, room, bytes, error);
}

/* What does not fit is not kept, as it would not know of gaps any more; after another failure it is. */
static void record_failure(struct age_update *u, unsigned number, const struct error *error)
{
    struct age_update_list *list = &u->lists[number];
    bool full = error->code == ERR_LIMIT;
    if (full)
        remove_file(u, number);
    if (full && !list->full)
        log_warning("%s: since when addresses are listed is not kept, as age_space (%u MiB) is used up: %s",
                    list->name, u->config->age_mib, error->text);
    else if (!full && !list->failing)
        log_error("%s: since when addresses are listed is not updated: %s", list->name, error->text);
    list->full = full;
    list->failing = !full;
}

void age_update_run(struct age_update *u, const struct snapshot *snapshot, int64_t since, int64_t now)
{
    unsigned number = 0;
    struct error error;
    while (number < LISTS_MAX && u->lists[number].due > now)
        number++;
    if (number == LISTS_MAX)
        return;
    struct age_update_list *list = &u->lists[number];
    const struct age_source from = { snapshot, u->set_lists, since };
    list->due = INT64_MAX;
    if (!has_data(u, number, snapshot)) /* the load of the set that is missing marks it */
        return;
    if (write_list(u, number, &from, &error) == OK) {
        list->written = since;
        list->full = list->failing = false;
    } else {
        record_failure(u, number, &error);
        list->due = now + HOUR;
    }
}
