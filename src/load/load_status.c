#include "load/load_status.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pthread.h>

struct set_loads {
    struct report_load last; /* of the set; zeroed: there was none */
    char alarm[sizeof(((struct report_set *)0)->alarm)];
    struct report_load loads[REPORT_LOADS]; /* in the first set of a list: of all its sets, newest first */
    size_t count;
};

struct load_status {
    const struct config *config;
    pthread_mutex_t lock;
    struct set_loads sets[];
};

enum err load_status_new(const struct config *config, struct load_status **out, struct error *error)
{
    struct load_status *l = calloc(1, sizeof(*l) + (config->sets_count + 1) * sizeof(l->sets[0]));
    if (l == NULL)
        return error_set(error, ERR_MEMORY, "loads: out of memory");
    l->config = config;
    pthread_mutex_init(&l->lock, NULL);
    *out = l;
    return OK;
}

void load_status_free(struct load_status *loads)
{
    if (loads == NULL)
        return;
    pthread_mutex_destroy(&loads->lock);
    free(loads);
}

/* The loads of the first set of a list; if no list has this name, spare ones. */
static struct set_loads *first_of(struct load_status *loads, const char *list)
{
    size_t i = 0;
    while (i < loads->config->sets_count && strcmp(loads->config->sets[i].list, list) != 0)
        i++;
    return &loads->sets[i];
}

void load_status_record(struct load_status *loads, size_t set, const struct set_state *state,
                        const struct snapshot_set *facts, const struct error *error)
{
    const struct set_data *data = state->data;
    struct set_loads *list = first_of(loads, loads->config->sets[set].list);
    struct report_load load = { .time = clock_now(),
                                .good = error == NULL,
                                .refused = error != NULL && error->code == ERR_REFUSED,
                                .seconds = state->seconds,
                                .entries = data != NULL ? data->entries : facts->entries,
                                .bad = data != NULL ? data->bad : facts->bad,
                                .lines = data != NULL ? data->lines : facts->lines,
                                .bytes = data != NULL ? data->bytes : facts->bytes };
    if (error != NULL)
        snprintf(load.reason, sizeof(load.reason), "%s", error->text);
    pthread_mutex_lock(&loads->lock);
    loads->sets[set].last = load;
    memmove(list->loads + 1, list->loads, sizeof(list->loads) - sizeof(load));
    list->loads[0] = load;
    list->count += list->count < REPORT_LOADS;
    pthread_mutex_unlock(&loads->lock);
}

void load_status_set_alarm(struct load_status *loads, const char *list, const char *text)
{
    struct set_loads *first = first_of(loads, list);
    pthread_mutex_lock(&loads->lock);
    snprintf(first->alarm, sizeof(first->alarm), "%s", text);
    pthread_mutex_unlock(&loads->lock);
}

void load_status_last(struct load_status *loads, size_t set, struct report_set *out)
{
    pthread_mutex_lock(&loads->lock);
    out->last = loads->sets[set].last;
    memcpy(out->alarm, loads->sets[set].alarm, sizeof(out->alarm));
    pthread_mutex_unlock(&loads->lock);
}

size_t load_status_of_list(struct load_status *loads, const char *list, struct report_load *out)
{
    const struct set_loads *first = first_of(loads, list);
    pthread_mutex_lock(&loads->lock);
    size_t count = first->count;
    memcpy(out, first->loads, count * sizeof(*out));
    pthread_mutex_unlock(&loads->lock);
    return count;
}
