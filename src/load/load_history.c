#include "load/load_history.h"

#include "base/file_stamp.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

/* A line a set: time of its newest file, entries, lines, bad ones, IPv4 addresses, IPv6 /64s, canaries; then
 * list, type and files, which say what set it is. */
#define NAME "loads"

/* True when *text begins with `word`; then moves *text past it. */
static bool skip(const char **text, const char *word)
{
    size_t length = strlen(word);
    bool same = strncmp(*text, word, length) == 0;
    *text += same ? length : 0;
    return same;
}

static bool is_set(const struct config_set *set, const char *text)
{
    bool same = skip(&text, set->list) && skip(&text, " ") && skip(&text, set->spec.type);
    for (size_t i = 0; same && i < set->spec.files_count; i++)
        same = skip(&text, " ") && skip(&text, set->spec.files[i]);
    return same && strcmp(text, "\n") == 0;
}

/* Ignores lines of another format, and of sets that are not configured any more. */
static void parse_line(const struct config *config, const char *line, struct set_state *sets)
{
    struct guard_facts facts = { .loaded = true };
    int end = 0;
    if (sscanf(line, "%" SCNd64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %n",
               &facts.mtime, &facts.entries, &facts.lines, &facts.bad, &facts.covered4, &facts.covered6,
               &facts.canaries, &end) < 7)
        return;
    for (size_t i = 0; i < config->sets_count; i++)
        if (is_set(&config->sets[i], line + end))
            sets[i].guard.last_good = facts;
}

void load_history_read(const struct config *config, struct set_state *sets)
{
    char path[PATH_MAX], *line = NULL;
    size_t size = 0;
    FILE *from;
    struct stat status;
    struct error error;
    for (size_t i = 0; i < config->sets_count; i++)
        sets[i].guard.last_good = (struct guard_facts){ .loaded = false };
    if (config->state == NULL)
        return;
    snprintf(path, sizeof(path), "%s/" NAME, config->state);
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return;
    if (file_stamp_open(path, &from, &status, &error) != OK) {
        log_warning("%s; the first load of each list is not compared with the one before", error.text);
        return;
    }
    while (getline(&line, &size, from) > 0)
        parse_line(config, line, sets);
    fclose(from);
    free(line);
}

struct guard_load load_history_before(const struct snapshot *served, const struct set_state *state,
                                      size_t set, const uint16_t *lists)
{
    struct guard_load load = { .facts = state->guard.last_good };
    if (served != NULL && served->sets[set].loaded)
        load.in = (struct covered_set){ served, (uint16_t)set, lists };
    return load;
}

int64_t load_history_since(const struct snapshot *served, const struct set_state *state,
                           const struct config_set *config, size_t set)
{
    int64_t since = 0;
    if (state->data == NULL || (served != NULL && served->sets[set].loaded))
        return 0;
    for (size_t i = 0; i < config->spec.files_count; i++)
        if (state->data->stamps[i].ctime.tv_sec > since)
            since = state->data->stamps[i].ctime.tv_sec;
    return since;
}

static bool write_all(const struct config *config, const struct set_state *sets, FILE *to)
{
    for (size_t i = 0; i < config->sets_count; i++) {
        const struct guard_facts *facts = &sets[i].guard.last_good;
        const struct config_set *set = &config->sets[i];
        if (!facts->loaded)
            continue;
        fprintf(to,
                "%" PRId64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %s %s",
                facts->mtime, facts->entries, facts->lines, facts->bad, facts->covered4, facts->covered6,
                facts->canaries, set->list, set->spec.type);
        for (size_t j = 0; j < set->spec.files_count; j++)
            fprintf(to, " %s", set->spec.files[j]);
        fputc('\n', to);
    }
    bool good = fflush(to) == 0 && fsync(fileno(to)) == 0;
    return fclose(to) == 0 && good;
}

void load_history_write(const struct config *config, const struct set_state *sets)
{
    char path[PATH_MAX], temporary[PATH_MAX];
    if (config->state == NULL)
        return;
    snprintf(path, sizeof(path), "%s/" NAME, config->state);
    snprintf(temporary, sizeof(temporary), "%s/" NAME ".new", config->state);
    unlink(temporary); /* of an interrupted attempt, or of another kind: opening a FIFO would wait */
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *to = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (to == NULL || !write_all(config, sets, to) || rename(temporary, path) != 0)
        log_warning("%s: %s; after a restart, lists are compared with an older load", path, strerror(errno));
}
