#include "load/load_history.h"

#include "base/log.h"
#include "view/guard.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#define NAME "loads"

static char *path(const struct config *config, const char *name)
{
    char *text;
    if (asprintf(&text, "%s/%s", config->state, name) < 0)
        abort();
    return text;
}

/* What a set is known by: another list, type or file is another set. */
static void write_key(FILE *to, const struct config_set *set)
{
    fprintf(to, "%s %s", set->list, set->spec.type);
    for (size_t i = 0; i < set->spec.files_count; i++)
        fprintf(to, " %s", set->spec.files[i]);
    fputc('\n', to);
}

static bool has_key(const struct config_set *set, const char *key)
{
    char *text = NULL;
    size_t length;
    FILE *to = open_memstream(&text, &length);
    if (to == NULL)
        abort();
    write_key(to, set);
    fclose(to);
    bool same = strcmp(text, key) == 0;
    free(text);
    return same;
}

/* A line of something else is passed over, as one of a set that is not configured any more is. */
static void take_line(const struct config *config, const char *line, struct guard_facts *sets)
{
    struct guard_facts known = { .loaded = true };
    int end = 0;
    if (sscanf(line, "%" SCNu64 " %" SCNu64 " %x %n", &known.entries, &known.coverage4, &known.canaries,
               &end) < 3)
        return;
    for (size_t i = 0; i < config->sets_count; i++)
        if (has_key(&config->sets[i], line + end))
            sets[i] = known;
}

void load_history_read(const struct config *config, struct guard_facts *sets)
{
    memset(sets, 0, config->sets_count * sizeof(*sets));
    if (config->state == NULL)
        return;
    char *name = path(config, NAME), *line = NULL;
    size_t size = 0;
    FILE *from = fopen(name, "re");
    if (from == NULL && errno != ENOENT)
        log_warning("%s: %s; the first load of each list is not compared with the one before", name,
                    strerror(errno));
    while (from != NULL && getline(&line, &size, from) > 0)
        take_line(config, line, sets);
    if (from != NULL)
        fclose(from);
    free(line);
    free(name);
}

struct guard_load load_history_before(const struct snapshot *old, const struct guard_facts *known, size_t set)
{
    if (old != NULL && old->sets[set].loaded)
        return guard_load_built(old, set);
    return (struct guard_load){ .facts = known[set] };
}

void load_history_record(const struct config *config, size_t set, const struct snapshot *snapshot,
                         struct guard_facts *known)
{
    struct guard_load load = guard_load_built(snapshot, set);
    unsigned canaries = known[set].canaries & ~GUARD_OWN_CANARY; /* what it once listed it may list again */
    known[set] = guard_facts(&config->sets[set].guards, &load);
    known[set].canaries |= canaries;
}

static bool write_all(const struct config *config, const struct guard_facts *sets, FILE *to)
{
    for (size_t i = 0; i < config->sets_count; i++) {
        if (!sets[i].loaded)
            continue;
        fprintf(to, "%" PRIu64 " %" PRIu64 " %x ", sets[i].entries, sets[i].coverage4, sets[i].canaries);
        write_key(to, &config->sets[i]);
    }
    bool good = fflush(to) == 0 && fsync(fileno(to)) == 0;
    return fclose(to) == 0 && good;
}

void load_history_write(const struct config *config, const struct guard_facts *sets)
{
    if (config->state == NULL)
        return;
    char *name = path(config, NAME), *fresh = path(config, NAME ".new");
    FILE *to = fopen(fresh, "we");
    if (to == NULL || !write_all(config, sets, to) || rename(fresh, name) != 0)
        log_warning("%s: %s; after a restart, lists are compared with an older load", name, strerror(errno));
    free(fresh);
    free(name);
}
