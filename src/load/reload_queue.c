#include "load/reload_queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void reload_queue_init(struct reload_queue *queue, const struct config *config)
{
    *queue = (struct reload_queue){ .config = config };
    pthread_mutex_init(&queue->lock, NULL);
}

/* Under the lock. */
static bool push(struct reload_queue *queue, struct reload *reload)
{
    struct reload **more = reallocarray(queue->waiting, queue->count + 1, sizeof(struct reload *));
    if (more == NULL)
        return false;
    queue->waiting = more;
    queue->waiting[queue->count++] = reload;
    return true;
}

bool reload_queue_add(struct reload_queue *queue, struct reload *reload)
{
    reload->outcomes_count = 0;
    reload->outcomes = calloc(queue->config->sets_count + 1, sizeof(*reload->outcomes));
    if (reload->outcomes == NULL)
        return false;
    pthread_mutex_lock(&queue->lock);
    bool added = !queue->closed && push(queue, reload);
    pthread_mutex_unlock(&queue->lock);
    if (!added) {
        free(reload->outcomes);
        reload->outcomes = NULL;
    }
    return added;
}

static bool concerns(const struct reload *reload, const char *list)
{
    for (size_t i = 0; i < reload->lists_count; i++)
        if (strcmp(reload->lists[i], list) == 0)
            return true;
    return reload->lists == NULL;
}

/* Under the lock. */
static struct reloads empty(struct reload_queue *queue)
{
    struct reloads all = { queue->waiting, queue->count };
    queue->waiting = NULL;
    queue->count = 0;
    return all;
}

struct reloads reload_queue_pop_all(struct reload_queue *queue, struct set_state *sets)
{
    const struct config *config = queue->config;
    pthread_mutex_lock(&queue->lock);
    struct reloads reloads = empty(queue);
    pthread_mutex_unlock(&queue->lock);
    for (size_t i = 0; i < config->sets_count; i++) {
        sets[i].accepted = false;
        for (size_t j = 0; j < reloads.count; j++)
            sets[i].accepted |=
                reloads.reload[j]->accept && concerns(reloads.reload[j], config->sets[i].list);
    }
    return reloads;
}

/* The outcome of a list, added if it is new. */
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

static void add_set(struct reload_outcome *o, const struct set_state *set, uint64_t entries)
{
    o->changed |= set->changed;
    o->entries += entries;
    o->refused |= set->failure.code == ERR_REFUSED;
    if (o->good && set->failure.code != OK)
        snprintf(o->reason, sizeof(o->reason), "%s", set->failure.text);
    o->good &= set->failure.code == OK;
}

void reload_queue_end(struct reload_queue *queue, struct reloads *reloads, const struct set_state *sets,
                      const struct snapshot_set *facts)
{
    const struct config *config = queue->config;
    for (size_t i = 0; i < reloads->count; i++) {
        struct reload *reload = reloads->reload[i];
        for (size_t set = 0; set < config->sets_count; set++)
            if (concerns(reload, config->sets[set].list))
                add_set(outcome_of(reload, config->sets[set].list), &sets[set], facts[set].entries);
        reload->done(reload);
    }
    free(reloads->reload);
    *reloads = (struct reloads){ NULL, 0 };
}

void reload_queue_close(struct reload_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    struct reloads reloads = empty(queue);
    queue->closed = true;
    pthread_mutex_unlock(&queue->lock);
    for (size_t i = 0; i < reloads.count; i++)
        reloads.reload[i]->done(reloads.reload[i]);
    free(reloads.reload);
}
