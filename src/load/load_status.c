#include "load/load_status.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pthread.h>

/* The loads of one set: a ring. */
struct load_ring {
    struct report_load load[REPORT_LOADS];
    uint64_t count; /* that were ever recorded */
    char alarm[sizeof(((struct report_set *)0)->alarm)];
};

struct load_status {
    const struct config *config;
    pthread_mutex_t lock;
    struct load_ring *sets;
};

enum err load_status_new(const struct config *config, struct load_status **out, struct error *error)
{
    struct load_status *l = calloc(1, sizeof(*l));
    if (l == NULL || (l->sets = calloc(config->sets_count + 1, sizeof(*l->sets))) == NULL) {
        free(l);
        return error_set(error, ERR_MEMORY, "loads: out of memory");
    }
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
    free(loads->sets);
    free(loads);
}

void load_status_record(struct load_status *loads, size_t set, const struct set_state *state,
                        const struct snapshot_set *facts, const struct error *error)
{
    const struct set_data *data = state->data;
    struct load_ring *r = &loads->sets[set];
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
    r->load[r->count++ % REPORT_LOADS] = load;
    pthread_mutex_unlock(&loads->lock);
}

void load_status_set_alarm(struct load_status *loads, size_t set, const char *text)
{
    pthread_mutex_lock(&loads->lock);
    snprintf(loads->sets[set].alarm, sizeof(loads->sets[set].alarm), "%s", text);
    pthread_mutex_unlock(&loads->lock);
}

/* Load number `i` in the ring, 0 being the newest; NULL after the oldest. */
static const struct report_load *load_at(const struct load_ring *r, size_t i)
{
    return i < r->count && i < REPORT_LOADS ? &r->load[(r->count - 1 - i) % REPORT_LOADS] : NULL;
}

void load_status_last(struct load_status *loads, size_t set, struct report_set *out)
{
    pthread_mutex_lock(&loads->lock);
    const struct report_load *last = load_at(&loads->sets[set], 0);
    out->last = last != NULL ? *last : (struct report_load){ .time = 0 };
    memcpy(out->alarm, loads->sets[set].alarm, sizeof(out->alarm));
    pthread_mutex_unlock(&loads->lock);
}

/* Inserts a load into the `count` loads of `out`, newest first; the oldest of REPORT_LOADS drops out. Returns
 * how many there are then. */
static size_t insert(struct report_load *out, size_t count, const struct report_load *load)
{
    size_t at = count;
    while (at > 0 && out[at - 1].time < load->time)
        at--;
    if (at == REPORT_LOADS)
        return count;
    count = count < REPORT_LOADS ? count + 1 : REPORT_LOADS;
    memmove(&out[at + 1], &out[at], (count - at - 1) * sizeof(*out));
    out[at] = *load;
    return count;
}

size_t load_status_of_list(struct load_status *loads, const char *list, struct report_load *out)
{
    const struct config *c = loads->config;
    const struct report_load *load;
    size_t count = 0;
    pthread_mutex_lock(&loads->lock);
    for (size_t i = 0; i < c->sets_count; i++) {
        if (strcmp(c->sets[i].list, list) != 0)
            continue;
        for (size_t n = 0; (load = load_at(&loads->sets[i], n)) != NULL; n++)
            count = insert(out, count, load);
    }
    pthread_mutex_unlock(&loads->lock);
    return count;
}
