#include "load/reload_queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void reload_queue_init(struct reload_queue *r)
{
    *r = (struct reload_queue){ .waiting = NULL };
    pthread_mutex_init(&r->lock, NULL);
}

bool reload_queue_add(struct reload_queue *r, struct reload *reload)
{
    pthread_mutex_lock(&r->lock);
    bool taken = !r->closed;
    if (taken) {
        r->waiting = reallocarray(r->waiting, r->count + 1, sizeof(struct reload *));
        if (r->waiting == NULL)
            abort();
        r->waiting[r->count++] = reload;
    }
    pthread_mutex_unlock(&r->lock);
    return taken;
}

static bool concerns(const struct reload *reload, const char *list)
{
    for (size_t i = 0; i < reload->lists_count; i++)
        if (strcmp(reload->lists[i], list) == 0)
            return true;
    return reload->lists == NULL;
}

struct reload_queue_taken reload_queue_take(struct reload_queue *r, const struct config *config, bool *accept)
{
    pthread_mutex_lock(&r->lock);
    struct reload_queue_taken taken = { r->waiting, r->count };
    r->waiting = NULL;
    r->count = 0;
    pthread_mutex_unlock(&r->lock);
    for (size_t i = 0; i < config->sets_count; i++) {
        accept[i] = false;
        for (size_t j = 0; j < taken.count; j++)
            accept[i] |= taken.reload[j]->accept && concerns(taken.reload[j], config->sets[i].list);
    }
    return taken;
}

/* The outcome of a list, made if it is new. */
static struct reload_outcome *outcome_of(struct reload *reload, const char *list)
{
    struct reload_outcome *o = reload->outcomes, *end = o + reload->outcomes_count;
    while (o < end && strcmp(o->list, list) != 0)
        o++;
    if (o == end) {
        *o = (struct reload_outcome){ .list = list, .good = true };
        reload->outcomes_count++;
    }
    return o;
}

static void add_outcome(struct reload_outcome *o, bool looked, const struct error *failure, uint64_t entries)
{
    o->changed |= looked;
    o->entries += entries;
    o->refused |= failure->code == ERR_REFUSED;
    if (o->good && failure->code != OK)
        snprintf(o->reason, sizeof(o->reason), "%s", failure->text);
    o->good &= failure->code == OK;
}

static void begin_outcomes(struct reload *reload, size_t most)
{
    reload->outcomes = calloc(most + 1, sizeof(*reload->outcomes));
    reload->outcomes_count = 0;
    if (reload->outcomes == NULL)
        abort();
}

void reload_queue_end(struct reload_queue_taken *taken, const struct config *config, const bool *looked,
                      const struct error *failures, const struct snapshot_set *facts)
{
    for (size_t i = 0; i < taken->count; i++) {
        struct reload *reload = taken->reload[i];
        begin_outcomes(reload, config->sets_count);
        for (size_t set = 0; set < config->sets_count; set++)
            if (concerns(reload, config->sets[set].list))
                add_outcome(outcome_of(reload, config->sets[set].list), looked[set], &failures[set],
                            facts[set].entries);
        reload->done(reload);
    }
    free(taken->reload);
    *taken = (struct reload_queue_taken){ NULL, 0 };
}

void reload_queue_close(struct reload_queue *r)
{
    static const struct config nothing;
    pthread_mutex_lock(&r->lock);
    struct reload_queue_taken taken = { r->waiting, r->count };
    r->waiting = NULL;
    r->count = 0;
    r->closed = true;
    pthread_mutex_unlock(&r->lock);
    reload_queue_end(&taken, &nothing, NULL, NULL, NULL);
}
