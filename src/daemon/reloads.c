#include "daemon/reloads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void reloads_init(struct reloads *r)
{
    *r = (struct reloads){ .waiting = NULL };
    pthread_mutex_init(&r->lock, NULL);
}

bool reloads_add(struct reloads *r, struct reload *reload)
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

struct reloads_taken reloads_take(struct reloads *r, const struct config *config, bool *accept)
{
    pthread_mutex_lock(&r->lock);
    struct reloads_taken taken = { r->waiting, r->count };
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

/* Adds what became of one set to the outcome of its list. */
static void add_outcome(struct reload *reload, const char *list, const struct set_outcome *set)
{
    struct reload_outcome *o = reload->outcomes;
    while (o < reload->outcomes + reload->outcomes_count && strcmp(o->list, list) != 0)
        o++;
    if (o == reload->outcomes + reload->outcomes_count) {
        *o = (struct reload_outcome){ .list = list, .good = true };
        reload->outcomes_count++;
    }
    o->changed |= set->changed;
    o->entries += set->entries;
    o->refused |= set->refused;
    if (o->good && !set->good)
        snprintf(o->reason, sizeof(o->reason), "%s", set->reason);
    o->good &= set->good;
}

static void end_one(struct reload *reload, const struct config *config, const struct set_outcome *sets)
{
    struct reload_outcome *outcomes = calloc(config->sets_count + 1, sizeof(*outcomes));
    if (outcomes == NULL)
        abort();
    reload->outcomes = outcomes;
    reload->outcomes_count = 0;
    for (size_t i = 0; sets != NULL && i < config->sets_count; i++)
        if (concerns(reload, config->sets[i].list))
            add_outcome(reload, config->sets[i].list, &sets[i]);
    reload->done(reload);
}

void reloads_end(struct reloads_taken *taken, const struct config *config, const struct set_outcome *sets)
{
    for (size_t i = 0; i < taken->count; i++)
        end_one(taken->reload[i], config, sets);
    free(taken->reload);
    *taken = (struct reloads_taken){ NULL, 0 };
}

void reloads_close(struct reloads *r)
{
    static const struct config nothing;
    pthread_mutex_lock(&r->lock);
    struct reloads_taken taken = { r->waiting, r->count };
    r->waiting = NULL;
    r->count = 0;
    r->closed = true;
    pthread_mutex_unlock(&r->lock);
    reloads_end(&taken, &nothing, NULL);
}
